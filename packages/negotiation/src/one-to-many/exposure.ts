// What the buyer may come to owe, whoever accepts what from now on in whatever order. Every rule below keeps this at most the budget;
// then no order of events can over-commit it.
//   penalties paid are gone
//   a commitment is owed in full, or, where an offer stands that would replace it, that offer and the dearest penalty; the penalty
//     of taking it back never exceeds its price
//   of the other standing offers only as many can be accepted as deals are still wanted, since the acceptance that makes them enough
//     withdraws the rest in the same step: so the dearest that many. Five offers of 90 for one deal need a budget of 90, not 450.
import type { OneToManyState, SellerThread } from "./session.ts";

type Committed = SellerThread & { readonly price: number; readonly since: number };

/** The commitments of now. */
export function commitments({ threads }: Pick<OneToManyState, "threads">): readonly Committed[] {
  return threads.filter((t): t is Committed => t.standing === "committed");
}

/** What taking back a commitment costs at a time. */
export function penaltyOf({ price, since }: Committed, { terms }: OneToManyState, now: number): number {
  const { rate, growsTo } = terms.decommitment;
  const run = terms.endAt === since ? 1 : Math.min(1, (now - since) / (terms.endAt - since));
  return price * (rate + (growsTo - rate) * run);
}

/** The most that the buyer can come to owe from here. */
export function exposure(state: OneToManyState): number {
  const { terms, threads, spent } = state;
  const committed = commitments(state);
  const bids = threads.flatMap(({ offer }) => (offer?.by === "buyer" ? [offer] : []));
  let owed = spent;
  for (const { seller, price } of committed) {
    const penalty = price * terms.decommitment.growsTo;
    owed += bids.reduce((most, bid) => (bid.instead === seller ? Math.max(most, bid.price + penalty) : most), price);
  }
  const open = Math.max(0, terms.wanted - committed.length);
  const dearest = bids.filter((bid) => bid.instead === undefined).map((bid) => bid.price);
  dearest.sort((a, b) => b - a);
  for (const price of dearest.slice(0, open)) owed += price;
  return owed;
}

/** Whether the buyer could come to owe more than its budget; by more than the rounding of sums, 1e-12 of it. */
export function isOverBudget(state: OneToManyState): boolean {
  return exposure(state) > state.terms.budget * (1 + 1e-12);
}
