// Finds a place for one chain: a connected set of qubits next to each of the given neighbour chains, at least cost, where each
// qubit has a price. The root is the qubit with the least price plus sum of distances to the neighbour chains (Cai, Macready, Roy
// 2014, arXiv 1406.2741, section 3); the chain is the root and its shortest paths.
//
// The paper runs Dijkstra once for every neighbour chain. Here all of those searches go in step, and a qubit reached by several at
// the same distance is expanded once for all of them: a wave is a qubit, a distance, and a bit set of the searches that arrive
// there. A distance is the price of what lies between, so every wave leaves its qubit at distance + price, and each search meets
// each qubit once: no decrease-key, and prices are whole numbers, so the queue is a ring of buckets (Dial 1969). It stops as soon
// as no qubit can still become a better root than the best one found: for small problems a fraction of the chip is ever looked at.
// Rejected: one heap a neighbour (10 to 60 times the work), and floating-point prices (they need a heap).
import type { Random } from "../random.ts";
import type { Adjacency } from "../topology/chip.ts";

/** A price that no path pays. */
export const blocked = 0x3fffffff;
const ring = 4096; // prices below it, so that the ring never laps itself
/** The highest price that still lets a path through. */
export const dearest = ring - 1;

/** Routes chains on one target graph. Holds the arrays that every route needs; not re-entrant. */
export class Router {
  readonly #start: Int32Array;
  readonly #neighbours: Int32Array;
  readonly #words: number;
  /** Per qubit: the searches that have met it, how many they are, and the sum of their distances. */
  readonly #met: Int32Array;
  readonly #count: Int32Array;
  readonly #sum: Int32Array;
  readonly #wave: Int32Array; // the newest wave at a qubit, or -1
  readonly #touched: Int32Array;
  #touchedCount = 0;
  readonly #head = new Int32Array(ring).fill(-1);
  #waves = 0;
  #capacity = 4096;
  #qubit = new Int32Array(this.#capacity);
  #distance = new Int32Array(this.#capacity);
  #next = new Int32Array(this.#capacity); // in the bucket
  #older = new Int32Array(this.#capacity); // at the same qubit
  #bits: Int32Array;
  readonly #inChain: Uint8Array;
  readonly #roots: number[] = [];
  /** Elementary steps since the router was made. */
  work = 0;

  constructor({ size, start, neighbours }: Adjacency, mostNeighbours: number) {
    this.#start = start;
    this.#neighbours = neighbours;
    this.#words = Math.max(1, Math.ceil(mostNeighbours / 32));
    this.#met = new Int32Array(size * this.#words);
    this.#count = new Int32Array(size);
    this.#sum = new Int32Array(size);
    this.#wave = new Int32Array(size).fill(-1);
    this.#touched = new Int32Array(size);
    this.#bits = new Int32Array(this.#capacity * this.#words);
    this.#inChain = new Uint8Array(size);
  }

  /** A chain next to each of `goals`, or undefined where none is: `prices` has a whole number from 1 to `dearest`, or `blocked`, for each qubit. */
  route(goals: readonly ArrayLike<number>[], prices: Int32Array, random: Random): number[] | undefined {
    this.#reset();
    const best = this.#spread(goals, prices);
    if (best === blocked) return undefined;
    let chain: number[] | undefined;
    let cost = blocked;
    // Several roots are often equally near; try some of them for the cheapest union of paths.
    const candidates = this.#roots.filter((q) => this.#sum[q]! + goals.length * prices[q]! === best);
    random.shuffle(candidates);
    for (const root of candidates.slice(0, 3)) {
      const found = this.#grown(root, goals.length, prices);
      let price = 0;
      for (const q of found) price += prices[q]!;
      if (price < cost) [chain, cost] = [found, price];
    }
    return chain;
  }

  #reset(): void {
    for (let k = 0; k < this.#touchedCount; k++) {
      const q = this.#touched[k]!;
      for (let w = 0; w < this.#words; w++) this.#met[q * this.#words + w] = 0;
      this.#count[q] = 0;
      this.#sum[q] = 0;
      this.#wave[q] = -1;
    }
    this.#touchedCount = 0;
    this.#waves = 0;
    this.#head.fill(-1);
    this.#roots.length = 0;
  }

  // Lets all searches run until the best root is known; gives its sum.
  #spread(goals: readonly ArrayLike<number>[], prices: Int32Array): number {
    const words = this.#words;
    for (const [i, goal] of goals.entries()) {
      const [word, bit] = [i >> 5, 1 << (i & 31)];
      const meet = (q: number) => {
        if ((this.#met[q * words + word]! & bit) !== 0) return;
        this.#met[q * words + word]! |= bit;
        this.#bits[this.#waveAt(q, 0, prices) * words + word]! |= bit;
        if (++this.#count[q]! === goals.length && prices[q]! < blocked) this.#roots.push(q);
      };
      for (let k = 0; k < goal.length; k++) {
        const q = goal[k]!;
        meet(q);
        for (let e = this.#start[q]!; e < this.#start[q + 1]!; e++) meet(this.#neighbours[e]!);
      }
    }
    let best = blocked;
    let checked = 0;
    for (let distance = 0, idle = 0; idle < ring; distance++) {
      for (let k = checked; k < this.#roots.length; k++) {
        const q = this.#roots[k]!;
        best = Math.min(best, this.#sum[q]! + goals.length * prices[q]!);
      }
      checked = this.#roots.length;
      let wave = this.#head[distance & (ring - 1)]!;
      if (wave === -1) {
        idle++;
        continue;
      }
      idle = 0;
      if (best < blocked && this.#settled(best, distance, goals.length, prices)) break;
      this.#head[distance & (ring - 1)] = -1;
      while (wave !== -1) {
        const following = this.#next[wave]!;
        this.#expand(wave, distance, goals.length, prices);
        wave = following;
      }
    }
    return best;
  }

  // Whether no qubit can become a better root than one of cost `best` when every missing distance is at least `distance`.
  #settled(best: number, distance: number, goals: number, prices: Int32Array): boolean {
    if (goals * (distance + 1) < best) return false;
    this.work += this.#touchedCount;
    for (let k = 0; k < this.#touchedCount; k++) {
      const q = this.#touched[k]!;
      const missing = goals - this.#count[q]!;
      if (missing > 0 && this.#sum[q]! + missing * distance + goals * prices[q]! < best) return false;
    }
    return true;
  }

  #expand(wave: number, distance: number, goals: number, prices: Int32Array): void {
    const words = this.#words;
    const q = this.#qubit[wave]!;
    const end = this.#start[q + 1]!;
    this.work += (end - this.#start[q]!) * words;
    for (let e = this.#start[q]!; e < end; e++) {
      const other = this.#neighbours[e]!;
      let fresh = 0;
      let into = -1;
      for (let w = 0; w < words; w++) {
        const bits = this.#bits[wave * words + w]! & ~this.#met[other * words + w]!;
        if (bits === 0) continue;
        if (fresh === 0) into = this.#waveAt(other, distance, prices);
        fresh += ones(bits);
        this.#met[other * words + w]! |= bits;
        this.#bits[into * words + w]! |= bits;
      }
      if (fresh === 0) continue;
      this.#sum[other]! += fresh * distance;
      this.#count[other]! += fresh;
      if (this.#count[other] === goals && prices[other]! < blocked) this.#roots.push(other);
    }
  }

  #waveAt(q: number, distance: number, prices: Int32Array): number {
    const newest = this.#wave[q]!;
    if (newest !== -1 && this.#distance[newest] === distance) return newest;
    if (newest === -1) this.#touched[this.#touchedCount++] = q;
    const wave = this.#newWave(q, distance);
    this.#older[wave] = newest;
    this.#wave[q] = wave;
    if (prices[q]! < blocked) this.#enqueue(wave, distance + prices[q]!);
    return wave;
  }

  #enqueue(wave: number, at: number): void {
    this.#next[wave] = this.#head[at & (ring - 1)]!;
    this.#head[at & (ring - 1)] = wave;
  }

  #newWave(q: number, distance: number): number {
    const wave = this.#waves++;
    if (wave === this.#capacity) {
      this.#capacity *= 2;
      this.#qubit = widened(this.#qubit);
      this.#distance = widened(this.#distance);
      this.#next = widened(this.#next);
      this.#older = widened(this.#older);
      this.#bits = widened(this.#bits);
    }
    this.#qubit[wave] = q;
    this.#distance[wave] = distance;
    this.#older[wave] = -1;
    this.#bits.fill(0, wave * this.#words, (wave + 1) * this.#words);
    return wave;
  }

  // The distance of search i at q, or `blocked` if it has not come there.
  #distanceOf(q: number, i: number): number {
    const words = this.#words;
    for (let wave = this.#wave[q]!; wave !== -1; wave = this.#older[wave]!) {
      if ((this.#bits[wave * words + (i >> 5)]! >>> (i & 31)) & 1) return this.#distance[wave]!;
    }
    return blocked;
  }

  // The chain from a root: goal after goal, the farthest first, joined from the nearest qubit that the chain has by then.
  #grown(root: number, goals: number, prices: Int32Array): number[] {
    const chain = [root];
    this.#inChain[root] = 1;
    const order = Array.from({ length: goals }, (_, i) => i);
    const distances = order.map((i) => this.#distanceOf(root, i));
    order.sort((a, b) => distances[b]! - distances[a]!);
    for (const i of order) {
      let from = root;
      let distance = distances[i]!;
      for (let k = 1; k < chain.length && distance > 0; k++) {
        const nearer = this.#distanceOf(chain[k]!, i);
        if (nearer < distance) [from, distance] = [chain[k]!, nearer];
      }
      while (distance > 0) {
        from = this.#step(from, distance, i, prices);
        distance -= prices[from]!;
        if (this.#inChain[from] === 0) {
          this.#inChain[from] = 1;
          chain.push(from);
        }
      }
    }
    for (const q of chain) this.#inChain[q] = 0;
    return chain;
  }

  // The qubit before `from` on a shortest path of search i.
  #step(from: number, distance: number, i: number, prices: Int32Array): number {
    for (let e = this.#start[from]!; e < this.#start[from + 1]!; e++) {
      const q = this.#neighbours[e]!;
      const price = prices[q]!;
      if (price <= distance && this.#distanceOf(q, i) === distance - price) return q;
    }
    throw new Error(`no way back from qubit ${from}`); // cannot happen: a search came here from somewhere
  }
}

function widened(array: Int32Array): Int32Array<ArrayBuffer> {
  const wide = new Int32Array(array.length * 2);
  wide.set(array);
  return wide;
}

function ones(bits: number): number {
  let n = bits - ((bits >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
