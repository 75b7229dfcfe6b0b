import { checkAmount, checkCount, checkNames, checkTime, refuse } from "../terms.ts";

/** What taking back a commitment costs, as a share of its price: `rate` right after it, rising evenly to `growsTo` at the end. */
export interface Decommitment {
  /** 0 to 1. */
  readonly rate: number;
  /** `rate` to 1; default `rate`. */
  readonly growsTo?: number;
}

/** Terms of one buyer's bargaining with many sellers. Times are milliseconds on the host's clock. */
export interface OneToManyTerms {
  readonly buyer: string;
  /** The sellers, by name. */
  readonly participants: readonly string[];
  /** The buyer never owes more than this, penalties included. */
  readonly budget: number;
  /** How many deals the buyer wants; default 1. */
  readonly wanted?: number;
  /** The same for both sides. */
  readonly decommitment: Decommitment;
  /** When commitments become deals. */
  readonly endAt: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
}

/** Terms with the defaults filled in. */
export interface CheckedOneToManyTerms extends OneToManyTerms {
  readonly wanted: number;
  readonly startAt: number;
  readonly decommitment: Required<Decommitment>;
}

/** The offer that stands in a session with one seller; binding for who made it until it is answered, replaced or withdrawn. */
export interface StandingOffer {
  readonly by: "buyer" | "seller";
  readonly price: number;
  /** Of a buyer's offer: the seller whose commitment ends when this one is accepted. */
  readonly instead?: string;
  /** A later offer has a greater number. */
  readonly order: number;
}

/** The session with one seller. */
export interface SellerThread {
  readonly seller: string;
  /** "ended": the seller left, or a commitment was taken back. */
  readonly standing: "open" | "committed" | "ended";
  readonly offer?: StandingOffer;
  /** Of a commitment: its price and since when. */
  readonly price?: number;
  readonly since?: number;
}

/** How it ended. */
export interface OneToManyResult {
  /** As many deals as wanted, some, or none. */
  readonly outcome: "complete" | "partial" | "no-deal";
  readonly deals: readonly { readonly seller: string; readonly price: number }[];
  /** Prices of the deals and penalties paid; at most the budget. */
  readonly cost: number;
  /** Penalties that sellers owe the buyer; not part of its budget here. */
  readonly received: number;
}

/** The whole state as plain JSON. */
export interface OneToManyState {
  readonly terms: CheckedOneToManyTerms;
  readonly threads: readonly SellerThread[];
  /** Penalties the buyer has paid, and sellers have. */
  readonly spent: number;
  readonly received: number;
  /** Offers made so far. */
  readonly offers: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: OneToManyResult;
}

/**
 * What can happen. From the buyer, `to` names the seller; from a seller it is absent. An acceptance names the price it accepts, so
 * that it cannot mean an offer that has replaced the one it answers.
 */
export type OneToManyEvent =
  | { readonly type: "offer"; readonly from: string; readonly to?: string; readonly price: number; readonly instead?: string }
  | { readonly type: "accept"; readonly from: string; readonly to?: string; readonly price: number; readonly instead?: string }
  /** Takes back one's own offer, or turns down the other's. */
  | { readonly type: "withdraw" | "reject"; readonly from: string; readonly to?: string }
  /** Takes back a commitment, for the penalty of now. Ends that session. */
  | { readonly type: "decommit"; readonly from: string; readonly to?: string }
  /** A seller wants no more of it. */
  | { readonly type: "leave"; readonly from: string }
  /** The buyer makes its commitments deals now. */
  | { readonly type: "settle"; readonly from: string }
  | { readonly type: "timer" };

/** Why an event changed nothing. */
export type OneToManyRefusal =
  | "not-a-participant"
  | "out-of-sequence"
  | "invalid-price"
  | "price-changed"
  | "over-budget"
  | "enough"
  | "closed";

/** What a party is told; `seller` says which session, to the buyer. `free` is what the buyer could still commit to. */
export type OneToManyMessage =
  /** To sellers. They are not told the budget, nor how many others there are. */
  | ({ readonly act: "open" } & Pick<CheckedOneToManyTerms, "buyer" | "endAt" | "decommitment">)
  | { readonly act: "offer" | "accepted"; readonly seller: string; readonly price: number }
  | { readonly act: "withdrawn"; readonly seller: string; readonly reason: "withdrawn" | "rejected" | "enough" | "over-budget" }
  | { readonly act: "decommitted"; readonly seller: string; readonly penalty: number }
  | { readonly act: "left"; readonly seller: string }
  | { readonly act: "refused"; readonly reason: OneToManyRefusal; readonly free?: number }
  | { readonly act: "closed"; readonly deal?: number; readonly result?: OneToManyResult };

/** The only effect: send `message` to the agent named `to`. */
export interface OneToManyEffect {
  readonly type: "send";
  readonly to: string;
  readonly message: OneToManyMessage;
}

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedOneToManyTerms(terms: OneToManyTerms): CheckedOneToManyTerms {
  const { buyer, participants, budget, wanted = 1, decommitment, endAt, startAt = 0 } = terms;
  checkNames("participants", participants);
  checkNames("buyer", [buyer]);
  if (participants.includes(buyer)) refuse("buyer", "a name that is no seller's", buyer);
  checkAmount("budget", budget);
  checkCount("wanted", wanted);
  checkTime("startAt", startAt);
  checkTime("endAt", endAt, startAt);
  const { rate, growsTo = rate } = decommitment;
  if (!(rate >= 0 && rate <= 1)) refuse("decommitment.rate", "a share from 0 to 1", rate);
  if (!(growsTo >= rate && growsTo <= 1)) refuse("decommitment.growsTo", `a share from ${rate} to 1`, growsTo);
  return { buyer, participants, budget, wanted, endAt, startAt, decommitment: { rate, growsTo } };
}
