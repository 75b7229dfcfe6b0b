// A plan: tasks that wait for one another, each given away by Contract Net, within a budget and a deadline.
//
//   pending --(what it waits for is done, money, room)--> running --done--> done
//      ^  ^                                                  |
//      |  +-- resting (retryMs) <-- failed, attempts left ---+--> failed --> what comes after it is skipped
//      +----- short (until its share has grown) <-- too dear +
//
// The host carries out `announce` (a Contract Net of its own) and `stop`, and tells how each ended. Tasks that are ready start at once, those
// on the longest way first, at most `parallel` at a time. Money is set aside before a task is announced (money.ts), time is
// shared out along the ways (times.ts). A contract that failed costs nothing; what was delivered costs its price, also in a plan that fails.
//
// A plan fails the moment that one of its tasks has failed for good, can no longer be done in time, or cannot be paid: nothing begins any
// more, and what is under way is called off. Under "continue" only what comes after that task is skipped, and the plan ends "partial".
//
// This is a state machine like the protocols, but no negotiation: it has no participants, and waits for its host alone. It ends when the host
// answers every announcement; the host's Contract Net always does, since it has deadlines of its own.
import { timeOfStep } from "../event.ts";
import { defineProtocol } from "../protocol.ts";
import { creditsOf, spentOf } from "./money.ts";
import { announcementOf, decided, scheduled, whatIsDue } from "./moves.ts";
import type { PlanEffect, PlanEvent, PlanResult, PlanState } from "./session.ts";
import { checkedPlanTerms, type PlanTerms } from "./terms.ts";
import { nextMoment } from "./times.ts";

/** Plans. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const plan = defineProtocol<PlanTerms, PlanState, PlanEvent, PlanEffect, PlanResult>({
  name: "plan",

  start(given) {
    const terms = checkedPlanTerms(given);
    const tasks = terms.tasks.map(({ id }) => ({
      id,
      standing: "pending" as const,
      announced: 0,
      failures: 0,
      shorts: 0,
      spent: 0,
      avoid: [],
    }));
    const [due, effects] = whatIsDue({ terms, phase: "running", tasks, at: terms.startAt }, terms.startAt);
    const [state, more] = scheduled(due, terms.startAt);
    return [state, [...effects, ...more]];
  },

  step(before, event, time) {
    const now = timeOfStep(time, before.at);
    const [due, dueEffects] = whatIsDue({ ...before, at: now }, now);
    const [after, effects] = decided(due, event, now);
    const [state, more] = scheduled(after, now);
    // What fell due called off the very task whose end is told here.
    const dueStill =
      event.type === "timer" || event.type === "cancel" ? dueEffects : dueEffects.filter((e) => e.task !== event.task);
    return [state, [...dueStill, ...effects, ...more]];
  },

  nextTimer: nextMoment,

  result(state) {
    if (state.phase !== "closed" || state.outcome === undefined) return undefined;
    const why = state.outcome === "done" || state.why === undefined ? {} : { why: state.why };
    return { outcome: state.outcome, spent: creditsOf(spentOf(state)), ...why };
  },
});

/** What a host that lost its memory has to carry out again: the announcements under way, and the stops that were asked for. */
export function planUnderWay(state: PlanState): readonly PlanEffect[] {
  return state.tasks.flatMap((task): PlanEffect[] => {
    if (task.standing === "running") return [announcementOf(state, task)];
    if (task.standing !== "stopping") return [];
    return [announcementOf(state, task), { type: "stop", task: task.id, reason: task.reason ?? "" }];
  });
}
