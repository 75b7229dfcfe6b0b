import { checkAmount, checkCount, checkNames, checkTime, checkWord, refuse } from "../terms.ts";
import { type AuctioneerEvent, type AuctionTerms, checkAuctionTerms } from "./auction.ts";

/** Terms of a combinatorial auction. Times are milliseconds on the host's clock. */
export interface CombinatorialAuctionTerms extends AuctionTerms {
  /** What is sold or bought, by name, each once. */
  readonly items: readonly string[];
  /** Bids at or after this time are late. */
  readonly closesAt: number;
  /**
   * For each item what it is worth to the auctioneer: the least it sells it for, or the most it buys it for. A bundle's worth is the
   * sum. Bidders are told. Default when selling: nothing; needed when buying.
   */
  readonly reserves?: readonly number[];
  /** "pay-as-bid": winners pay their prices; "vcg": less their discount, so that true prices are the best bids. Default "vcg". */
  readonly payments?: "pay-as-bid" | "vcg";
  /** How many bundles one participant may bid for; default 50. */
  readonly maxBundles?: number;
  /** How many looks at a bid each search may take (see `WinnerSearch.step`); default ten million. */
  readonly searchWork?: number;
}

/** Terms with the defaults filled in. */
export type CheckedCombinatorialAuctionTerms = CombinatorialAuctionTerms & Required<Omit<CombinatorialAuctionTerms, "lot">>;

/** A price for several items, all or nothing. */
export interface Bundle {
  readonly items: readonly string[];
  readonly price: number;
}

/** Where a participant stands; `bundles` is there when it has bid. */
export interface BundleBidder {
  readonly name: string;
  readonly answer: "none" | "bid" | "pass";
  readonly bundles?: readonly Bundle[];
  /** Arrival number of the bid, from 0. */
  readonly arrival?: number;
}

/** One winner: what it gets or delivers, what it had bid for that, and what it pays or is paid. */
export interface BundleAward {
  readonly to: string;
  readonly items: readonly string[];
  readonly price: number;
  readonly payment: number;
}

/** How a combinatorial auction ended. */
export interface CombinatorialAuctionResult {
  readonly outcome: "awarded" | "no-award" | "cancelled";
  readonly awards: readonly BundleAward[];
  /** Items that nobody got or delivers. */
  readonly left: readonly string[];
  /** What the auctioneer gains by the awards at the prices bid, over its reserves; and the most it could have. */
  readonly gain: number;
  readonly bound: number;
  /** Whether winners are proven optimal and, with "vcg", payments exact. */
  readonly proven: boolean;
}

/** The whole session as plain JSON. */
export interface CombinatorialAuctionState {
  readonly terms: CheckedCombinatorialAuctionTerms;
  readonly bidders: readonly BundleBidder[];
  readonly arrivals: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: CombinatorialAuctionResult;
}

/** What can happen to a session. Of a participant's bundles at most one wins. */
export type CombinatorialAuctionEvent =
  | { readonly type: "bid"; readonly from: string; readonly bundles: readonly Bundle[] }
  | { readonly type: "pass"; readonly from: string }
  | AuctioneerEvent;

/** What the auctioneer says to a participant. */
export type CombinatorialAuctionMessage =
  | ({ readonly act: "open" } & Omit<CheckedCombinatorialAuctionTerms, "participants" | "searchWork">)
  | { readonly act: "refused"; readonly reason: "late" }
  | { readonly act: "not-understood"; readonly reason: "out-of-sequence" | "not-a-participant" | "invalid-bid" }
  | {
      readonly act: "closed";
      readonly outcome: CombinatorialAuctionResult["outcome"];
      readonly award?: Omit<BundleAward, "to">;
      readonly reason?: string;
    };

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedCombinatorialAuctionTerms(terms: CombinatorialAuctionTerms): CheckedCombinatorialAuctionTerms {
  const { side = "sell", items, closesAt, payments = "vcg", maxBundles = 50, searchWork = 10_000_000 } = terms;
  checkAuctionTerms(terms);
  checkNames("items", items);
  checkTime("closesAt", closesAt);
  checkWord("payments", payments, ["pay-as-bid", "vcg"]);
  checkCount("maxBundles", maxBundles);
  checkCount("searchWork", searchWork);
  if (side === "buy" && terms.reserves === undefined) refuse("reserves", "for each item the most it is bought for", undefined);
  const reserves = terms.reserves ?? items.map(() => 0);
  if (!Array.isArray(reserves) || reserves.length !== items.length)
    refuse("reserves", `${items.length} numbers, one for each item`, reserves);
  for (const [i, reserve] of reserves.entries()) checkAmount(`reserves[${i}]`, reserve);
  return { ...terms, side, reserves, payments, maxBundles, searchWork };
}
