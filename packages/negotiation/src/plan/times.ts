// How time is shared out along the ways of a plan. Whoever is first on a way may not use up what the rest needs: a task's time is cut in
// the ratio in which the longest way from it would have to be cut to fit. A re-award may use what others left, up to the moment at which
// the rest could no longer be done in the least time it needs (`leastMs`); there the task is stopped. A task that could not be done any
// more if it began now is not announced at all.
import { graphOf, type Node } from "./graph.ts";
import type { PlanState, TaskState } from "./session.ts";

const replyShare = 0.25;
const leastOfAll = 1;

/** What a task is given when it is announced now. */
export function timesFor(
  state: PlanState,
  node: Node,
  now: number,
): { readonly replyMs: number; readonly completeWithinMs: number } {
  const { replyMs, endAt } = state.terms;
  const { completeWithinMs, leastMs } = node.task;
  const left = endAt === undefined ? Number.POSITIVE_INFINITY : endAt - now;
  if (node.longest <= left) return { replyMs, completeWithinMs };
  const even = Math.max(leastMs, (left * (replyMs + completeWithinMs)) / node.longest);
  const share = Math.min(even, left - node.leastBehind);
  const reply = Math.max(leastOfAll, Math.min(replyMs, Math.floor(share * replyShare)));
  return { replyMs: reply, completeWithinMs: Math.max(leastOfAll, Math.min(completeWithinMs, Math.floor(share - reply))) };
}

/** The first moment at which a task is too late for the plan's deadline, as it stands; undefined where it cannot be. */
export function tooLateAt(state: PlanState, { standing }: TaskState, { task, leastBehind }: Node): number | undefined {
  const { endAt } = state.terms;
  if (endAt === undefined) return undefined;
  if (standing === "running") return endAt - leastBehind;
  if (standing !== "pending" && standing !== "short" && standing !== "resting") return undefined;
  return endAt - leastBehind - Math.max(leastOfAll, task.leastMs) + 1;
}

/** The next moment at which something is due. */
export function nextMoment(state: PlanState): number | undefined {
  if (state.phase !== "running") return undefined;
  const graph = graphOf(state.terms);
  const moments = state.tasks.flatMap((task) => {
    const late = tooLateAt(state, task, graph.get(task.id)!);
    return [...(late === undefined ? [] : [late]), ...(task.retryAt === undefined ? [] : [task.retryAt])];
  });
  return moments.length === 0 ? undefined : Math.min(...moments);
}
