// An upper bound on what the free bids of a packing can bring, without a linear-programming solver. Put any price y >= 0 on each
// resource; a set of winners takes each resource at most once, so it brings at most
//   U(y) = sum of y + sum over bids of max(0, price - sum of y over what the bid takes)
// (Lagrangian duality; the smallest U(y) is the bound of the linear relaxation, Fisher 1981). Prices descend by subgradient with
// Polyak's step: dearer where a resource is taken by several profitable bids, cheaper where by none. The surplus of a bid at those prices
// also tells how much the bound falls when the bid is forced in or out, which fixes most bids without branching.
// Rejected: a simplex solver (as good a bound for 20 times the code), and the per-item bound sum of max price/size, which is one
// fixed y and 20 to 60 % weaker on the recorded auctions.
import type { Packing } from "./packing.ts";

/** Prices of resources with the bound they give, and each free bid's surplus (price minus prices), which may be negative. */
export interface Bounded {
  readonly bound: number;
  /** How often all free bids were looked at. */
  readonly rounds: number;
  readonly prices: Float64Array;
  readonly surplus: Float64Array;
}

/** The scratch arrays of one packing's descent, kept between calls: a search makes thousands. */
export class ResourcePrices {
  readonly #packing: Packing;
  readonly #load: Int32Array;
  readonly #live: Uint8Array;
  readonly #surplus: Float64Array;

  constructor(packing: Packing) {
    this.#packing = packing;
    this.#load = new Int32Array(packing.resourceCount);
    this.#live = new Uint8Array(packing.resourceCount);
    this.#surplus = new Float64Array(packing.prices.length);
  }

  /**
   * Descends from `start` for at most `iterations`, or until the bound is at most `enough`. `seen` is shown the surplus of every
   * iteration, for heuristics. Of bids that are not free, the surplus given back is meaningless.
   */
  descend(
    free: Int32Array,
    start: Float64Array,
    enough: number,
    iterations: number,
    seen?: (surplus: Float64Array) => void,
  ): Bounded {
    const { starts, resources, prices: worth } = this.#packing;
    const [load, live, surplus] = [this.#load, this.#live, this.#surplus];
    live.fill(0);
    for (const b of free) for (let k = starts[b]!; k < starts[b + 1]!; k++) live[resources[k]!] = 1;
    const prices = start.slice();
    let best = { bound: Number.POSITIVE_INFINITY, prices: start, surplus };
    let pace = 1;
    let stalled = 0;
    for (let round = 0; ; round++) {
      load.fill(0);
      let bound = 0;
      for (let r = 0; r < live.length; r++) if (live[r] === 1) bound += prices[r]!;
      for (const b of free) {
        let left = worth[b]!;
        for (let k = starts[b]!; k < starts[b + 1]!; k++) left -= prices[resources[k]!]!;
        surplus[b] = left;
        if (left <= 0) continue;
        bound += left;
        for (let k = starts[b]!; k < starts[b + 1]!; k++) load[resources[k]!]!++;
      }
      seen?.(surplus);
      if (bound < best.bound) {
        if (bound < best.bound - 1e-4 * Math.abs(bound)) stalled = 0;
        best = { bound, prices: prices.slice(), surplus: surplus.slice() };
      }
      if (++stalled > 8) {
        stalled = 0;
        pace /= 2;
      }
      if (best.bound <= enough || round >= iterations || pace < 0.01) return { ...best, rounds: round + 1 };
      let norm = 0;
      for (let r = 0; r < live.length; r++) {
        if (live[r] === 0) continue;
        const excess = load[r]! - 1;
        if (excess > 0 || prices[r]! > 0) norm += excess * excess;
      }
      if (norm === 0) return { ...best, rounds: round + 1 }; // every resource with a price is taken exactly once: the bound is reached by these very bids
      const step = (pace * (bound - enough)) / norm;
      for (let r = 0; r < live.length; r++) if (live[r] === 1) prices[r] = Math.max(0, prices[r]! + step * (load[r]! - 1));
    }
  }
}
