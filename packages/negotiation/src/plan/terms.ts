import { checkAmount, checkCount, checkLength, checkTime, checkWord, refuse } from "../terms.ts";
import { graphFault } from "./graph-fault.ts";

/** What becomes of a plan when one of its tasks has failed for good: it ends, or what does not depend on that task goes on. */
export const failureRules = ["stop", "continue"] as const;
export type FailureRule = (typeof failureRules)[number];

/** A task of a plan. Times in milliseconds, money in credits. */
export interface PlanTask {
  readonly id: string;
  /** The tasks that must be done before it begins. */
  readonly after?: readonly string[];
  /** How many winners are to do it, each whole. Default 1. */
  readonly awards?: number;
  /** Most that one winner may ask for. Default: as much as the budget gives. */
  readonly most?: number;
  /** Longest that a winner may take. */
  readonly completeWithinMs: number;
  /** The time below which it is not worth beginning. Default 0. */
  readonly leastMs?: number;
}

/** A plan: tasks and what it may cost in time and money. */
export interface PlanTerms {
  readonly startAt: number;
  readonly tasks: readonly PlanTask[];
  /** Most that all agreements together may come to, credits up to 1e9. */
  readonly budget?: number;
  /** When everything must be done. */
  readonly endAt?: number;
  /** How long bidders have to answer a call. */
  readonly replyMs: number;
  /** How often a task is announced before it has failed for good. Default 2. */
  readonly attempts?: number;
  /** How long a task rests before it is announced again. Default 1000. */
  readonly retryMs?: number;
  /** Most tasks under way at once. Default 8. */
  readonly parallel?: number;
  /** Default "stop". */
  readonly onFailure?: FailureRule;
}

/** Terms with their defaults. */
export interface CheckedPlanTerms extends Required<Omit<PlanTerms, "tasks" | "budget" | "endAt">> {
  readonly tasks: readonly (Required<Omit<PlanTask, "most">> & Pick<PlanTask, "most">)[];
  readonly budget?: number;
  readonly endAt?: number;
}

const mostCredits = 1e9;

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedPlanTerms(terms: PlanTerms): CheckedPlanTerms {
  const { startAt, budget, endAt, replyMs, attempts = 2, retryMs = 1000, parallel = 8, onFailure = "stop" } = terms;
  checkTime("startAt", startAt);
  if (endAt !== undefined) checkTime("endAt", endAt, startAt);
  if (budget !== undefined) checkMoney("budget", budget);
  checkLength("replyMs", replyMs);
  checkCount("attempts", attempts);
  checkAmount("retryMs", retryMs);
  checkCount("parallel", parallel);
  checkWord("onFailure", onFailure, failureRules);
  const given: readonly PlanTask[] = terms.tasks;
  if (!Array.isArray(terms.tasks) || given.length === 0) refuse("tasks", "at least one task", terms.tasks);
  const tasks = given.map(({ id, after = [], awards = 1, most, completeWithinMs, leastMs = 0 }, at) => {
    if (typeof id !== "string" || id === "") refuse(`tasks[${at}].id`, "a non-empty name", id);
    checkCount(`tasks[${at}].awards`, awards);
    checkLength(`tasks[${at}].completeWithinMs`, completeWithinMs);
    if (!(leastMs >= 0 && leastMs <= completeWithinMs))
      refuse(`tasks[${at}].leastMs`, `from 0 to its completeWithinMs, ${completeWithinMs}`, leastMs);
    if (most !== undefined) checkMoney(`tasks[${at}].most`, most);
    return { id, after: [...new Set(after)], awards, completeWithinMs, leastMs, ...(most === undefined ? {} : { most }) };
  });
  const fault = graphFault(tasks);
  if (fault?.fault === "repeated") refuse("tasks", "each id once", fault.task);
  if (fault?.fault === "unknown") refuse(`tasks.${fault.task}.after`, "ids of tasks of this plan", fault.after);
  if (fault?.fault === "cycle") refuse("tasks", "no task that waits for itself", fault.cycle.join(" -> "));
  return {
    startAt,
    tasks,
    replyMs,
    attempts,
    retryMs,
    parallel,
    onFailure,
    ...(budget === undefined ? {} : { budget }),
    ...(endAt === undefined ? {} : { endAt }),
  };
}

function checkMoney(field: string, credits: number): void {
  if (!(credits >= 0 && credits <= mostCredits)) refuse(field, `credits from 0 to ${mostCredits}`, credits);
}
