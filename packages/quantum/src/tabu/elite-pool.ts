import type { Random } from "../random.ts";

const capacity = 10;
const fewest = 4; // below that many, restarts are random, to fill the pool with places of different origin
const afresh = 8; // one restart in so many is random all the same

/** The lowest local minima that a search has come to, each kept once: the ends of its path relinking. */
export class ElitePool {
  readonly #size: number;
  #elites: { readonly spins: Int8Array; readonly energy: number }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Takes a copy of `spins` unless it is in the pool or worse than all of a full pool. */
  offer(spins: Int8Array, energy: number): void {
    if (this.#elites.some((elite) => elite.energy === energy && distance(elite.spins, spins) === 0)) return;
    this.#elites.push({ spins: spins.slice(), energy });
    this.#elites.sort((a, b) => a.energy - b.energy);
    this.#elites.length = Math.min(this.#elites.length, capacity);
  }

  /** Two elites to relink, far enough apart for a way between them; undefined when the next start should be random. */
  pair(random: Random): readonly [Int8Array, Int8Array] | undefined {
    const count = this.#elites.length;
    if (count < fewest || random.below(afresh) === 0) return undefined;
    const first = random.below(count);
    const second = (first + 1 + random.below(count - 1)) % count;
    const [from, to] = [this.#elites[first]!.spins, this.#elites[second]!.spins];
    return distance(from, to) < Math.max(6, this.#size / 100) ? undefined : [from, to];
  }
}

function distance(a: Int8Array, b: Int8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}
