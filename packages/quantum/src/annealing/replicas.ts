import type { SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { Lanes, laneTypeOf } from "./lanes.ts";

const draws = 4096; // at 16 lanes 256 thresholds for each temperature

/** Any number of replicas of one problem, numbered through, in as many groups of lanes as they need, each at its own temperature. */
export class Replicas {
  readonly count: number;
  readonly energies: Float64Array;
  /** The inverse temperature of each replica, 1/energy. */
  readonly betas: Float64Array;
  readonly #groups: readonly Lanes[];
  readonly #lanes: number;
  readonly #unsettled = new Set<Lanes>();

  /** At least `wanted` replicas, at random places. */
  constructor(problem: SpinProblem, random: Random, wanted: number) {
    const type = laneTypeOf(problem);
    const lanes = { i8: 16, i16: 8, f32: 4 }[type];
    this.#lanes = lanes;
    this.#groups = Array.from({ length: Math.ceil(wanted / lanes) }, () => new Lanes(problem, random, type, draws));
    this.count = this.#groups.length * lanes;
    this.energies = new Float64Array(this.count);
    this.betas = new Float64Array(this.count).fill(1);
    this.scatter(random);
  }

  /** Puts all replicas at new random places. */
  scatter(random: Random): void {
    for (const group of this.#groups) group.scatter(random);
    this.#unsettled.clear();
  }

  /** Sweeps all replicas, each at its temperature, and measures their energies. */
  sweep(sweeps: number): void {
    for (const [g, group] of this.#groups.entries()) {
      const from = g * this.#lanes;
      const betas = this.betas.subarray(from, from + this.#lanes);
      if (betas.every((beta) => beta === betas[0])) group.sweep(betas[0]!, sweeps);
      else group.sweepEach(betas, sweeps);
      this.energies.set(group.energies(), from);
    }
  }

  /** The spins (-1/+1) of one replica, a copy. */
  spins(replica: number): Int8Array {
    return this.#group(replica).spins(replica % this.#lanes);
  }

  /** Puts a replica where `spins` are; `settle` must follow before the next sweep. */
  put(replica: number, spins: ArrayLike<number>): void {
    const group = this.#group(replica);
    group.put(replica % this.#lanes, spins);
    this.#unsettled.add(group);
  }

  /** Makes the groups that were written to ready for sweeps. */
  settle(): void {
    for (const group of this.#unsettled) group.settle();
    this.#unsettled.clear();
  }

  #group(replica: number): Lanes {
    return this.#groups[Math.floor(replica / this.#lanes)]!;
  }
}
