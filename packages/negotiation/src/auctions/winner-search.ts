import { type BundleAuction, checkBundleAuction } from "./bundle-auction.ts";
import { type Packing, packingsOf } from "./packing.ts";
import { PackingSearch } from "./packing-search.ts";

/** Winners of an auction, and how good they are known to be. */
export interface Winners {
  /** Places of the winning bids in the auction, ascending. */
  readonly bids: readonly number[];
  /** The sum of their prices. */
  readonly revenue: number;
  /** No set of winners brings more than this. */
  readonly bound: number;
  /** 0 when the winners are optimal, else how much more the bound is, as a share of it. */
  readonly gap: number;
  /** Whether no better winners exist (a difference of 1e-12 of all prices counts as none). */
  readonly optimal: boolean;
}

/**
 * Winner determination of a single-unit combinatorial auction with XOR bids: the bids that together bring most, each item sold at
 * most once, each bidder winning at most once. Exact in milliseconds for 40 items and some hundreds of bids; beyond, stop when you like:
 * `winners` is the best known with a bound. Holds no clock: a caller with a time limit steps until it is reached. The same auction and
 * the same steps give the same winners. Throws `AUCTION_INVALID`.
 *
 * Sources: Sandholm, Suri, Gilpin, Levine (2005) on branching and reductions; Fisher (1981) on bounds by Lagrangian relaxation.
 */
export class WinnerSearch {
  readonly #auction: BundleAuction;
  readonly #parts: readonly { readonly packing: Packing; readonly search: PackingSearch }[];

  constructor(auction: BundleAuction) {
    checkBundleAuction(auction);
    this.#auction = auction;
    this.#parts = packingsOf(auction).map((packing) => ({ packing, search: new PackingSearch(packing) }));
  }

  get done(): boolean {
    return this.#parts.every(({ search }) => search.done);
  }

  /**
   * Searches on for about `work` looks at a bid, some ten million a second, but at least one node of the search; true while there
   * is more to do. The first node is the longest, some hundred looks at each bid.
   */
  step(work: number): boolean {
    for (let left = work; left > 0; ) {
      const search = this.#next();
      if (search === undefined) return false;
      const before = search.work;
      search.step();
      left -= Math.max(1, search.work - before);
    }
    return !this.done;
  }

  /** The best winners so far. */
  get winners(): Winners {
    const bids = this.#parts.flatMap(({ packing, search }) => search.winners.map((i) => packing.bids[i]!)).sort((a, b) => a - b);
    const revenue = bids.reduce((sum, b) => sum + this.#auction.bids[b]!.price, 0);
    if (this.done) return { bids, revenue, bound: revenue, gap: 0, optimal: true };
    const bound = Math.max(
      revenue,
      this.#parts.reduce((sum, { search }) => sum + search.bound, 0),
    );
    return { bids, revenue, bound, gap: bound === 0 ? 0 : (bound - revenue) / bound, optimal: false };
  }

  // First every part's first node, for a bound on the whole; then the part that leaves most open.
  #next(): PackingSearch | undefined {
    let chosen: PackingSearch | undefined;
    let most = Number.NEGATIVE_INFINITY;
    for (const { search } of this.#parts) {
      if (search.done) continue;
      if (!search.rooted) return search;
      const open = search.bound - search.best;
      if (open > most) [chosen, most] = [search, open];
    }
    return chosen;
  }
}

/**
 * The winners of an auction: optimal ones, or, when `work` is given, the best after about so many looks at a bid (see
 * `WinnerSearch.step`). Throws `AUCTION_INVALID`.
 */
export function determineWinners(auction: BundleAuction, work = Number.POSITIVE_INFINITY): Winners {
  const search = new WinnerSearch(auction);
  search.step(work);
  return search.winners;
}
