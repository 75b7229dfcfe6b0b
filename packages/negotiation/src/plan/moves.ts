// The moves of a plan. Each takes a state to the next with what the host must now do.

import { NegotiationError } from "../errors.ts";
import { checkEventType } from "../event.ts";
import type { Transition } from "../protocol.ts";
import { graphOf, type Node } from "./graph.ts";
import { creditsOf, freeOf, grantFor, isOpen, moneyDown, moneyUp, sharesOf } from "./money.ts";
import type { PlanEffect, PlanEvent, PlanOutcome, PlanState, TaskState } from "./session.ts";
import { timesFor, tooLateAt } from "./times.ts";

type State = PlanState;
type Moved = Transition<State, PlanEffect>;
type Failed = Extract<PlanEvent, { readonly type: "failed" }>;

/** What falls due before an event is looked at: tasks that have rested, and those that can no longer be done in time. */
export function whatIsDue(state: State, now: number): Moved {
  if (state.phase !== "running") return [state, []];
  const tasks = state.tasks.map((task): TaskState => {
    if (task.retryAt === undefined || task.retryAt > now) return task;
    const { retryAt: _, ...rested } = task;
    return { ...rested, standing: "pending" };
  });
  let moved: Moved = [{ ...state, tasks }, []];
  for (const { id } of tasks) moved = then(moved, (s) => inTime(s, taskOf(s, id), now));
  return moved;
}

function inTime(state: State, task: TaskState, now: number): Moved {
  const node = graphOf(state.terms).get(task.id)!;
  const late = tooLateAt(state, task, node);
  if (late === undefined || late > now) return [state, []];
  const reason = lateReason(task, node);
  if (task.standing !== "running") return lost(state, { ...ended(task, "failed"), reason }, reason);
  const stopped = lost(state, { ...task, standing: "stopping", lost: true, reason }, reason);
  return [stopped[0], [{ type: "stop", task: task.id, reason }, ...stopped[1]]];
}

function lateReason({ id, standing }: TaskState, { task, leastBehind }: Node): string {
  const rest = leastBehind > 0 ? `; what comes after it needs ${leastBehind} ms` : "";
  if (standing === "running") return `"${id}" was not done in time for the deadline${rest}`;
  const least = task.leastMs > 0 ? ` in ${task.leastMs} ms` : "";
  return `"${id}" can no longer be done${least} before the deadline${rest}`;
}

/** Decides one event. Throws EVENT_INVALID for what no host may say. */
export function decided(state: State, event: PlanEvent, now: number): Moved {
  checkEventType(event, ["done", "failed", "stopped", "cancel", "timer"]);
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") {
    if (state.phase !== "running") return [state, []];
    return ending(state, "cancelled", event.reason ?? "cancelled");
  }
  const task = state.tasks.find(({ id }) => id === event.task);
  if (!task) throw new NegotiationError("EVENT_INVALID", { field: "task", wanted: "a task of this plan", got: event.task });
  if (task.standing !== "running" && task.standing !== "stopping") return [state, []];
  if (event.type === "done") return [changed(state, ended(task, "done", spentBy(task, event.spent))), []];
  if (task.standing === "stopping") return [changed(state, ended(task, task.lost ? "failed" : "stopped")), []];
  if (event.type === "stopped") return failed(state, task, { ...event, type: "failed", reason: "it was called off" }, now);
  return failed(state, task, event, now);
}

function spentBy({ reserved }: TaskState, credits: number): number {
  const spent = moneyUp(credits);
  if (!(spent >= 0 && spent <= (reserved ?? Number.POSITIVE_INFINITY)))
    throw new NegotiationError("EVENT_INVALID", {
      field: "spent",
      wanted: `credits from 0 to the ${creditsOf(reserved ?? 0)} that were set aside`,
      got: credits,
    });
  return spent;
}

function failed(state: State, task: TaskState, { reason, by = [], asked, final }: Failed, now: number): Moved {
  const { asked: _, ...rest } = ended(task, "resting");
  const price = asked === undefined ? undefined : moneyUp(asked);
  const { most } = graphOf(state.terms).get(task.id)!.task;
  // Too dear for its share, not for what it may cost itself: that is no failure of its own, and waits for money.
  const dear =
    price !== undefined && state.terms.budget !== undefined && !final && !(most !== undefined && price > moneyDown(most));
  const open = { ...rest, avoid: [...new Set([...task.avoid, ...by])], reason, ...(dear ? { asked: price } : {}) };
  if (dear && !task.granted) return [changed(state, { ...open, standing: "short", shorts: task.shorts + 1 }), []];
  const failures = task.failures + 1;
  if (final || failures >= state.terms.attempts)
    return lost(state, { ...open, standing: "failed", failures }, `"${task.id}" failed: ${reason}`);
  return [changed(state, { ...open, failures, retryAt: now + state.terms.retryMs }), []];
}

// A task has failed for good, and with it what comes after it; under "stop" the whole plan.
function lost(state: State, gone: TaskState, why: string): Moved {
  const after = withoutBehind(changed(state, gone), gone.id);
  if (state.terms.onFailure === "stop") return ending(after, "failed", why);
  return [after.why === undefined ? { ...after, why } : after, []];
}

function withoutBehind(state: State, id: string): State {
  const graph = graphOf(state.terms);
  const places = new Set<number>();
  const found = [...graph.get(id)!.behind];
  for (let place = found.pop(); place !== undefined; place = found.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    found.push(...graph.get(state.tasks[place]!.id)!.behind);
  }
  const reason = `"${id}" failed`;
  const tasks = state.tasks.map((task, place) =>
    places.has(place) && isOpen(task) ? { ...ended(task, "skipped"), reason } : task,
  );
  return { ...state, tasks };
}

// Nothing begins any more; what is under way is called off.
function ending(state: State, outcome: PlanOutcome, why: string): Moved {
  if (state.phase !== "running") return [state, []];
  const tasks = state.tasks.map((task): TaskState => {
    if (isOpen(task)) return { ...ended(task, "skipped"), reason: why };
    return task.standing === "running" ? { ...task, standing: "stopping", reason: why } : task;
  });
  const stops = state.tasks
    .filter(({ standing }) => standing === "running")
    .map(({ id }): PlanEffect => ({ type: "stop", task: id, reason: why }));
  return [{ ...state, tasks, phase: "stopping", outcome, why }, stops];
}

/** Begins what may begin, longest way first, and closes a plan in which nothing is left. */
export function scheduled(state: State, now: number): Moved {
  let moved: Moved = [state, []];
  for (let before: State | undefined; before !== moved[0]; ) {
    before = moved[0];
    moved = then(moved, (s) => begun(s, now));
  }
  return then(moved, closedIfDone);
}

function begun(state: State, now: number): Moved {
  if (state.phase !== "running") return [state, []];
  const underWay = state.tasks.filter(({ standing }) => standing === "running" || standing === "stopping").length;
  if (underWay >= state.terms.parallel) return [state, []];
  const graph = graphOf(state.terms);
  const done = new Set(state.tasks.filter(({ standing }) => standing === "done").map(({ id }) => id));
  const ready = state.tasks
    .filter(
      ({ id, standing }) =>
        standing === "short" || (standing === "pending" && graph.get(id)!.task.after.every((a) => done.has(a))),
    )
    .toSorted((a, b) => graph.get(b.id)!.longest - graph.get(a.id)!.longest);
  if (ready.length === 0) return [state, []];
  const shares = sharesOf(state);
  for (const task of ready) {
    const share = shares.get(task.id);
    const affordable = share === undefined || (task.shorts < state.tasks.length && share >= (task.asked ?? 0));
    if (task.standing === "pending" ? task.asked === undefined || affordable : affordable)
      return announced(state, task, share, false, now);
  }
  // Whoever rests may fail or be done, and so free money.
  if (underWay > 0 || state.tasks.some(({ standing }) => standing === "resting")) return [state, []];
  const task = ready[0]!;
  const grant = grantFor(state, task);
  if (grant !== undefined) return announced(state, task, grant, true, now);
  const reason = `the cheapest bid asked for ${creditsOf(task.asked ?? 0)}, and ${creditsOf(freeOf(state) ?? 0)} of the budget is left`;
  return lost(state, { ...ended(task, "failed"), reason }, `"${task.id}" cannot be paid: ${reason}`);
}

function announced(state: State, task: TaskState, ceiling: number | undefined, granted: boolean, now: number): Moved {
  const node = graphOf(state.terms).get(task.id)!;
  const times = timesFor(state, node, now);
  const attempt = task.announced + 1;
  const { reason: _, ...rest } = task;
  const next: TaskState = {
    ...rest,
    standing: "running",
    announced: attempt,
    beganAt: now,
    ...times,
    ...(granted ? { granted } : {}),
    ...(ceiling === undefined ? {} : { reserved: ceiling * node.task.awards }),
  };
  return [changed(state, next), [announcementOf(state, next)]];
}

/** The announcement of a task that is under way. */
export function announcementOf({ terms }: State, task: TaskState): PlanEffect {
  const { awards, completeWithinMs } = graphOf(terms).get(task.id)!.task;
  return {
    type: "announce",
    task: task.id,
    attempt: task.announced,
    ...(task.reserved === undefined ? {} : { most: creditsOf(task.reserved / awards) }),
    replyMs: task.replyMs ?? terms.replyMs,
    completeWithinMs: task.completeWithinMs ?? completeWithinMs,
    avoid: task.avoid,
  };
}

function closedIfDone(state: State): Moved {
  if (
    state.phase === "closed" ||
    state.tasks.some((task) => isOpen(task) || task.standing === "running" || task.standing === "stopping")
  )
    return [state, []];
  const done = state.tasks.filter(({ standing }) => standing === "done").length;
  const outcome = state.outcome ?? (done === state.tasks.length ? "done" : done > 0 ? "partial" : "failed");
  return [{ ...state, phase: "closed", outcome }, []];
}

// Out of the host's hands: nothing is set aside for it any more.
function ended(task: TaskState, standing: TaskState["standing"], spent = 0): TaskState {
  const { reserved: _, granted: __, replyMs: ___, completeWithinMs: ____, retryAt: _____, ...rest } = task;
  return { ...rest, standing, spent };
}

function taskOf(state: State, id: string): TaskState {
  return state.tasks.find((task) => task.id === id)!;
}

function changed(state: State, task: TaskState): State {
  return { ...state, tasks: state.tasks.map((one) => (one.id === task.id ? task : one)) };
}

function then([state, effects]: Moved, next: (state: State) => Moved): Moved {
  const [after, more] = next(state);
  return more.length === 0 ? [after, effects] : [after, [...effects, ...more]];
}
