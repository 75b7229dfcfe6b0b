import { checkTime, checkWord, refuse } from "../terms.ts";
import {
  type AuctionClosed,
  type AuctioneerEvent,
  type AuctionResult,
  type AuctionTerms,
  checkAuctionTerms,
  checkPrice,
} from "./auction.ts";

/** Terms of a sealed-bid auction. Times are milliseconds on the host's clock. */
export interface SealedBidTerms extends AuctionTerms {
  /** Bids at or after this time are late. */
  readonly closesAt: number;
  /** "first": the winner pays its own price; "second" (Vickrey): the best price of the others, or the reserve. Default "second". */
  readonly pricing?: "first" | "second";
  /** The worst price the auctioneer takes; bidders are told. Needed to buy at second price, where a lone bidder is paid it. */
  readonly reserve?: number;
}

/** Terms with the defaults filled in. */
export type CheckedSealedBidTerms = SealedBidTerms & Required<Pick<SealedBidTerms, "side" | "pricing">>;

/** Where a participant stands. */
export interface SealedBidder {
  readonly name: string;
  readonly answer: "none" | "bid" | "pass";
  readonly price?: number;
  /** Arrival number of the bid, from 0: earlier wins a tie. */
  readonly arrival?: number;
}

/** The whole session as plain JSON. */
export interface SealedBidState {
  readonly terms: CheckedSealedBidTerms;
  readonly bidders: readonly SealedBidder[];
  readonly arrivals: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: AuctionResult;
}

/** What can happen to a session. */
export type SealedBidEvent =
  | { readonly type: "bid"; readonly from: string; readonly price: number }
  | { readonly type: "pass"; readonly from: string }
  | AuctioneerEvent;

/** What the auctioneer says to a participant. */
export type SealedBidMessage =
  | ({ readonly act: "open" } & Pick<CheckedSealedBidTerms, "side" | "pricing" | "closesAt" | "reserve" | "lot">)
  | { readonly act: "refused"; readonly reason: "late" | "reserve" }
  | { readonly act: "not-understood"; readonly reason: "out-of-sequence" | "not-a-participant" | "invalid-bid" }
  | AuctionClosed;

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedSealedBidTerms(terms: SealedBidTerms): CheckedSealedBidTerms {
  const { participants, side = "sell", closesAt, pricing = "second", reserve, lot } = terms;
  checkAuctionTerms(terms);
  checkTime("closesAt", closesAt);
  checkWord("pricing", pricing, ["first", "second"]);
  checkPrice("reserve", reserve);
  if (side === "buy" && pricing === "second" && reserve === undefined)
    refuse("reserve", "the most a lone bidder is paid, to buy at second price", reserve);
  return {
    participants,
    side,
    closesAt,
    pricing,
    ...(reserve === undefined ? {} : { reserve }),
    ...(lot === undefined ? {} : { lot }),
  };
}
