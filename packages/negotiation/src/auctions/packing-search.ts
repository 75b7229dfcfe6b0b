// Branch and bound over one packing, depth first. A node is a set of winners and the bids that are still free. It is bounded by
// resource prices (which it inherits from its parent and improves a little); surpluses force bids in or out; what remains is branched
// on a dear bid. Depth first keeps the memory at the depth times the free bids and soon has a good solution; the bound on the whole is
// the largest of the open nodes.
import type { Packing } from "./packing.ts";
import { ResourcePrices } from "./resource-prices.ts";

interface Node {
  readonly chosen: readonly number[];
  readonly gain: number;
  readonly free: Int32Array;
  readonly prices: Float64Array;
  readonly bound: number;
}

const rootIterations = 300;
const nodeIterations = 14;

/** The search for the best winners of one packing; `step` decides one node. Work is counted in bids looked at. */
export class PackingSearch {
  readonly #packing: Packing;
  readonly #descent: ResourcePrices;
  readonly #holders: readonly Int32Array[];
  readonly #taken: Uint8Array;
  readonly #tolerance: number;
  readonly #open: Node[];
  #best = 0;
  #winners: readonly number[] = [];
  #rooted = false;
  #work = 0;

  constructor(packing: Packing) {
    this.#packing = packing;
    this.#descent = new ResourcePrices(packing);
    this.#taken = new Uint8Array(packing.resourceCount);
    const holders: number[][] = Array.from({ length: packing.resourceCount }, () => []);
    for (let b = 0; b < packing.prices.length; b++) for (const r of this.#resourcesOf(b)) holders[r]!.push(b);
    this.#holders = holders.map((list) => Int32Array.from(list));
    const sum = packing.prices.reduce((a, b) => a + b, 0);
    this.#tolerance = 1e-12 * sum; // sums of prices are only that exact
    const free = Int32Array.from(packing.prices.keys());
    this.#open = [{ chosen: [], gain: 0, free, prices: new Float64Array(packing.resourceCount), bound: sum }];
    this.#improve(
      packing.prices.map((price, b) => price / Math.sqrt(this.#resourcesOf(b).length || 1)),
      [],
      free,
    );
  }

  /** What the best winners found bring. */
  get best(): number {
    return this.#best;
  }

  /** Their places in the packing, ascending. */
  get winners(): readonly number[] {
    return this.#winners.toSorted((a, b) => a - b);
  }

  /** No set of winners brings more. */
  get bound(): number {
    return this.#open.reduce((most, node) => Math.max(most, node.bound), this.#best);
  }

  /** How many bids have been looked at so far, each as often as it was. */
  get work(): number {
    return this.#work;
  }

  get rooted(): boolean {
    return this.#rooted;
  }

  get done(): boolean {
    return this.#open.length === 0;
  }

  /** Decides one node: closes it, or replaces it by two smaller ones. */
  step(): void {
    const node = this.#open.pop();
    if (node === undefined) return;
    this.#work += node.free.length;
    const iterations = this.#rooted ? nodeIterations : rootIterations;
    this.#rooted = true;
    let { chosen, gain, free, prices } = node;
    if (node.bound <= this.#enough()) return;
    for (let again = true; again; ) {
      again = false;
      if (free.length === 0) {
        this.#keep(chosen, gain);
        return;
      }
      let seen = 0;
      const look = (surplus: Float64Array) => {
        if (iterations === rootIterations ? seen++ % 20 === 19 : seen++ === 0) this.#improve(surplus, chosen, free);
      };
      const {
        bound,
        rounds,
        prices: lower,
        surplus,
      } = this.#descent.descend(free, prices, this.#enough() - gain, iterations, look);
      this.#work += rounds * free.length;
      prices = lower;
      const room = gain + bound - this.#enough();
      if (room <= 0) return;
      const forced = free.find((b) => surplus[b]! >= room);
      const kept = free.filter((b) => b !== forced && surplus[b]! > -room);
      if (forced !== undefined) {
        chosen = [...chosen, forced];
        gain += this.#packing.prices[forced]!;
        free = this.#without(kept, forced);
        again = true;
      } else if (kept.length < free.length) {
        again = kept.length < 0.9 * free.length;
        free = kept;
      }
      if (again) continue;
      const b = this.#branching(free, surplus);
      const open = { chosen, gain, prices, bound: Math.min(node.bound, gain + bound) };
      this.#open.push({ ...open, free: free.filter((other) => other !== b) });
      this.#open.push({
        ...open,
        chosen: [...chosen, b],
        gain: gain + this.#packing.prices[b]!,
        free: this.#without(free, b),
      });
    }
  }

  #enough(): number {
    return this.#best + this.#tolerance;
  }

  #resourcesOf(b: number): Int32Array {
    const { starts, resources } = this.#packing;
    return resources.subarray(starts[b]!, starts[b + 1]!);
  }

  // The free bids that conflict neither with `b` nor are it.
  #without(free: Int32Array, b: number): Int32Array {
    const taken = this.#taken;
    for (const r of this.#resourcesOf(b)) taken[r] = 1;
    const rest = free.filter((other) => other !== b && !this.#resourcesOf(other).some((r) => taken[r] === 1));
    for (const r of this.#resourcesOf(b)) taken[r] = 0;
    return rest;
  }

  // The bid with the greatest price and surplus together. Choosing by how far both branches lower the bound (as strong branching does)
  // took ten times as many nodes on random auctions: at good prices most surpluses are near 0 and say little.
  #branching(free: Int32Array, surplus: Float64Array): number {
    const { prices } = this.#packing;
    return free.reduce((most, b) => (surplus[b]! + prices[b]! > surplus[most]! + prices[most]! ? b : most), free[0]!);
  }

  // A set of winners from any valuation of the free bids: greedily, best first; then each bid that is worth more than the chosen
  // ones it conflicts with takes their place, as long as there is one.
  #improve(value: Float64Array, chosen: readonly number[], free: Int32Array): void {
    const { prices } = this.#packing;
    const order = free.toSorted((a, b) => value[b]! - value[a]! || prices[b]! - prices[a]! || a - b);
    const holder = new Int32Array(this.#holders.length).fill(-1);
    const picked = new Set<number>();
    const conflicts = (b: number) => {
      const found = new Set<number>();
      for (const r of this.#resourcesOf(b)) if (holder[r] !== -1) found.add(holder[r]!);
      return found;
    };
    const take = (b: number) => {
      picked.add(b);
      for (const r of this.#resourcesOf(b)) holder[r] = b;
    };
    for (let passes = 0, changed = true; changed && passes < 50; passes++) {
      changed = false;
      this.#work += order.length;
      for (const b of order) {
        if (picked.has(b)) continue;
        const rivals = conflicts(b);
        let lost = 0;
        for (const a of rivals) lost += prices[a]!;
        if (prices[b]! <= lost + this.#tolerance || (passes === 0 && rivals.size > 0)) continue;
        for (const a of rivals) {
          picked.delete(a);
          for (const r of this.#resourcesOf(a)) holder[r] = -1;
        }
        take(b);
        changed = true;
      }
    }
    const all = [...chosen, ...picked];
    this.#keep(
      all,
      all.reduce((sum, b) => sum + prices[b]!, 0),
    );
  }

  #keep(winners: readonly number[], gain: number): void {
    if (gain <= this.#enough()) return;
    this.#best = gain;
    this.#winners = winners;
  }
}
