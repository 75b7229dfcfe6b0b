// Combinatorial auction: sealed bids for bundles, several from each participant of which at most one wins, decided together.
//
//   open --(all have bid or passed | closesAt | cancel)--> closed
//
// The auctioneer gains from a bundle what it is paid over its reserves (selling), or what it pays less than them (buying), and the
// winners are those with the greatest gain together: determined exactly, or after `searchWork` looks at a bid the best found, with the bound
// beside it. With "vcg" a winner pays (is paid) its price less (plus) what its presence adds to that gain. An item is sold or bought
// once at most; whatever no gainful set of bundles covers is left.
// Ties: equal bundles go to who bid first; among equal sets the search's order decides, which depends on nothing but the bids.
// Rejected: buying every item at any price (a lone supplier of one item could ask for anything).
import { type AuctionEffect, asStored, isPrice } from "../auctions/auction.ts";
import type { BundleAuction } from "../auctions/bundle-auction.ts";
import {
  type BundleBidder,
  type CheckedCombinatorialAuctionTerms,
  type CombinatorialAuctionEvent,
  type CombinatorialAuctionMessage,
  type CombinatorialAuctionResult,
  type CombinatorialAuctionState,
  type CombinatorialAuctionTerms,
  checkedCombinatorialAuctionTerms,
} from "../auctions/bundle-session.ts";
import { vcgDiscounts } from "../auctions/vcg.ts";
import { determineWinners } from "../auctions/winner-search.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = CombinatorialAuctionState;
type Effect = AuctionEffect<CombinatorialAuctionMessage>;
type Moved = Transition<State, Effect>;

/** Combinatorial auction with VCG or pay-as-bid payments. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const combinatorialAuction = defineProtocol<
  CombinatorialAuctionTerms,
  State,
  CombinatorialAuctionEvent,
  Effect,
  CombinatorialAuctionResult
>({
  name: "combinatorial-auction",

  start(given) {
    const terms = checkedCombinatorialAuctionTerms(given);
    const { participants, searchWork, ...told } = terms;
    const bidders = participants.map((name): BundleBidder => ({ name, answer: "none" }));
    return [{ terms, bidders, arrivals: 0, at: 0 }, participants.map((to) => send(to, { act: "open", ...told }))];
  },

  step(before, event, time) {
    checkEventType(event, ["bid", "pass", "cancel", "timer"]);
    const state = { ...before, at: timeOfStep(time, before.at) };
    if (state.result !== undefined || state.at < state.terms.closesAt) return decide(state, event);
    const [closed, told] = evaluated(state);
    const [after, effects] = decide(closed, event);
    return [after, [...told, ...effects]];
  },

  nextTimer: ({ result, terms }) => (result === undefined ? terms.closesAt : undefined),

  result: ({ result }) => result,
});

export default combinatorialAuction;

function decide(state: State, event: CombinatorialAuctionEvent): Moved {
  if (event.type === "timer") return [state, []];
  if (event.type === "cancel") {
    if (state.result !== undefined) return [state, []];
    const { items } = state.terms;
    return closed(state, { outcome: "cancelled", awards: [], left: items, gain: 0, bound: 0, proven: true }, event.reason);
  }
  const { from } = event;
  const bidder = state.bidders.find(({ name }) => name === from);
  const misunderstood = (reason: Extract<CombinatorialAuctionMessage, { act: "not-understood" }>["reason"]): Moved => [
    state,
    [send(from, { act: "not-understood", reason })],
  ];
  if (bidder === undefined) return misunderstood("not-a-participant");
  if (bidder.answer !== "none") return misunderstood("out-of-sequence");
  if (state.result !== undefined) return [state, [send(from, { act: "refused", reason: "late" })]];
  if (event.type === "pass") return answered(state, { name: from, answer: "pass" });
  if (!areBundles(event.bundles, state.terms)) return misunderstood("invalid-bid");
  const bundles = event.bundles.map(({ items, price }) => ({ items: [...items], price: asStored(price) }));
  const bid: BundleBidder = { name: from, answer: "bid", bundles, arrival: state.arrivals };
  return answered({ ...state, arrivals: state.arrivals + 1 }, bid);
}

function areBundles(bundles: unknown, { items: all, maxBundles }: CheckedCombinatorialAuctionTerms): boolean {
  if (!Array.isArray(bundles) || bundles.length === 0 || bundles.length > maxBundles) return false;
  return bundles.every((bundle: unknown) => {
    if (typeof bundle !== "object" || bundle === null || !("items" in bundle) || !("price" in bundle)) return false;
    const { items, price } = bundle;
    if (!isPrice(price) || !Array.isArray(items) || items.length === 0) return false;
    return new Set(items).size === items.length && items.every((item) => all.includes(item));
  });
}

function answered(before: State, answer: BundleBidder): Moved {
  const state = { ...before, bidders: before.bidders.map((b) => (b.name === answer.name ? answer : b)) };
  return state.bidders.some((b) => b.answer === "none") ? [state, []] : evaluated(state);
}

function evaluated(state: State): Moved {
  const { side, items, reserves, payments, searchWork } = state.terms;
  const number = new Map(items.map((item, i) => [item, i]));
  const reserveOf = (names: readonly string[]) => names.reduce((sum, item) => sum + reserves[number.get(item)!]!, 0);
  const bidders = state.bidders.filter((b) => b.answer === "bid").sort((a, b) => a.arrival! - b.arrival!);
  const bundles = bidders.flatMap(({ name, bundles: own }) => own!.map((bundle) => ({ name, ...bundle })));
  const bids = bundles.map(({ name, items: names, price }) => {
    const gain = side === "sell" ? price - reserveOf(names) : reserveOf(names) - price;
    return { bidder: name, items: names.map((item) => number.get(item)!), price: gain };
  });
  const auction: BundleAuction = { items: items.length, bids };
  const winners = determineWinners(auction, searchWork);
  const discounts =
    payments === "vcg"
      ? vcgDiscounts(auction, winners, searchWork)
      : winners.bids.map((bid) => ({ bid, discount: 0, exact: winners.optimal }));
  const awards = discounts.map(({ bid, discount }) => {
    const { name, items: names, price } = bundles[bid]!;
    // Rounding may not carry a payment past the reserve.
    const payment = side === "sell" ? Math.max(reserveOf(names), price - discount) : Math.min(reserveOf(names), price + discount);
    return { to: name, items: names, price, payment };
  });
  const gone = new Set(awards.flatMap((award) => award.items));
  return closed(state, {
    outcome: awards.length === 0 ? "no-award" : "awarded",
    awards,
    left: items.filter((item) => !gone.has(item)),
    gain: winners.revenue,
    bound: winners.bound,
    proven: winners.optimal && discounts.every(({ exact }) => exact),
  });
}

function closed(state: State, result: CombinatorialAuctionResult, reason?: string): Moved {
  const { outcome } = result;
  const told = state.bidders.filter(({ answer }) => answer === "bid" || (answer === "none" && outcome === "cancelled"));
  const messages = told.map(({ name }): Effect => {
    const award = result.awards.find(({ to }) => to === name);
    const own = award && { items: award.items, price: award.price, payment: award.payment };
    return send(name, {
      act: "closed",
      outcome,
      ...(own === undefined ? {} : { award: own }),
      ...(reason === undefined ? {} : { reason }),
    });
  });
  return [{ ...state, result }, messages];
}

function send(to: string, message: CombinatorialAuctionMessage): Effect {
  return { type: "send", to, message };
}
