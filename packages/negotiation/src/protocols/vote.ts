// A vote: each participant gives one ballot, or abstains, and a rule decides.
//
//   open --(all have answered | closesAt | cancel)--> closed
//
// A ballot is final, secret until the close and after it (the host has the states; participants get the result alone). Of tied options the
// one that stands first in the terms wins: fixed before anybody votes, and `tied` says when it mattered. Answers are counted against
// the quorum by weight, ballots and abstentions alike; below it nothing is decided, but the counts are told.
// Rejected: changing a ballot while the vote is open (with a close on the last answer, who is last would decide whether others may).
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";
import { isBallot } from "../voting/ballot.ts";
import {
  checkedVoteTerms,
  type VoteEffect,
  type VoteEvent,
  type VoteMessage,
  type VoteResult,
  type Voter,
  type VoteState,
  type VoteTerms,
} from "../voting/session.ts";
import { tally } from "../voting/tally.ts";

type Moved = Transition<VoteState, VoteEffect>;

/** A vote by plurality, approval, Borda or Schulze. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const vote = defineProtocol<VoteTerms, VoteState, VoteEvent, VoteEffect, VoteResult>({
  name: "vote",

  start(given) {
    const terms = checkedVoteTerms(given);
    const { participants, weights, ...told } = terms;
    const voters = participants.map((name): Voter => ({ name, answer: "none" }));
    return [{ terms, voters, at: 0 }, participants.map((to, i) => send(to, { act: "open", weight: weights[i]!, ...told }))];
  },

  step(before, event, time) {
    checkEventType(event, ["ballot", "abstain", "cancel", "timer"]);
    const state = { ...before, at: timeOfStep(time, before.at) };
    if (state.result !== undefined || state.at < state.terms.closesAt) return decide(state, event);
    const [closed, told] = counted(state);
    const [after, effects] = decide(closed, event);
    return [after, [...told, ...effects]];
  },

  nextTimer: ({ result, terms }) => (result === undefined ? terms.closesAt : undefined),

  result: ({ result }) => result,
});

export default vote;

function decide(state: VoteState, event: VoteEvent): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") {
    if (state.result !== undefined) return [state, []];
    const none = { tied: [], ranking: [], scores: [] };
    return closed(state, { outcome: "cancelled", ...none, turnout: turnoutOf(state) }, event.reason);
  }
  const { from } = event;
  const voter = state.voters.find(({ name }) => name === from);
  const misunderstood = (reason: Extract<VoteMessage, { act: "not-understood" }>["reason"]): Moved => [
    state,
    [send(from, { act: "not-understood", reason })],
  ];
  if (voter === undefined) return misunderstood("not-a-participant");
  if (voter.answer !== "none") return misunderstood("out-of-sequence");
  if (state.result !== undefined) return [state, [send(from, { act: "refused", reason: "late" })]];
  if (event.type === "abstain") return answered(state, { name: from, answer: "abstain" });
  const { options, rule } = state.terms;
  if (!isBallot(event.ranking, options, rule)) return misunderstood("invalid-ballot");
  return answered(state, { name: from, answer: "ballot", ranking: event.ranking.map((group) => [...group]) });
}

function answered(before: VoteState, answer: Voter): Moved {
  const state = { ...before, voters: before.voters.map((voter) => (voter.name === answer.name ? answer : voter)) };
  return state.voters.some((voter) => voter.answer === "none") ? [state, []] : counted(state);
}

function counted(state: VoteState): Moved {
  const { terms, voters } = state;
  const ballots = voters.flatMap(({ ranking }, i) => (ranking === undefined ? [] : [{ ranking, weight: terms.weights[i]! }]));
  const { winner, ranking, scores } = tally(terms.rule, terms.options, ballots);
  const turnout = turnoutOf(state);
  const counts = { tied: winner === undefined ? [] : ranking[0]!, ranking, scores, turnout };
  if (turnout < terms.quorum - 1e-12) return closed(state, { outcome: "no-quorum", ...counts }); // shares are sums of doubles
  if (winner === undefined) return closed(state, { outcome: "no-votes", ...counts });
  return closed(state, { outcome: "decided", winner, ...counts });
}

function turnoutOf({ terms: { weights }, voters }: VoteState): number {
  const all = weights.reduce((a, b) => a + b, 0);
  const cast = weights.reduce((sum, weight, i) => (voters[i]!.answer === "none" ? sum : sum + weight), 0);
  return cast / all;
}

function closed(state: VoteState, result: VoteResult, reason?: string): Moved {
  const message: VoteMessage = { act: "closed", result, ...(reason === undefined ? {} : { reason }) };
  return [{ ...state, result }, state.voters.map(({ name }) => send(name, message))];
}

function send(to: string, message: VoteMessage): VoteEffect {
  return { type: "send", to, message };
}
