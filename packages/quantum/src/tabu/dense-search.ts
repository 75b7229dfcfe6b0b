import { mostFieldOf, wholeBiases } from "../annealing/whole-biases.ts";
import { KernelMemory } from "../kernels.ts";
import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { ElitePool } from "./elite-pool.ts";
import { plainSteps } from "./plain-steps.ts";
import type { TabuArrays, TabuSteps } from "./tabu-steps.ts";

/** The type of a dense matrix's entries. */
export type MatrixType = "i8" | "i16" | "f32";

const rounding = 1e-6; // what f32 changes may add up to between two settlings, of the largest field
const mostFloat = 3.4028234663852886e38;
const padding = 16; // variables: a vector of int8
const smallUpTo = 64; // variables; such models are crossed in a few hundred steps
const mostSteps = 2 ** 30; // of one round, since step numbers are int32

/** One tabu search in progress on a dense matrix (the algorithm is described in samplers/tabu.ts). Once disposed of only `best` and `bestEnergy` are left. */
export class DenseSearch implements Disposable {
  /** The lowest energy so far, in double precision, without the problem's offset. */
  bestEnergy = Number.POSITIVE_INFINITY;
  readonly best: Int8Array;

  readonly #memory: KernelMemory;
  readonly #problem: SpinProblem;
  readonly #stride: number;
  readonly #unit: number;
  readonly #exact: boolean;
  readonly #arrays: TabuArrays;
  readonly #steps: TabuSteps;
  readonly #random: Random;
  readonly #pool: ElitePool;
  readonly #noise: number;
  readonly #tenure: number;
  readonly #stall: number;
  readonly #local: Float64Array;
  readonly #roundBest: Int8Array;
  #step = 0;
  #stalled = 0;
  #endedAt = Number.POSITIVE_INFINITY;
  #confirmations = 0;
  #unmeasured = false;

  /** `kernel` is the WASM kernel or the plain one; `type` forces a type of the matrix that can hold the problem. */
  constructor(
    problem: SpinProblem,
    random: Random,
    { kernel = "wasm", type = matrixTypeOf(problem) }: { readonly kernel?: "wasm" | "plain"; readonly type?: MatrixType } = {},
  ) {
    const { size: n, start, column, weight } = problem;
    this.#problem = problem;
    this.#random = random;
    const stride = Math.ceil(n / padding) * padding;
    const bytes = { i8: 1, i16: 2, f32: 4 }[type];
    this.#stride = stride;
    this.#exact = type !== "f32";
    this.#unit = type === "f32" ? 1 : 2 * (wholeBiases(problem)?.unit ?? 1);
    const memory = KernelMemory.of(stride * n * bytes + stride * 12 + 256);
    this.#memory = memory;
    const at = {
      matrix: memory.take(stride * n * bytes),
      change: memory.take(4 * stride),
      sign: memory.take(bytes * stride),
      free: memory.take(4 * stride),
      io: memory.take(24),
      state: memory.take(4),
    };
    const { buffer } = memory;
    const Matrix = { i8: Int8Array, i16: Int16Array, f32: Float32Array }[type];
    const Sign = { i8: Int8Array, i16: Int16Array, f32: Int32Array }[type];
    const Change = type === "f32" ? Float32Array : Int32Array;
    this.#arrays = {
      matrix: new Matrix(buffer, at.matrix, stride * n),
      change: new Change(buffer, at.change, stride),
      sign: new Sign(buffer, at.sign, stride),
      free: new Int32Array(buffer, at.free, stride),
      io: new Float64Array(buffer, at.io, 3),
      state: new Int32Array(buffer, at.state, 1),
    };
    const { matrix, change } = this.#arrays;
    change.fill(type === "f32" ? mostFloat : 2 ** 31 - 1, n); // padding never is the best move
    for (let i = 0; i < n; i++)
      for (let k = start[i]!; k < start[i + 1]!; k++) matrix[i * stride + column[k]!] = (4 * weight[k]!) / this.#unit;
    const run = memory.run[({ i8: "tabu8", i16: "tabu16", f32: "tabu32" } as const)[type]];
    this.#steps =
      kernel === "plain"
        ? plainSteps
        : (size, width, _, step, steps, tenure, spread, noise) =>
            run(size, width, at.matrix, at.change, at.sign, at.free, at.io, at.state, step, steps, tenure, spread, noise);
    this.#arrays.state[0] = random.next() | 1;
    this.#noise = type === "f32" ? mostFieldOf(problem) * rounding : 0;
    this.#tenure = Math.min(20, Math.floor(n / 4));
    this.#stall = n <= smallUpTo ? Math.max(300, 6 * n) : Math.max(2000, 10 * n);
    this.#local = new Float64Array(n);
    this.#roundBest = new Int8Array(n);
    this.best = new Int8Array(n);
    this.#pool = new ElitePool(n);
    this.#scatter();
  }

  /** How many rounds ended at the lowest energy at which one did. */
  get confirmations(): number {
    return this.#confirmations;
  }

  /** Steps without a new best after which a round ends. */
  get stall(): number {
    return this.#stall;
  }

  /** Takes `steps` steps. */
  run(steps: number): void {
    const { io } = this.#arrays;
    for (let left = steps; left > 0; ) {
      if (this.#stalled >= this.#stall || this.#step > mostSteps) this.#restart();
      const asked = Math.min(left, this.#stall - this.#stalled);
      const spread = Math.min(10, this.#tenure);
      const taken = this.#steps(
        this.#problem.size,
        this.#stride,
        this.#arrays,
        this.#step,
        asked,
        this.#tenure,
        spread,
        this.#noise,
      );
      this.#step += taken;
      this.#stalled += taken;
      left -= Math.max(1, taken);
      if (io[0]! >= io[1]! - this.#noise) continue;
      io[1] = io[0]!;
      this.#stalled = 0;
      this.#keep();
    }
    this.#measure();
  }

  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
  }

  /** The steps of the current search so far and where it is, for tests. */
  get trace(): readonly number[] {
    return [this.#step, this.#arrays.io[0]!, this.#arrays.io[2]!];
  }

  // Notes the present place as the best of the round; whole units are exact, so then also of the whole search.
  #keep(): void {
    const { size } = this.#problem;
    const { sign, io } = this.#arrays;
    for (let i = 0; i < size; i++) this.#roundBest[i] = sign[i]! < 0 ? -1 : 1;
    this.#unmeasured = true;
    if (this.#exact) this.#take(io[0]! * this.#unit);
  }

  // What f32 found, in double precision, which costs as much as many steps.
  #measure(): void {
    if (!this.#unmeasured || this.#exact) return;
    localFields(this.#problem, this.#roundBest, this.#local);
    this.#take(energyFrom(this.#problem, this.#roundBest, this.#local));
  }

  #take(energy: number): void {
    this.#unmeasured = false;
    if (energy >= this.bestEnergy) return;
    this.bestEnergy = energy;
    this.best.set(this.#roundBest);
  }

  #restart(): void {
    this.#measure();
    const ended = this.#arrays.io[1]!;
    if (ended < this.#endedAt - this.#noise) [this.#endedAt, this.#confirmations] = [ended, 1];
    else if (ended <= this.#endedAt + this.#noise) this.#confirmations += 1;
    this.#pool.offer(this.#roundBest, this.#arrays.io[1]!);
    const pair = this.#pool.pair(this.#random);
    if (pair) this.#relink(...pair);
    else this.#scatter();
  }

  #scatter(): void {
    const { size } = this.#problem;
    this.#settle(Int8Array.from({ length: size }, () => (this.#random.next() & 1) * 2 - 1));
  }

  // Walks from one elite towards another, each step the best of the flips that bring it nearer, and begins the next round at the lowest
  // place in the middle third of the way: far from both ends, where tabu search alone does not come.
  #relink(from: Int8Array, to: Int8Array): void {
    this.#settle(from);
    const { change, matrix } = this.#arrays;
    const stride = this.#stride;
    const { size } = this.#problem;
    const ahead: number[] = [];
    for (let i = 0; i < size; i++) if (from[i] !== to[i]) ahead.push(i);
    const length = ahead.length;
    const [first, last] = [Math.floor(length / 3), Math.ceil((2 * length) / 3)];
    const spins = from.slice();
    let energy = 0;
    let lowest = Number.POSITIVE_INFINITY;
    let chosen = spins.slice();
    for (let walked = 1; walked <= last; walked++) {
      let at = 0;
      for (let k = 1; k < ahead.length; k++) if (change[ahead[k]!]! < change[ahead[at]!]!) at = k;
      const i = ahead[at]!;
      ahead[at] = ahead[ahead.length - 1]!;
      ahead.pop();
      const own = change[i]!;
      energy += own;
      spins[i]! *= -1;
      const minus = -spins[i]!;
      for (let j = 0; j < size; j++) change[j]! += minus * spins[j]! * matrix[i * stride + j]!;
      change[i] = -own;
      if (walked < first || energy >= lowest) continue;
      lowest = energy;
      chosen = spins.slice();
    }
    this.#settle(chosen);
  }

  // Begins a round at `spins`: energies and changes from scratch, which also sheds the roundings of the flips before.
  #settle(spins: Int8Array): void {
    const { change, sign, free, io } = this.#arrays;
    const { size } = this.#problem;
    localFields(this.#problem, spins, this.#local);
    for (let i = 0; i < size; i++) {
      sign[i] = spins[i]! > 0 ? 0 : change instanceof Float32Array ? 0x80000000 : -1;
      change[i] = (-2 * spins[i]! * this.#local[i]!) / this.#unit;
    }
    free.fill(0, 0, size);
    io[0] = energyFrom(this.#problem, spins, this.#local) / this.#unit;
    io[1] = io[0];
    io[2] = -1;
    this.#step = 0;
    this.#stalled = 0;
    this.#keep();
  }
}

/** int8 and int16 for multiples of a unit that fit with room for the changes, else f32. */
export function matrixTypeOf(problem: SpinProblem): MatrixType {
  const whole = wholeBiases(problem);
  if (!whole || whole.mostField > 2 ** 30) return "f32";
  let most = 0;
  for (const w of problem.weight) most = Math.max(most, Math.abs(2 * w) / whole.unit);
  if (most <= 127) return "i8";
  return most <= 32_767 ? "i16" : "f32";
}
