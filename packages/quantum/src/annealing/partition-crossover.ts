// Partition crossover (Whitley, Hains, Howe 2009 for the travelling salesman; Tinós, Whitley, Chicano 2015 for pseudo-Boolean
// functions), on spins: where two samples differ, the differing spins fall into components of the coupling graph. Flipping a whole
// component changes only couplings on its rim, which no other component touches. So each component is chosen by itself, and with q
// components the best of 2^q children costs one pass over the couplings. On sparse models two annealed samples differ in hundreds of
// components; on dense ones in a single one, and nothing is gained or lost.
import type { SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";

/** Crossovers of samples of one problem; holds their working memory. */
export class PartitionCrossover {
  readonly #problem: SpinProblem;
  readonly #symmetric: boolean;
  /** 0 where the samples agree; a spin that differs is 1 until its component is gathered, then 2. */
  readonly #differs: Uint8Array;
  readonly #component: Int32Array;

  constructor(problem: SpinProblem) {
    this.#problem = problem;
    this.#symmetric = problem.field.every((h) => h === 0);
    this.#differs = new Uint8Array(problem.size);
    this.#component = new Int32Array(problem.size);
  }

  /**
   * Gives `spins` (-1/+1) every component of `other` that lowers its energy, and half of those that leave it as it is, so that it
   * drifts where it is flat. Returns by how much the energy fell, 0 or more.
   */
  improve(spins: Int8Array, other: Int8Array, random: Random): number {
    const { size, field, start, column, weight } = this.#problem;
    const differs = this.#differs;
    const component = this.#component;
    let count = 0;
    for (let i = 0; i < size; i++) count += differs[i] = spins[i] === other[i] ? 0 : 1;
    // Without fields a sample and its opposite are the same: take the nearer one.
    if (this.#symmetric && 2 * count > size) for (let i = 0; i < size; i++) differs[i]! ^= 1;
    let gained = 0;
    for (let seed = 0; seed < size; seed++) {
      if (differs[seed] !== 1) continue;
      component[0] = seed;
      differs[seed] = 2;
      let length = 1;
      let rim = 0;
      for (let at = 0; at < length; at++) {
        const i = component[at]!;
        let sum = field[i]!;
        for (let k = start[i]!, end = start[i + 1]!; k < end; k++) {
          const j = column[k]!;
          if (differs[j] === 0) sum += weight[k]! * spins[j]!;
          else if (differs[j] === 1) {
            differs[j] = 2;
            component[length++] = j;
          }
        }
        rim += spins[i]! * sum;
      }
      // Flipping the component changes the energy by -2 rim.
      if (rim < 0 || (rim === 0 && random.next() & 1)) continue;
      gained += 2 * rim;
      for (let at = 0; at < length; at++) spins[component[at]!]! *= -1;
    }
    return gained;
  }
}
