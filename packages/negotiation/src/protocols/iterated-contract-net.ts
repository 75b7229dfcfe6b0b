// Iterated Contract Net (FIPA SC00030H): the initiator may answer the bids of a round with another call, to some of the bidders and for
// changed terms, as often as `rounds` allows.
//
//   held --(all answered | time up)--> deciding --iterate--> held (next round)
//                                               \--award | decideWithinMs--> performing --> closed
//   in the last round there is nothing to decide: it is a Contract Net, move by move
//
// A bid holds for its round: who is called again must bid again, and who is not is rejected at once. Until the decision bids may be
// withdrawn. A round without any bid ends the session, as there is nobody to call. What happens after an award (deadlines, failure,
// re-award) is Contract Net. The initiator may award before its time to decide is up, not before the bidders' is.
// Rejected: keeping an old bid beside the new one (a bidder would be bound to two tasks), and calling those who had refused.
import { callFor, decide, evaluated, nextDeadline, opened, resultOf, send, whatIsDue } from "../contract-net/moves.ts";
import { rank } from "../contract-net/ranking.ts";
import type { ContractNetEffect, ContractNetState } from "../contract-net/session.ts";
import { checkedTerms } from "../contract-net/terms.ts";
import { NegotiationError } from "../errors.ts";
import { timeOfStep } from "../event.ts";
import {
  checkedIteratedTerms,
  type IteratedContractNetEffect,
  type IteratedContractNetEvent,
  type IteratedContractNetResult,
  type IteratedContractNetState,
  type IteratedContractNetTerms,
} from "../iterated-contract-net/session.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = IteratedContractNetState;
type Moved = Transition<State, IteratedContractNetEffect>;
type Iterate = Extract<IteratedContractNetEvent, { type: "iterate" }>;

/** Contract Net in rounds. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const iteratedContractNet = defineProtocol<
  IteratedContractNetTerms,
  State,
  IteratedContractNetEvent,
  IteratedContractNetEffect,
  IteratedContractNetResult
>({
  name: "iterated-contract-net",

  start(given) {
    const [terms, netTerms] = checkedIteratedTerms(given);
    return called({ terms, round: 1, past: [] }, netTerms, terms.startAt);
  },

  step(before, event, time) {
    const now = timeOfStep(time, before.net.at);
    const [due, dueEffects] = ripe({ ...before, net: { ...before.net, at: now } }, now);
    const [after, effects] = decided(due, event, now);
    return [after, [...dueEffects, ...effects]];
  },

  nextTimer({ net, decideBy }) {
    return net.phase === "held" ? (decideBy ?? net.terms.replyBy) : nextDeadline(net);
  },

  result({ net, round }) {
    const result = resultOf(net);
    return result && { ...result, rounds: round };
  },
});

export default iteratedContractNet;

function called(before: Omit<State, "net" | "decideBy">, netTerms: ContractNetState["terms"], now: number): Moved {
  const { rounds } = before.terms;
  const last = before.round === rounds;
  const net = opened(netTerms, last ? "collecting" : "held", now);
  const cfp = { ...callFor(netTerms), round: before.round, last };
  return [{ ...before, net }, netTerms.participants.map((to) => ({ type: "send", to, message: cfp }))];
}

function ripe(state: State, now: number): Moved {
  const { net, decideBy } = state;
  if (net.phase !== "held") return within(state, whatIsDue(net, now));
  if (decideBy !== undefined) return now >= decideBy ? awarded(state, now) : [state, []];
  return now >= net.terms.replyBy ? collected(state, now) : [state, []];
}

function decided(state: State, event: IteratedContractNetEvent, now: number): Moved {
  if (event.type === "award") {
    if (state.net.phase !== "held" || state.decideBy === undefined) return undecided(state, "out-of-sequence");
    return awarded(state, now);
  }
  if (event.type === "iterate") return iterated(state, event, now);
  const [after, effects] = within(state, decide(state.net, event, now));
  const waits = after.net.participants.some((p) => p.standing === "invited");
  if (after.net.phase !== "held" || after.decideBy !== undefined || waits) return [after, effects];
  const [ready, more] = collected(after, now);
  return [ready, [...effects, ...more]];
}

// The bidding of a round is over: the initiator decides, unless there is nothing to decide on.
function collected(state: State, now: number): Moved {
  const participants = state.net.participants.map((p) =>
    p.standing === "invited" ? ({ ...p, standing: "no-reply" } as const) : p,
  );
  const net = { ...state.net, participants };
  if (!participants.some((p) => p.standing === "proposed")) return awarded({ ...state, net }, now);
  const decideBy = now + state.terms.decideWithinMs;
  return [{ ...state, net, decideBy }, [{ type: "decide", round: state.round, decideBy, bids: rank(net) }]];
}

function awarded(state: State, now: number): Moved {
  return within(state, evaluated(state.net, now));
}

function iterated(state: State, { to, task, criteria }: Iterate, now: number): Moved {
  const { net, terms } = state;
  if (net.phase !== "held" || state.decideBy === undefined) return undecided(state, "out-of-sequence");
  const bidders = net.participants.filter((p) => p.standing === "proposed");
  const again = new Set(to);
  const names = bidders.map(({ name }) => name);
  if (again.size === 0 || again.size < to.length || ![...again].every((name) => names.includes(name)))
    return undecided(state, "not-a-bidder");
  const changed = {
    ...net.terms,
    participants: names.filter((name) => again.has(name)),
    replyBy: now + terms.replyWithinMs,
    ...(task === undefined ? {} : { task }),
    ...(criteria === undefined ? {} : { criteria }),
  };
  const netTerms = checkedOr(changed);
  if (netTerms === undefined) return undecided(state, "invalid-criteria");
  const round = { called: net.terms.participants, bids: bidders.map(({ name, proposal }) => ({ name, proposal: proposal! })) };
  const [next, calls] = called({ terms, round: state.round + 1, past: [...state.past, round] }, netTerms, now);
  const rejected = names.filter((name) => !again.has(name)).map((name) => send(name, { act: "reject-proposal" }));
  return [next, [...rejected.map(ours), ...calls]];
}

// Only the criteria can be wrong here; all else comes from terms that were checked.
function checkedOr(terms: ContractNetState["terms"]): ContractNetState["terms"] | undefined {
  try {
    return checkedTerms(terms);
  } catch (error) {
    if (error instanceof NegotiationError) return undefined;
    throw error;
  }
}

function within(state: State, [net, effects]: Transition<ContractNetState, ContractNetEffect>): Moved {
  return [{ ...state, net }, effects.map(ours)];
}

// Contract Net's moves send everything but calls, which `called` makes.
function ours({ to, message }: ContractNetEffect): IteratedContractNetEffect {
  if (message.act === "cfp") throw new Error("a move of Contract Net sent a call");
  return { type: "send", to, message };
}

function undecided(state: State, reason: Extract<IteratedContractNetEffect, { type: "not-decided" }>["reason"]): Moved {
  return [state, [{ type: "not-decided", reason }]];
}
