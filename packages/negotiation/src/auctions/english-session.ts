import { checkAmount, checkLength, checkTime, refuse } from "../terms.ts";
import { type AuctionClosed, type AuctioneerEvent, type AuctionResult, type AuctionTerms, checkAuctionTerms } from "./auction.ts";

/** Terms of an English auction. Times are milliseconds on the host's clock. At least one of `quietMs` and `closesAt` is set. */
export interface EnglishTerms extends AuctionTerms {
  /** The worst first bid. */
  readonly startPrice: number;
  /** By how much a bid must be better than the standing one, above 0. */
  readonly minRaise: number;
  /** Ends when so long nobody has bid. */
  readonly quietMs?: number;
  /** Ends then, whatever is going on. */
  readonly closesAt?: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
}

/** Terms with the defaults filled in. */
export type CheckedEnglishTerms = EnglishTerms & Required<Pick<EnglishTerms, "side" | "startAt">>;

/** The whole session as plain JSON. */
export interface EnglishState {
  readonly terms: CheckedEnglishTerms;
  readonly standing?: { readonly by: string; readonly price: number };
  /** Who said that it bids no more. */
  readonly left: readonly string[];
  /** When the last bid came, or it began. */
  readonly movedAt: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: AuctionResult;
}

/** What can happen to a session. `leave` is final; who leads cannot leave. */
export type EnglishEvent =
  | { readonly type: "bid"; readonly from: string; readonly price: number }
  | { readonly type: "leave"; readonly from: string }
  | AuctioneerEvent;

/** What the auctioneer says to a participant. `next` is the worst price that a bid may now have. */
export type EnglishMessage =
  | ({ readonly act: "open"; readonly next: number } & Pick<
      CheckedEnglishTerms,
      "side" | "minRaise" | "quietMs" | "closesAt" | "lot"
    >)
  | { readonly act: "standing"; readonly price: number; readonly leading: boolean; readonly next: number }
  | { readonly act: "refused"; readonly reason: "raise" | "leading" | "left" | "late"; readonly next?: number }
  | { readonly act: "not-understood"; readonly reason: "out-of-sequence" | "not-a-participant" | "invalid-bid" }
  | AuctionClosed;

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedEnglishTerms(terms: EnglishTerms): CheckedEnglishTerms {
  const { side = "sell", startAt = 0, startPrice, minRaise, quietMs, closesAt } = terms;
  checkAuctionTerms(terms);
  checkAmount("startPrice", startPrice);
  if (!(Number.isFinite(minRaise) && minRaise > 0)) refuse("minRaise", "a number above 0", minRaise);
  checkTime("startAt", startAt);
  if (quietMs === undefined && closesAt === undefined) refuse("closesAt", "quietMs, closesAt or both", closesAt);
  if (quietMs !== undefined) checkLength("quietMs", quietMs);
  if (closesAt !== undefined) checkTime("closesAt", closesAt, startAt);
  return { ...terms, side, startAt };
}
