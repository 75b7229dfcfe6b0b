import { checkAmount, checkLength, checkTime, refuse } from "../terms.ts";
import { type AuctionClosed, type AuctioneerEvent, type AuctionResult, type AuctionTerms, checkAuctionTerms } from "./auction.ts";

/** Terms of a Dutch auction. Times are milliseconds on the host's clock. */
export interface DutchTerms extends AuctionTerms {
  /** The highest price: the first when selling, the last when buying. */
  readonly ceiling: number;
  /** The lowest price: the last when selling, the first when buying. */
  readonly floor: number;
  /** By how much the price moves at a time, above 0; the last move may be shorter. */
  readonly moveBy: number;
  /** How long each price stands. */
  readonly everyMs: number;
  /** When it begins; default 0. */
  readonly startAt?: number;
}

/** Terms with the defaults filled in. */
export type CheckedDutchTerms = DutchTerms & Required<Pick<DutchTerms, "side" | "startAt">>;

/** The whole session as plain JSON. */
export interface DutchState {
  readonly terms: CheckedDutchTerms;
  /** How many times the price has moved. */
  readonly moves: number;
  /** Since when the price of now is shown. */
  readonly shownAt: number;
  /** The latest time seen. */
  readonly at: number;
  readonly result?: AuctionResult;
}

/** What can happen to a session. */
export type DutchEvent = { readonly type: "accept"; readonly from: string } | AuctioneerEvent;

/** What the auctioneer says to a participant. */
export type DutchMessage =
  | ({ readonly act: "open"; readonly price: number } & Pick<
      CheckedDutchTerms,
      "side" | "ceiling" | "floor" | "moveBy" | "everyMs" | "lot"
    >)
  | { readonly act: "price"; readonly price: number }
  | { readonly act: "refused"; readonly reason: "late" }
  | { readonly act: "not-understood"; readonly reason: "not-a-participant" }
  | AuctionClosed;

const mostMoves = 1_000_000; // each is an event with a message to everybody

/** Checks terms and fills in the defaults. Throws TERMS_INVALID. */
export function checkedDutchTerms(terms: DutchTerms): CheckedDutchTerms {
  const { side = "sell", startAt = 0, ceiling, floor, moveBy, everyMs } = terms;
  checkAuctionTerms(terms);
  checkAmount("floor", floor);
  checkAmount("ceiling", ceiling, floor);
  if (!(Number.isFinite(moveBy) && moveBy > 0)) refuse("moveBy", "a number above 0", moveBy);
  if ((ceiling - floor) / moveBy > mostMoves) refuse("moveBy", `at most ${mostMoves} moves from end to end`, moveBy);
  checkLength("everyMs", everyMs);
  checkTime("startAt", startAt);
  return { ...terms, side, startAt };
}
