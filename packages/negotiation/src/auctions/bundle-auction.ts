import { NegotiationError } from "../errors.ts";

/** A price for a set of items, all or nothing. */
export interface BundleBid {
  /** Who bids; of one bidder's bids at most one wins (XOR). */
  readonly bidder: number | string;
  /** Indexes of the items, from 0, each once. */
  readonly items: readonly number[];
  /** What winning is worth to the auctioneer; a bid that is worth 0 or less never wins. */
  readonly price: number;
}

/** A single-unit combinatorial auction: every item exists once. */
export interface BundleAuction {
  /** How many items there are. */
  readonly items: number;
  readonly bids: readonly BundleBid[];
}

/** Checks an auction from outside. Throws `AUCTION_INVALID`. */
export function checkBundleAuction({ items, bids }: BundleAuction): void {
  const invalid = (field: string, wanted: string, got: unknown) =>
    new NegotiationError("AUCTION_INVALID", { field, wanted, got });
  if (!Number.isSafeInteger(items) || items < 1) throw invalid("items", "a whole number above 0", items);
  if (!Array.isArray(bids)) throw invalid("bids", "a list", bids);
  for (const [i, bid] of bids.entries()) {
    const { bidder, items: bundle, price } = bid;
    if (typeof bidder !== "string" && !Number.isSafeInteger(bidder))
      throw invalid(`bids[${i}].bidder`, "a name or a whole number", bidder);
    if (!Number.isFinite(price)) throw invalid(`bids[${i}].price`, "a finite number", price);
    const inside = Array.isArray(bundle) && bundle.every((item) => Number.isInteger(item) && item >= 0 && item < items);
    if (!inside || bundle.length === 0 || new Set(bundle).size !== bundle.length)
      throw invalid(`bids[${i}].items`, `at least one of the items 0 to ${items - 1}, each once`, bundle);
  }
  const sum = bids.reduce((all, { price }) => all + Math.abs(price), 0);
  if (!Number.isFinite(sum)) throw invalid("bids", "prices with a finite sum", sum);
}

/** Which bids may not win together: each pair `[a, b]` once, a < b, in order. They share an item or a bidder. */
export function conflictsOf({ items, bids }: BundleAuction): readonly (readonly [a: number, b: number])[] {
  const holders: number[][] = Array.from({ length: items }, () => []);
  const byBidder = new Map<number | string, number[]>();
  const pairs: [number, number][] = [];
  for (const [b, bid] of bids.entries()) {
    const own = byBidder.get(bid.bidder) ?? [];
    byBidder.set(bid.bidder, own);
    const earlier = new Set(own);
    own.push(b);
    for (const item of bid.items) {
      for (const a of holders[item]!) earlier.add(a);
      holders[item]!.push(b);
    }
    for (const a of earlier) pairs.push([a, b]);
  }
  return pairs.sort((p, q) => p[0] - q[0] || p[1] - q[1]);
}
