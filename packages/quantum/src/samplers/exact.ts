// Enumerates every sample in Gray-code order: consecutive samples differ in one variable, so each step costs one flip instead of a
// whole energy. The eight bits that flip most often belong to the variables with the fewest neighbours. What these eight cost each other is
// in a table of their 256 values; while they run through it the others stand still, so a flip changes the rest of the energy by a number
// that only turns its sign. Between two such blocks all is built from scratch, which also sheds the roundings. Rejected: one walk over
// all fields (three times as slow at 14 dense variables), and halving models without biases by symmetry (twice as fast, but `reads`
// would have to mirror samples).

import { energyFrom, localFields, type SpinProblem, spinProblem } from "../models/spin-problem.ts";
import { Pace } from "../pace.ts";
import { aggregated, sampleSetFromSpins } from "../sample-set.ts";
import { defineSampler } from "../sampler.ts";

const lowBits = 8;
const sliceBits = 14; // between two looks at the clock

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
    const low = byDegree.slice(0, lowBits);
    const couplings = couplingsAmong(problem, low);
    const among = energiesAmong(couplings, low.length);
    const spins = new Float64Array(size);
    const local = new Float64Array(size);
    const change = new Float64Array(low.length);
    const pace = new Pace(options, 1, offset);
    const lowest = new Lowest(options.reads ?? 1);
    const total = 2 ** size;
    const block = 2 ** low.length;
    const slice = 2 ** sliceBits;
    for (let from = 0; from < total && !pace.enough; from += block) {
      spins.set(spinsAt(from, byDegree));
      localFields(problem, spins, local);
      for (const [bit, i] of low.entries()) {
        let field = local[i]!;
        for (const [other, j] of low.entries()) field -= couplings[bit * low.length + other]! * spins[j]!;
        change[bit] = -2 * spins[i]! * field;
      }
      walk(from, energyFrom(problem, spins, local), change, among, lowest);
      if ((from + block) % slice !== 0 && from + block < total) continue;
      pace.found(lowest.best);
      if (pace.due(slice * lowBits)) await pace.breathe((from + block) / total);
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

// Runs the low bits through all their values from step `from` on. Given are the energy there and what flipping each bit changes of it
// beside what the low bits cost each other, which is in `among`.
function walk(from: number, energyThere: number, change: Float64Array, among: Float64Array, lowest: Lowest): void {
  const last = among.length - 1;
  let value = (from ^ (from >>> 1)) & last;
  let rest = energyThere - among[value]!;
  for (let k = 0; ; k++) {
    const energy = rest + among[value]!;
    if (energy < lowest.threshold) lowest.add(energy, from + k);
    if (k === last) return;
    const bit = 31 - Math.clz32((k + 1) & -(k + 1)); // lowest set bit of the next counter
    rest += change[bit]!;
    change[bit] = -change[bit]!;
    value ^= 1 << bit;
  }
}

// What the couplings among a few variables cost at each of their values, bit b of which is the spin of the b-th.
function energiesAmong(couplings: Float64Array, count: number): Float64Array {
  const energies = new Float64Array(2 ** count);
  for (let value = 0; value < energies.length; value++)
    for (let a = 0; a < count; a++)
      for (let b = 0; b < a; b++)
        energies[value]! += ((value >> a) ^ (value >> b)) & 1 ? -couplings[a * count + b]! : couplings[a * count + b]!;
  return energies;
}

// The couplings between some variables as a dense matrix.
function couplingsAmong({ start, column, weight }: SpinProblem, variables: readonly number[]): Float64Array {
  const place = new Map(variables.map((i, at) => [i, at]));
  const matrix = new Float64Array(variables.length ** 2);
  for (const [at, i] of variables.entries())
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      const other = place.get(column[k]!);
      if (other !== undefined) matrix[at * variables.length + other] = weight[k]!;
    }
  return matrix;
}

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
