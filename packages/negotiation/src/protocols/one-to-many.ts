// One buyer bargains with many sellers at once, under one budget, and may better a commitment for a penalty (leveled commitment:
// Sandholm, Lesser 2001; concurrent negotiation with decommitment: Nguyen, Jennings 2004; An, Lesser, Irwin, Zink 2010).
//
//   session with a seller:  open --offer, counter-offer, ...--accept--> committed --(endAt | settle)--> deal
//                             \--leave--> ended <--decommit (either side, for the penalty)--/
//
// In each session one offer stands, the last one made, and binds who made it; a counter-offer turns it down. All sessions meet in this one
// state machine, so an acceptance and the withdrawal of all offers that it makes too many are one step: no seller can accept an
// offer that the budget no longer holds. What the buyer may come to owe (`exposure`) never exceeds the budget: an offer or acceptance
// of its own that would is refused, and when a commitment ends (which lets more of the standing offers be accepted) its latest offers
// are withdrawn until it fits. Penalties that sellers owe do not raise the budget: they have yet to be paid.
// Rejected: holding the sum of all standing offers (talking to ten sellers would need ten times the budget), and a coordinator
// outside of the state (an acceptance could cross the withdrawal).

import { asStored, isPrice } from "../auctions/auction.ts";
import { checkEventType, timeOfStep } from "../event.ts";
import { commitments, exposure, isOverBudget, penaltyOf } from "../one-to-many/exposure.ts";
import {
  checkedOneToManyTerms,
  type OneToManyEffect,
  type OneToManyEvent,
  type OneToManyMessage,
  type OneToManyRefusal,
  type OneToManyResult,
  type OneToManyState,
  type OneToManyTerms,
  type SellerThread,
} from "../one-to-many/session.ts";
import { defineProtocol, type Transition } from "../protocol.ts";

type State = OneToManyState;
type Moved = Transition<State, OneToManyEffect>;
type PartyEvent = Exclude<OneToManyEvent, { type: "timer" }>;
type Side = "buyer" | "seller";

const types = ["offer", "accept", "withdraw", "reject", "decommit", "leave", "settle", "timer"];

/** One buyer, many sellers, one budget. Its `start` throws TERMS_INVALID, its `step` EVENT_INVALID. */
export const oneToMany = defineProtocol<OneToManyTerms, State, OneToManyEvent, OneToManyEffect, OneToManyResult>({
  name: "one-to-many",

  start(given) {
    const terms = checkedOneToManyTerms(given);
    const threads = terms.participants.map((seller): SellerThread => ({ seller, standing: "open" }));
    const { buyer, endAt, decommitment } = terms;
    const opening: OneToManyMessage = { act: "open", buyer, endAt, decommitment };
    return [
      { terms, threads, spent: 0, received: 0, offers: 0, at: terms.startAt },
      terms.participants.map((to) => send(to, opening)),
    ];
  },

  step(before, event, time) {
    checkEventType(event, types);
    const state = { ...before, at: timeOfStep(time, before.at) };
    const [due, told] = state.result === undefined && state.at >= state.terms.endAt ? settled(state) : ([state, []] as const);
    if (event.type === "timer") return [due, told];
    const [after, effects] = decide(due, event);
    return [after, [...told, ...effects]];
  },

  nextTimer: ({ result, terms }) => (result === undefined ? terms.endAt : undefined),

  result: ({ result }) => result,
});

export default oneToMany;

function decide(state: State, event: PartyEvent): Moved {
  const { from } = event;
  const { terms } = state;
  const side: Side = from === terms.buyer ? "buyer" : "seller";
  const name = side === "seller" ? from : "to" in event ? event.to : undefined;
  const thread = state.threads.find(({ seller }) => seller === name);
  if (side === "seller" && thread === undefined) return refused(state, from, "not-a-participant");
  if (state.result !== undefined) return refused(state, from, "closed");
  if (event.type === "settle") return side === "buyer" ? settled(state) : refused(state, from, "out-of-sequence");
  if (thread === undefined) return refused(state, from, "not-a-participant");
  switch (event.type) {
    case "offer":
      return offered(state, thread, side, event);
    case "accept":
      return accepted(state, thread, side, event);
    case "withdraw":
    case "reject": {
      const owner = event.type === "withdraw" ? side : otherOf(side);
      if (thread.offer?.by !== owner) return refused(state, from, "out-of-sequence");
      const message = {
        act: "withdrawn",
        seller: thread.seller,
        reason: event.type === "withdraw" ? "withdrawn" : "rejected",
      } as const;
      return [changed(state, { seller: thread.seller, standing: "open" }), [send(nameOf(state, otherOf(side), thread), message)]];
    }
    case "decommit":
      return decommitted(state, thread, side);
    case "leave":
      return side === "seller" ? left(state, thread) : refused(state, from, "out-of-sequence");
  }
}

function offered(state: State, thread: SellerThread, side: Side, event: Extract<PartyEvent, { type: "offer" }>): Moved {
  const { from, instead } = event;
  const { seller } = thread;
  if (thread.standing !== "open") return refused(state, from, "out-of-sequence");
  if (!isPrice(event.price)) return refused(state, from, "invalid-price");
  const price = asStored(event.price);
  if (instead !== undefined && (side === "seller" || !isCommitted(state, instead)))
    return refused(state, from, "out-of-sequence");
  if (side === "buyer" && instead === undefined && isEnough(state)) return refused(state, from, "enough");
  const offer = { by: side, price, order: state.offers, ...(instead === undefined ? {} : { instead }) };
  const next = changed({ ...state, offers: state.offers + 1 }, { seller, standing: "open", offer });
  if (side === "buyer" && isOverBudget(next)) return refused(state, from, "over-budget");
  return [next, [send(nameOf(state, otherOf(side), thread), { act: "offer", seller, price })]];
}

function accepted(state: State, thread: SellerThread, side: Side, event: Extract<PartyEvent, { type: "accept" }>): Moved {
  const { offer, seller } = thread;
  if (offer === undefined || offer.by === side) return refused(state, event.from, "out-of-sequence");
  if (offer.price !== event.price) return refused(state, event.from, "price-changed");
  const instead = side === "buyer" ? event.instead : offer.instead;
  if (instead !== undefined && !isCommitted(state, instead)) return refused(state, event.from, "out-of-sequence");
  if (instead === undefined && isEnough(state)) return refused(state, event.from, "enough");
  const commitment: SellerThread = { seller, standing: "committed", price: offer.price, since: state.at };
  const answered = changed(state, { seller, standing: "open" });
  const [freed, told] = instead === undefined ? ([answered, []] as const) : released(answered, instead, "buyer");
  const [after, more] = withoutExcess(changed(freed, commitment));
  if (side === "buyer" && isOverBudget(after)) return refused(state, event.from, "over-budget"); // a seller's was held for it
  const message = { act: "accepted", seller, price: offer.price } as const;
  return [after, [...told, send(nameOf(state, otherOf(side), thread), message), ...more]];
}

function decommitted(state: State, thread: SellerThread, side: Side): Moved {
  if (thread.standing !== "committed") return refused(state, nameOf(state, side, thread), "out-of-sequence");
  const [freed, told] = released(state, thread.seller, side);
  const [fitting, withdrawn] = fitted(freed);
  return endedIfAlone(fitting, [...told, ...withdrawn]);
}

// Ends a commitment at the cost of `by`, and withdraws the offers that were to replace it.
function released(state: State, seller: string, by: Side): Moved {
  const commitment = commitments(state).find((t) => t.seller === seller)!;
  const penalty = penaltyOf(commitment, state, state.at);
  const paid = by === "buyer" ? { spent: state.spent + penalty } : { received: state.received + penalty };
  const ended = changed({ ...state, ...paid }, { seller, standing: "ended" });
  const told = send(nameOf(state, otherOf(by), commitment), { act: "decommitted", seller, penalty });
  const orphans = ended.threads.filter(({ offer }) => offer?.by === "buyer" && offer.instead === seller);
  const [after, withdrawn] = withdrawnAll(ended, orphans, "withdrawn");
  return [after, [told, ...withdrawn]];
}

// One commitment less lets one more of the standing offers be accepted: the latest go until the budget holds what is left.
function fitted(before: State): Moved {
  let moved: Moved = [before, []];
  while (isOverBudget(moved[0])) {
    const bids = moved[0].threads.filter(({ offer }) => offer?.by === "buyer");
    const latest = bids.reduce((a, b) => (b.offer!.order > a.offer!.order ? b : a));
    const [state, told] = withdrawnAll(moved[0], [latest], "over-budget");
    moved = [state, [...moved[1], ...told]];
  }
  return moved;
}

// With as many commitments as wanted, offers that would add another are withdrawn.
function withoutExcess(state: State): Moved {
  if (!isEnough(state)) return [state, []];
  const excess = state.threads.filter(({ offer }) => offer?.by === "buyer" && offer.instead === undefined);
  return withdrawnAll(state, excess, "enough");
}

function withdrawnAll(state: State, threads: readonly SellerThread[], reason: "withdrawn" | "enough" | "over-budget"): Moved {
  let next = state;
  for (const { seller } of threads) next = changed(next, { seller, standing: "open" });
  const told = threads.flatMap(({ seller }) =>
    [seller, state.terms.buyer].map((to) => send(to, { act: "withdrawn", seller, reason })),
  );
  return [next, told];
}

function left(state: State, thread: SellerThread): Moved {
  const { seller } = thread;
  if (thread.standing !== "open") return refused(state, seller, "out-of-sequence"); // a commitment is left by decommitting
  const gone = changed(state, { seller, standing: "ended" });
  return endedIfAlone(gone, [send(state.terms.buyer, { act: "left", seller })]);
}

function endedIfAlone(state: State, told: readonly OneToManyEffect[]): Moved {
  if (state.threads.some(({ standing }) => standing !== "ended")) return [state, told];
  const [after, more] = settled(state);
  return [after, [...told, ...more]];
}

function settled(before: State): Moved {
  const deals = commitments(before).map(({ seller, price }) => ({ seller, price }));
  const cost = deals.reduce((sum, { price }) => sum + price, before.spent);
  const outcome = deals.length >= before.terms.wanted ? "complete" : deals.length > 0 ? "partial" : "no-deal";
  const result: OneToManyResult = { outcome, deals, cost, received: before.received };
  const threads = before.threads.map(({ offer: _, ...thread }) => thread);
  const told = threads
    .filter(({ standing }) => standing !== "ended")
    .map(({ seller, price }) => send(seller, { act: "closed", ...(price === undefined ? {} : { deal: price }) }));
  return [{ ...before, threads, result }, [...told, send(before.terms.buyer, { act: "closed", result })]];
}

function refused(state: State, to: string, reason: OneToManyRefusal): Moved {
  const { buyer, budget } = state.terms;
  const free = to === buyer ? { free: budget - exposure(state) } : {};
  return [state, [send(to, { act: "refused", reason, ...free })]];
}

function isEnough(state: State): boolean {
  return commitments(state).length >= state.terms.wanted;
}

function isCommitted({ threads }: State, seller: string): boolean {
  return threads.some((t) => t.seller === seller && t.standing === "committed");
}

function otherOf(side: Side): Side {
  return side === "buyer" ? "seller" : "buyer";
}

function nameOf({ terms }: State, side: Side, { seller }: SellerThread): string {
  return side === "buyer" ? terms.buyer : seller;
}

function changed(state: State, thread: SellerThread): State {
  return { ...state, threads: state.threads.map((t) => (t.seller === thread.seller ? thread : t)) };
}

function send(to: string, message: OneToManyMessage): OneToManyEffect {
  return { type: "send", to, message };
}
