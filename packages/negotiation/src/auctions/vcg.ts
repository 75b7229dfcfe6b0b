import type { BundleAuction } from "./bundle-auction.ts";
import { determineWinners, type Winners } from "./winner-search.ts";

/** What one winner is let off, and whether that is exact. */
export interface VcgDiscount {
  /** The winning bid's place in the auction. */
  readonly bid: number;
  /** What all winners bring minus what they would without this bidder; from 0 to the bid's price. */
  readonly discount: number;
  /** Whether both were searched to the end. */
  readonly exact: boolean;
}

/**
 * The discounts of the Vickrey-Clarke-Groves mechanism: with each winner paying its price minus its discount, nobody gains by bidding
 * anything but its true worth (Vickrey 1961, Clarke 1971, Groves 1973). Solves the auction again without each winner, with about `work` each
 * (see `determineWinners`). Where a search was cut short, the discount is kept within 0 and the price but no longer proof against strategy.
 * Throws `AUCTION_INVALID`.
 */
export function vcgDiscounts(auction: BundleAuction, winners: Winners, work?: number): readonly VcgDiscount[] {
  return winners.bids.map((bid) => {
    const { bidder, price } = auction.bids[bid]!;
    const others = { items: auction.items, bids: auction.bids.filter((other) => other.bidder !== bidder) };
    const without = determineWinners(others, work);
    const discount = Math.min(price, Math.max(0, winners.revenue - without.revenue));
    return { bid, discount, exact: winners.optimal && without.optimal };
  });
}
