import type { SubsetProblem } from "./subset-problem.ts";

/** Some of the items under consideration (a shard, or all), with their mutual likeness, and a budget for them. */
export interface Candidates {
  readonly problem: SubsetProblem;
  readonly items: Int32Array;
  /** items.length x items.length, row by row. */
  readonly likeness: Float32Array;
  readonly budget: number;
}

/** A growing and shrinking choice of candidates that knows what each change is worth: O(1) to ask, O(n) to change. */
export class Choice {
  readonly candidates: Candidates;
  readonly #chosen: Uint8Array;
  readonly #near: Float64Array; // likeness to all chosen, weighted by their shares
  cost = 0;
  score = 0;

  constructor(candidates: Candidates) {
    this.candidates = candidates;
    this.#chosen = new Uint8Array(candidates.items.length);
    this.#near = new Float64Array(candidates.items.length);
  }

  has(i: number): boolean {
    return this.#chosen[i] === 1;
  }

  costOf(i: number): number {
    return this.candidates.problem.costs[this.candidates.items[i]!]!;
  }

  fits(i: number): boolean {
    return this.cost + this.costOf(i) <= this.candidates.budget * (1 + 1e-12);
  }

  /** What adding candidate i, or dropping it if it is chosen, would add to the score. */
  gain(i: number): number {
    const { diversity, representation } = this.candidates.problem;
    const q = this.#share(i);
    const stands = 2 * q * representation[this.candidates.items[i]!]!;
    const others = this.has(i) ? this.#near[i]! - q : this.#near[i]!;
    const worth = stands - diversity * q * (2 * others + q);
    return this.has(i) ? -worth : worth;
  }

  /** Adds candidate i, or drops it if it is chosen. */
  toggle(i: number): void {
    const n = this.#near.length;
    const sign = this.has(i) ? -1 : 1;
    this.score += this.gain(i);
    this.#chosen[i] = sign === 1 ? 1 : 0;
    this.cost += sign * this.costOf(i);
    const change = sign * this.#share(i);
    for (let j = 0; j < n; j++) this.#near[j]! += change * this.candidates.likeness[i * n + j]!;
  }

  #share(i: number): number {
    return this.costOf(i) / (this.candidates.budget || 1);
  }

  /** The chosen items, by their number in the whole problem, ascending. */
  chosen(): number[] {
    return Array.from(this.candidates.items)
      .filter((_, i) => this.has(i))
      .sort((a, b) => a - b);
  }

  /** Adds the best by gain per cost, again and again, until nothing fits; with a size budget also when nothing helps any more. */
  fill(): void {
    const { exact } = this.candidates.problem;
    for (;;) {
      let best = -1;
      let most = exact ? Number.NEGATIVE_INFINITY : 0;
      for (let i = 0; i < this.#chosen.length; i++) {
        if (this.has(i) || !this.fits(i)) continue;
        const worth = this.gain(i) / this.costOf(i);
        if (worth > most) [most, best] = [worth, i];
      }
      if (best < 0) return;
      this.toggle(best);
    }
  }

  /** Drops the least missed by cost until the budget holds. */
  trim(): void {
    while (this.cost > this.candidates.budget * (1 + 1e-12)) {
      let best = -1;
      let most = Number.NEGATIVE_INFINITY;
      for (let i = 0; i < this.#chosen.length; i++) {
        if (!this.has(i)) continue;
        const worth = this.gain(i) / this.costOf(i);
        if (worth > most) [most, best] = [worth, i];
      }
      this.toggle(best);
    }
  }
}
