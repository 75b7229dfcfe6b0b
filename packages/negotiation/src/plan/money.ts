// How a budget is shared out.
//
// A task is announced under a ceiling, and the ceiling is set aside before anybody is asked. So at every moment what was agreed plus
// what may yet be agreed is within the budget, in whatever order tasks end. What of a ceiling is not used is free again when the task ends.
//
// What is free is shared among all tasks that have no contract yet, evenly by winners, but none gets more than its own `most`: what
// that leaves over goes to the others (water-filling). Even shares, because before anybody has bid nothing is known of prices; giving the
// first task everything would let a dear winner starve the last, and setting aside too little is mended, since a task whose bids
// are all too dear waits with the cheapest price that was asked, and is announced again when its share has grown to that. When nothing is
// under way any more, nothing will be freed by waiting: then the task that is first on the longest way gets the price that was asked
// and its share of what is left beyond it. If there is not that much, it has failed.
import { graphOf } from "./graph.ts";
import type { PlanState, TaskState } from "./session.ts";

const unit = 1e6;
// Doubles are off in the 16th place; a price of 0.29 is 290000 millionths, not one more or less.
const hair = 1e-4;

/** Credits as whole millionths, not more than they are. */
export function moneyDown(credits: number): number {
  return Math.floor(credits * unit + hair);
}

/** Credits as whole millionths, not less than they are. */
export function moneyUp(credits: number): number {
  return Math.max(0, Math.ceil(credits * unit - hair));
}

/** Millionths as credits. */
export function creditsOf(money: number): number {
  return money / unit;
}

/** What was agreed so far, and what is set aside. */
export function spentOf(state: PlanState): number {
  return state.tasks.reduce((sum, task) => sum + task.spent, 0);
}

/** What is set aside for tasks under way. */
export function reservedOf(state: PlanState): number {
  return state.tasks.reduce((sum, task) => sum + (task.reserved ?? 0), 0);
}

/** What may still be given; undefined without a budget. */
export function freeOf(state: PlanState): number | undefined {
  const { budget } = state.terms;
  return budget === undefined ? undefined : moneyDown(budget) - spentOf(state) - reservedOf(state);
}

/** Whether a task has no contract and may yet get one. */
export function isOpen({ standing }: TaskState): boolean {
  return standing === "pending" || standing === "short" || standing === "resting";
}

/** The ceiling that each open task would get now, for one winner, by id; undefined where there is none. */
export function sharesOf(state: PlanState): ReadonlyMap<string, number | undefined> {
  const graph = graphOf(state.terms);
  let open = state.tasks.filter(isOpen).map(({ id }) => {
    const { awards, most } = graph.get(id)!.task;
    return { id, awards, most: most === undefined ? undefined : moneyDown(most) };
  });
  const shares = new Map<string, number | undefined>(open.map(({ id, most }) => [id, most]));
  let left = freeOf(state);
  if (left === undefined) return shares;
  for (;;) {
    const each = Math.floor(left / open.reduce((sum, { awards }) => sum + awards, 0));
    const satisfied = open.filter(({ most }) => most !== undefined && most <= each);
    if (satisfied.length === 0) {
      for (const { id } of open) shares.set(id, each);
      return shares;
    }
    for (const { awards, most = 0 } of satisfied) left -= awards * most;
    open = open.filter((one) => !satisfied.includes(one));
    if (open.length === 0) return shares;
  }
}

/** The ceiling for one winner of a task that gets all that can be spared; undefined when the price that was asked is beyond it. */
export function grantFor(state: PlanState, task: TaskState): number | undefined {
  const { awards, most } = graphOf(state.terms).get(task.id)!.task;
  const asked = task.asked ?? 0;
  const free = freeOf(state) ?? 0;
  const beyond = free - asked * awards;
  if (beyond < 0 || (most !== undefined && moneyDown(most) < asked)) return undefined;
  const all = state.tasks.filter(isOpen).reduce((sum, { id }) => sum + graphOf(state.terms).get(id)!.task.awards, 0);
  const ceiling = asked + Math.floor(beyond / all);
  return most === undefined ? ceiling : Math.min(ceiling, moneyDown(most));
}
