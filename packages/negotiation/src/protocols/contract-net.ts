// Contract Net (FIPA SC00029H) with what that specification leaves open decided: completion deadlines, validity of proposals,
// late bids, withdrawal, duplicates and re-award.
//
//   collecting --(all answered, or replyBy)--> performing --(no award pending, none to make)--> closed
//        \__________________________ cancel ____________________________________________________/
//
// Bidders answer the cfp with propose, refuse or not-understood, once; a bidder may withdraw as long as it is not accepted.
// At the evaluation, bids past their validUntil are expired, the rest are ranked once and the best `awards` accepted.
// Without re-award the losers are rejected there and then; with it they stay as reserves, and each failure or missed deadline
// accepts the next reserve that is still valid. A message out of sequence, or from a stranger, changes nothing.
//
// Deadlines run from the moment the host really acts (`now`), not from when a timer had been due: after an outage of an hour the
// hub must not accept a bid and time it out in the same breath.
// Rejected: re-opening the call after all have failed (that is Iterated Contract Net, another protocol).
import { callFor, decide, nextDeadline, opened, resultOf, send, whatIsDue } from "../contract-net/moves.ts";
import type { ContractNetEffect, ContractNetEvent, ContractNetResult, ContractNetState } from "../contract-net/session.ts";
import { type ContractNetTerms, checkedTerms } from "../contract-net/terms.ts";
import { timeOfStep } from "../event.ts";
import { defineProtocol } from "../protocol.ts";

type State = ContractNetState;

/** Contract Net with timeouts, late bids, withdrawal and re-award. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const contractNet = defineProtocol<ContractNetTerms, State, ContractNetEvent, ContractNetEffect, ContractNetResult>({
  name: "contract-net",

  start(given) {
    const terms = checkedTerms(given);
    const cfp = callFor(terms);
    return [opened(terms, "collecting", 0), terms.participants.map((to) => send(to, cfp))];
  },

  step(before, event, time) {
    const now = timeOfStep(time, before.at);
    const [due, dueEffects] = whatIsDue({ ...before, at: now }, now);
    const [after, effects] = decide(due, event, now);
    return [after, [...dueEffects, ...effects]];
  },

  nextTimer: nextDeadline,

  result: resultOf,
});

export default contractNet;
