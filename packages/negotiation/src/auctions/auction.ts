// What all auctions of one thing share. The auctioneer sells (the highest price wins) or buys (the lowest wins); everything else is
// the same mirrored, so each protocol compares through `ahead` and knows no side.
import type { Json } from "../json.ts";
import { checkAmount, checkNames, checkWord } from "../terms.ts";

/** Whether the auctioneer sells to the highest bidder or buys from the lowest. */
export const sides = ["sell", "buy"] as const;
export type Side = (typeof sides)[number];

/** Terms that every auction has. */
export interface AuctionTerms {
  /** The bidders, by name, without repeats. */
  readonly participants: readonly string[];
  /** Default "sell". */
  readonly side?: Side;
  /** What is auctioned; goes out with the opening untouched. */
  readonly lot?: Json;
}

/** How an auction ended. `price` is what the winner pays, or is paid when the auctioneer buys. */
export interface AuctionResult {
  readonly outcome: "awarded" | "no-award" | "cancelled";
  readonly winner?: string;
  readonly price?: number;
}

/** The end of an auction as one participant is told it. `price` is there where it is public or the participant's own. */
export interface AuctionClosed {
  readonly act: "closed";
  readonly outcome: AuctionResult["outcome"];
  readonly won: boolean;
  readonly price?: number;
  readonly reason?: string;
}

/** The only effect of an auction: send `message` to the agent named `to`. */
export interface AuctionEffect<Message> {
  readonly type: "send";
  readonly to: string;
  readonly message: Message;
}

/** What the auctioneer or the host may do in any auction. */
export type AuctioneerEvent = { readonly type: "cancel"; readonly reason?: string } | { readonly type: "timer" };

/** By how much `price` is better for the auctioneer than `other`; negative when it is worse. */
export function ahead(side: Side, price: number, other: number): number {
  return side === "sell" ? price - other : other - price;
}

/** Whether a bidder's word is a price: from 0 to 2^53, so that sums of prices are finite and what is added to one is not lost. */
export function isPrice(price: unknown): price is number {
  return typeof price === "number" && price >= 0 && price <= Number.MAX_SAFE_INTEGER;
}

/** A price as a state holds it: -0 is 0, as it would be after being stored as JSON. */
export function asStored(price: number): number {
  return price + 0;
}

/** Checks what every auction's terms have. Throws TERMS_INVALID. */
export function checkAuctionTerms({ participants, side = "sell" }: AuctionTerms): void {
  checkNames("participants", participants);
  checkWord("side", side, sides);
}

/** Checks a price in terms. Throws TERMS_INVALID. */
export function checkPrice(field: string, price: number | undefined): void {
  if (price !== undefined) checkAmount(field, price);
}
