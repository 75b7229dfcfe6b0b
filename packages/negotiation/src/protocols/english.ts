// English auction: open bids, each better than the last by at least a step, upwards to sell and downwards to buy.
//
//   open --(quiet for quietMs | closesAt | nobody but the leader is left | cancel)--> closed
//
// All see the standing price and whether they lead; who leads otherwise stays unsaid. The leader cannot outbid itself, since that only
// helps who bids in its name by mistake. The winner pays its bid. When a timer and a bid fall on the same time the timer comes first.
// With both ends set, `closesAt` is hard: late bids do not prolong it (use only `quietMs` where sniping matters).
import { type AuctionEffect, type AuctionResult, ahead, asStored, isPrice } from "../auctions/auction.ts";
import {
  checkedEnglishTerms,
  type EnglishEvent,
  type EnglishMessage,
  type EnglishState,
  type EnglishTerms,
} from "../auctions/english-session.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = EnglishState;
type Effect = AuctionEffect<EnglishMessage>;
type Moved = Transition<State, Effect>;

/** English auction. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const english = defineProtocol<EnglishTerms, State, EnglishEvent, Effect, AuctionResult>({
  name: "english",

  start(given) {
    const terms = checkedEnglishTerms(given);
    const { participants, startPrice, startAt, ...told } = terms;
    const opening: EnglishMessage = { act: "open", next: startPrice, ...told };
    return [{ terms, left: [], movedAt: startAt, at: startAt }, participants.map((to) => send(to, opening))];
  },

  step(before, event, time) {
    checkEventType(event, ["bid", "leave", "cancel", "timer"]);
    const state = { ...before, at: timeOfStep(time, before.at) };
    const due = dueAt(state);
    if (due === undefined || state.at < due) return decide(state, event);
    const [closed, told] = hammered(state);
    const [after, effects] = decide(closed, event);
    return [after, [...told, ...effects]];
  },

  nextTimer: dueAt,

  result: ({ result }) => result,
});

export default english;

function dueAt({ terms, movedAt, result }: State): number | undefined {
  if (result !== undefined) return undefined;
  const { quietMs, closesAt = Number.POSITIVE_INFINITY } = terms;
  return Math.min(quietMs === undefined ? Number.POSITIVE_INFINITY : movedAt + quietMs, closesAt);
}

function decide(state: State, event: EnglishEvent): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") {
    return state.result === undefined ? closed(state, { outcome: "cancelled" }, event.reason) : [state, []];
  }
  const { from } = event;
  const { terms, standing } = state;
  const misunderstood = (reason: Extract<EnglishMessage, { act: "not-understood" }>["reason"]): Moved => [
    state,
    [send(from, { act: "not-understood", reason })],
  ];
  const refused = (reason: Extract<EnglishMessage, { act: "refused" }>["reason"]): Moved => [
    state,
    [send(from, { act: "refused", reason, ...(state.result === undefined ? { next: nextPrice(state) } : {}) })],
  ];
  if (!terms.participants.includes(from)) return misunderstood("not-a-participant");
  if (event.type === "leave") {
    if (state.result !== undefined || state.left.includes(from)) return misunderstood("out-of-sequence");
    if (standing?.by === from) return refused("leading");
    const gone: State = { ...state, left: [...state.left, from] };
    return isAlone(gone) ? hammered(gone) : [gone, []];
  }
  if (!isPrice(event.price)) return misunderstood("invalid-bid");
  if (state.result !== undefined) return refused("late");
  if (state.left.includes(from)) return refused("left");
  if (standing?.by === from) return refused("leading");
  if (!isRaise(state, event.price)) return refused("raise");
  const price = asStored(event.price);
  const raised: State = { ...state, standing: { by: from, price }, movedAt: state.at };
  const next = nextPrice(raised);
  if (isAlone(raised) || next < 0) return hammered(raised); // below 0 nobody can bid
  const told = terms.participants
    .filter((to) => !state.left.includes(to))
    .map((to) => send(to, { act: "standing", price, leading: to === from, next }));
  return [raised, told];
}

function nextPrice({ terms, standing }: State): number {
  if (standing === undefined) return terms.startPrice;
  return terms.side === "sell" ? standing.price + terms.minRaise : standing.price - terms.minRaise;
}

// Prices that were added up are compared with the tolerance of their rounding: 0.3 is a raise of 0.1 over 0.2.
function isRaise(state: State, price: number): boolean {
  const next = nextPrice(state);
  return ahead(state.terms.side, price, next) >= -1e-12 * Math.max(Math.abs(next), state.terms.minRaise);
}

function isAlone({ terms, left, standing }: State): boolean {
  return terms.participants.every((name) => left.includes(name) || name === standing?.by);
}

function hammered(state: State): Moved {
  const { standing } = state;
  if (standing === undefined) return closed(state, { outcome: "no-award" });
  return closed(state, { outcome: "awarded", winner: standing.by, price: standing.price });
}

function closed(state: State, result: AuctionResult, reason?: string): Moved {
  const { outcome, price, winner } = result;
  const messages = state.terms.participants.map((to) =>
    send(to, {
      act: "closed",
      outcome,
      won: to === winner,
      ...(price === undefined ? {} : { price }),
      ...(reason === undefined ? {} : { reason }),
    }),
  );
  return [{ ...state, result }, messages];
}

function send(to: string, message: EnglishMessage): Effect {
  return { type: "send", to, message };
}
