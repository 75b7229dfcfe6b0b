import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";

/** One tabu search in progress (the algorithm is described in samplers/tabu.ts). */
export class TabuSearch {
  readonly best: Int8Array;
  /** The lowest energy so far, with the roundings of the f32 matrix. */
  bestEnergy = Number.POSITIVE_INFINITY;

  readonly #problem: SpinProblem;
  readonly #matrix: Float32Array;
  readonly #noise: number;
  readonly #random: Random;
  readonly #spins: Float64Array;
  readonly #delta: Float64Array;
  readonly #freeAt: Float64Array;
  readonly #tenure: number;
  readonly #stall: number;
  #energy = 0;
  #step = 0;
  #restartAt = 0;
  #roundBest = Number.POSITIVE_INFINITY;

  /** `matrix` holds the couplings row by row; improvements below `noise` do not count. */
  constructor(problem: SpinProblem, matrix: Float32Array, noise: number, random: Random) {
    const n = problem.size;
    this.#problem = problem;
    this.#matrix = matrix;
    this.#noise = noise;
    this.#random = random;
    this.#spins = Float64Array.from({ length: n }, () => (random.next() & 1) * 2 - 1);
    this.#delta = new Float64Array(n);
    this.#freeAt = new Float64Array(n);
    this.#tenure = Math.min(20, Math.floor(n / 4));
    this.#stall = Math.max(2000, 10 * n);
    this.best = new Int8Array(n);
    this.#settle();
  }

  /** Takes `steps` steps. */
  run(steps: number): void {
    for (let end = this.#step + steps; this.#step < end; this.#step++) {
      if (this.#step >= this.#restartAt) this.#restart();
      const move = this.#choose();
      this.#flip(move);
      this.#freeAt[move] = this.#step + 1 + this.#tenure + this.#random.below(Math.min(10, this.#tenure) + 1);
      if (this.#energy < this.#roundBest - this.#noise) {
        this.#roundBest = this.#energy;
        this.#restartAt = this.#step + this.#stall;
        this.#keepIfBest();
      }
    }
  }

  // The scan starts at a random place, so that ties do not always go to the lowest index.
  #choose(): number {
    const n = this.#problem.size;
    const turn = this.#random.below(n);
    const second = this.#bestIn(turn, n, -1);
    const move = this.#bestIn(0, turn, second);
    return move >= 0 ? move : this.#random.below(n); // all tabu: only in tiny models
  }

  #bestIn(from: number, to: number, incumbent: number): number {
    const delta = this.#delta;
    const freeAt = this.#freeAt;
    const step = this.#step;
    const aspiration = this.#roundBest - this.#noise - this.#energy; // a change below this is a new best
    let move = incumbent;
    let least = incumbent >= 0 ? delta[incumbent]! : Number.POSITIVE_INFINITY;
    for (let i = from; i < to; i++) {
      const d = delta[i]!;
      if (d < least && (freeAt[i]! <= step || d < aspiration)) {
        least = d;
        move = i;
      }
    }
    return move;
  }

  #flip(i: number): void {
    const n = this.#problem.size;
    const spins = this.#spins;
    const delta = this.#delta;
    const matrix = this.#matrix;
    const row = i * n;
    const own = delta[i]!;
    this.#energy += own;
    spins[i] = -spins[i]!;
    const c = -4 * spins[i]!; // delta_j = -2 s_j f_j and f_j changes by 2 J_ij s_i
    for (let j = 0; j < n; j++) delta[j]! += c * spins[j]! * matrix[row + j]!;
    delta[i] = -own;
  }

  #restart(): void {
    const n = this.#problem.size;
    const afresh = this.#random.below(4) === 0;
    if (afresh) for (let i = 0; i < n; i++) this.#spins[i] = (this.#random.next() & 1) * 2 - 1;
    else {
      this.#spins.set(this.best);
      const kicks = Math.min(n, 10 + this.#random.below(Math.floor(n / 4) + 1));
      for (let k = 0; k < kicks; k++) {
        const i = this.#random.below(n);
        this.#spins[i] = -this.#spins[i]!;
      }
    }
    this.#freeAt.fill(0);
    this.#settle();
  }

  // Energies and deltas from scratch: a restart also sheds the roundings of the flips before it.
  #settle(): void {
    localFields(this.#problem, this.#spins, this.#delta);
    this.#energy = energyFrom(this.#problem, this.#spins, this.#delta);
    for (let i = 0; i < this.#delta.length; i++) this.#delta[i]! *= -2 * this.#spins[i]!;
    this.#roundBest = this.#energy;
    this.#restartAt = this.#step + this.#stall;
    this.#keepIfBest();
  }

  #keepIfBest(): void {
    if (this.#energy >= this.bestEnergy - this.#noise) return;
    this.bestEnergy = this.#energy;
    this.best.set(this.#spins);
  }
}
