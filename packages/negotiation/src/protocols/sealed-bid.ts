// Sealed-bid auction of one thing, at first or second price (Vickrey 1961), to sell or to buy.
//
//   open --(all have bid or passed | closesAt | cancel)--> closed
//
// Each participant answers once, with a bid or a pass; a bid is final. Nobody learns another's bid: at the close a loser is told
// that it lost, the winner also its price. The best price wins; of equal prices the one that came first (so a second price is then the
// winner's own). At second price the winner pays the best price of the others that the reserve allows, else the reserve, else
// (selling without one) nothing. A bid worse than the reserve, which all know, is refused, and its bidder may bid again.
// Rejected: ties by lot (a draw that only the auctioneer sees cannot be checked by anybody).
import { type AuctionClosed, type AuctionEffect, type AuctionResult, ahead, asStored, isPrice } from "../auctions/auction.ts";
import {
  checkedSealedBidTerms,
  type SealedBidder,
  type SealedBidEvent,
  type SealedBidMessage,
  type SealedBidState,
  type SealedBidTerms,
} from "../auctions/sealed-bid-session.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = SealedBidState;
type Effect = AuctionEffect<SealedBidMessage>;
type Moved = Transition<State, Effect>;

/** Sealed-bid auction, first or second price. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const sealedBid = defineProtocol<SealedBidTerms, State, SealedBidEvent, Effect, AuctionResult>({
  name: "sealed-bid",

  start(given) {
    const terms = checkedSealedBidTerms(given);
    const { participants, ...told } = terms;
    const bidders = participants.map((name): SealedBidder => ({ name, answer: "none" }));
    return [{ terms, bidders, arrivals: 0, at: 0 }, participants.map((to) => send(to, { act: "open", ...told }))];
  },

  step(before, event, time) {
    checkEventType(event, ["bid", "pass", "cancel", "timer"]);
    const now = timeOfStep(time, before.at);
    const state = { ...before, at: now };
    if (state.result === undefined && now >= state.terms.closesAt) {
      const [closed, told] = evaluated(state);
      const [after, effects] = decide(closed, event);
      return [after, [...told, ...effects]];
    }
    return decide(state, event);
  },

  nextTimer: ({ result, terms }) => (result === undefined ? terms.closesAt : undefined),

  result: ({ result }) => result,
});

export default sealedBid;

function decide(state: State, event: SealedBidEvent): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") {
    if (state.result !== undefined) return [state, []];
    return closed(state, { outcome: "cancelled" }, event.reason);
  }
  const bidder = state.bidders.find(({ name }) => name === event.from);
  const misunderstood = (reason: Extract<SealedBidMessage, { act: "not-understood" }>["reason"]): Moved => [
    state,
    [send(event.from, { act: "not-understood", reason })],
  ];
  if (bidder === undefined) return misunderstood("not-a-participant");
  if (bidder.answer !== "none") return misunderstood("out-of-sequence");
  if (state.result !== undefined) return [state, [send(event.from, { act: "refused", reason: "late" })]];
  if (event.type === "pass") return answered(state, { name: event.from, answer: "pass" });
  const { from, price } = event;
  const { side, reserve } = state.terms;
  if (!isPrice(price)) return misunderstood("invalid-bid");
  if (reserve !== undefined && ahead(side, price, reserve) < 0)
    return [state, [send(from, { act: "refused", reason: "reserve" })]];
  return answered(
    { ...state, arrivals: state.arrivals + 1 },
    { name: from, answer: "bid", price: asStored(price), arrival: state.arrivals },
  );
}

function answered(before: State, answer: SealedBidder): Moved {
  const state = { ...before, bidders: before.bidders.map((b) => (b.name === answer.name ? answer : b)) };
  return state.bidders.some((b) => b.answer === "none") ? [state, []] : evaluated(state);
}

function evaluated(state: State): Moved {
  const { side, pricing, reserve } = state.terms;
  const bids = state.bidders.filter((b) => b.answer === "bid");
  bids.sort((a, b) => ahead(side, b.price!, a.price!) || a.arrival! - b.arrival!);
  const [best, second] = bids;
  if (best === undefined) return closed(state, { outcome: "no-award" });
  const price = pricing === "first" ? best.price! : (second?.price ?? reserve ?? 0);
  return closed(state, { outcome: "awarded", winner: best.name, price });
}

// Those who bid are told how it ended, and when it is called off also those who still might have.
function closed(state: State, result: AuctionResult, reason?: string): Moved {
  const told = state.bidders.filter(({ answer }) => answer === "bid" || (answer === "none" && result.outcome === "cancelled"));
  const messages = told.map(({ name }): Effect => {
    const won = name === result.winner;
    const message: AuctionClosed = {
      act: "closed",
      outcome: result.outcome,
      won,
      ...(won ? { price: result.price! } : {}),
      ...(reason === undefined ? {} : { reason }),
    };
    return send(name, message);
  });
  return [{ ...state, result }, messages];
}

function send(to: string, message: SealedBidMessage): Effect {
  return { type: "send", to, message };
}
