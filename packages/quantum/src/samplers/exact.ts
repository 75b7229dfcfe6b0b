// Enumerates every sample in Gray-code order: consecutive samples differ in one variable, so each step costs one flip instead of a
// whole energy. Variable b flips every 2^(b+1) steps, so the variables with most neighbours get the rare bits. The running energy
// is rebuilt from scratch every 2^14 steps: otherwise 2^26 roundings add up.

import { flip } from "../annealing/descent.ts";
import { energyFrom, localFields, spinProblem } from "../models/spin-problem.ts";
import { Pace } from "../pace.ts";
import { aggregated, sampleSetFromSpins } from "../sample-set.ts";
import { defineSampler } from "../sampler.ts";

const blockBits = 14;

/** Every sample of up to 26 variables; `reads` is how many of the lowest to give. The seed has no effect. */
export default defineSampler({
  name: "exact",
  limits: { maxVariables: 26 },
  async sample(model, options) {
    const problem = spinProblem(model);
    const { size, start, offset } = problem;
    const byDegree = Array.from({ length: size }, (_, i) => i).sort(
      (a, b) => start[a + 1]! - start[a]! - (start[b + 1]! - start[b]!) || a - b,
    );
    const walker = { spins: new Float64Array(size).fill(-1), local: new Float64Array(size) };
    const pace = new Pace(options, 1, offset);
    const lowest = new Lowest(options.reads ?? 1);
    const total = 2 ** size;
    const block = Math.min(total, 2 ** blockBits);
    for (let from = 0; from < total && !pace.enough; from += block) {
      localFields(problem, walker.spins, walker.local);
      let energy = energyFrom(problem, walker.spins, walker.local);
      for (let k = from; k < from + block; k++) {
        if (energy < lowest.threshold) lowest.add(energy, k);
        const bit = 31 - Math.clz32((k + 1) & -(k + 1)); // lowest set bit of the next counter
        if (k + 1 === total) break;
        const i = byDegree[bit]!;
        energy -= 2 * walker.spins[i]! * walker.local[i]!;
        flip(problem, walker, i);
      }
      pace.found(lowest.best);
      if (pace.due(block * 8)) await pace.breathe((from + block) / total);
    }
    pace.finished();
    return aggregated(
      sampleSetFromSpins(
        model,
        lowest.steps().map((step) => spinsAt(step, byDegree)),
      ),
    );
  },
});

// The spins after k steps: bit b of the Gray code k ^ (k >> 1) belongs to the b-th variable by degree.
function spinsAt(step: number, byDegree: readonly number[]): Int8Array {
  const spins = new Int8Array(byDegree.length);
  for (const [bit, i] of byDegree.entries()) spins[i] = ((step ^ (step >>> 1)) >>> bit) & 1 ? 1 : -1;
  return spins;
}

/** The `keep` lowest entries seen: a buffer of twice that, sorted and halved whenever it is full, so one entry costs O(log keep). */
class Lowest {
  readonly #keep: number;
  #entries: { energy: number; step: number }[] = [];
  threshold = Number.POSITIVE_INFINITY;
  best = Number.POSITIVE_INFINITY;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(energy: number, step: number): void {
    this.#entries.push({ energy, step });
    this.best = Math.min(this.best, energy);
    if (this.#entries.length < 2 * this.#keep) return;
    this.#halve();
    this.threshold = this.#entries.at(-1)!.energy;
  }

  steps(): number[] {
    this.#halve();
    return this.#entries.map((e) => e.step);
  }

  #halve(): void {
    this.#entries = this.#entries.sort((a, b) => a.energy - b.energy || a.step - b.step).slice(0, this.#keep);
  }
}
