// Replicas of one problem side by side in the lanes of vectors (assembly/lanes.ts), which anneal together, 16, 8 or 4 at a time.
import { KernelMemory } from "../kernels.ts";
import type { SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { mostFieldOf, wholeBiases } from "./whole-biases.ts";

/** The type that local fields have in the lanes. */
export type LaneType = "i8" | "i16" | "f32";

const bytesOf = { i8: 1, i16: 2, f32: 4 } as const;
const largest = { i8: 127, i16: 32_767, f32: Number.POSITIVE_INFINITY } as const;
const roundedTo = 32_000; // units in the largest field: rounding may add to it
const finelyRounded = 200; // units in a typical bias
const vectorBytes = 16;
const negligible = 1e-6; // of the largest field: f32 rounding

/** Replicas of one problem, each with its own spins; all are swept together. */
export class Lanes {
  readonly type: LaneType;
  /** Whether the lanes hold all biases as they are. If not, what they find wants its last steps in double precision. */
  readonly exact: boolean;
  /** How many replicas there are. */
  readonly count: number;
  readonly #problem: SpinProblem;
  readonly #unit: number;
  readonly #memory: KernelMemory;
  readonly #state: Uint32Array;
  readonly #sums: Float64Array;
  readonly #spins: Int8Array;
  readonly #draws: number;
  readonly #mask: number;
  readonly #at: Readonly<
    Record<"start" | "column" | "twice" | "weight" | "own" | "spin" | "field" | "pool" | "state" | "sums", number>
  >;
  #threshold = Number.NaN; // what the thresholds are made for: one scale for all, or one a lane
  #strata: Float64Array | undefined;
  readonly #columns = new Float64Array(vectorBytes).fill(Number.NaN);

  /**
   * Draws its thresholds from `random`. `type` forces a lane type that can hold the problem; `draws` is the least number of different
   * thresholds, a power of two.
   */
  constructor(problem: SpinProblem, random: Random, type: LaneType = laneTypeOf(problem), draws = 1024) {
    const { size: n, start, column, weight, field } = problem;
    const bytes = bytesOf[type];
    this.type = type;
    this.count = vectorBytes / bytes;
    this.#problem = problem;
    const whole = type === "f32" ? undefined : wholeBiases(problem);
    this.exact = whole !== undefined && whole.mostField <= largest[type];
    this.#unit = type === "f32" ? 1 : this.exact ? whole!.unit : mostFieldOf(problem) / roundedTo;
    const poolSize = Math.min(8192, Math.max(draws, 2 ** Math.floor(Math.log2(n))));
    const m = column.length;
    const memory = new KernelMemory(
      4 * (n + 1) + m * (4 + 2 * bytes) + n * (bytes + 2 * vectorBytes) + (poolSize + vectorBytes) * 8 + 20 * vectorBytes,
    );
    this.#memory = memory;
    this.#at = {
      start: memory.take(4 * (n + 1)),
      column: memory.take(4 * m),
      twice: memory.take(bytes * m),
      weight: memory.take(bytes * m),
      own: memory.take(bytes * n),
      spin: memory.take(vectorBytes * n),
      field: memory.take(vectorBytes * n),
      pool: memory.take(bytes * (poolSize + vectorBytes)),
      state: memory.take(4),
      sums: memory.take(8 * this.count),
    };
    const { buffer } = memory;
    new Int32Array(buffer, this.#at.start, n + 1).set(start);
    const columns = new Uint32Array(buffer, this.#at.column, m);
    for (let k = 0; k < m; k++) columns[k] = column[k]! * vectorBytes;
    const [weights, twice, own] = [
      lanesView(type, buffer, this.#at.weight, m),
      lanesView(type, buffer, this.#at.twice, m),
      lanesView(type, buffer, this.#at.own, n),
    ];
    for (let k = 0; k < m; k++) {
      const w = type === "f32" ? weight[k]! : Math.round(weight[k]! / this.#unit);
      weights[k] = w;
      twice[k] = 2 * w;
    }
    for (let i = 0; i < n; i++) own[i] = type === "f32" ? field[i]! : Math.round(field[i]! / this.#unit);
    this.#state = new Uint32Array(buffer, this.#at.state, 1);
    this.#sums = new Float64Array(buffer, this.#at.sums, this.count);
    this.#spins = new Int8Array(buffer, this.#at.spin, vectorBytes * n);
    this.#mask = poolSize - 1;
    this.#draws = memory.take(4 * (poolSize + vectorBytes));
    const exponential = new Float32Array(buffer, this.#draws, poolSize + vectorBytes);
    for (let k = 0; k < poolSize; k++) exponential[k] = -Math.log((k + 0.5) / poolSize);
    random.shuffle(exponential.subarray(0, poolSize));
    exponential.copyWithin(poolSize, 0, vectorBytes);
    this.#state[0] = random.next() | 1;
  }

  /** Puts every replica at a random place, and the noise of the sweeps at a new one. */
  scatter(random: Random): void {
    this.#state[0] = random.next() | 1;
    const { size } = this.#problem;
    for (let i = 0; i < size; i++) {
      const bits = random.next();
      for (let l = 0; l < this.count; l++) this.#write(i, l, ((bits >>> l) & 1) === 1);
    }
    this.settle();
  }

  /** Puts every replica where `spins` (-1/+1) are, and the noise of the sweeps at a new place. */
  gather(spins: ArrayLike<number>, random: Random): void {
    this.#state[0] = random.next() | 1;
    const { size } = this.#problem;
    for (let i = 0; i < size; i++) for (let l = 0; l < this.count; l++) this.#write(i, l, spins[i]! < 0);
    this.settle();
  }

  /** Metropolis sweeps at inverse temperature `beta` (1/energy; Infinity takes only what lowers the energy). Returns how many visits changed a spin. */
  sweep(beta: number, sweeps: number): number {
    const { start, column, twice, spin, field, pool, state } = this.#at;
    const scale = 1 / (2 * beta * this.#unit);
    if (scale !== this.#threshold) this.#setThresholds(scale);
    const shift = { i8: 0, i16: 1, f32: 2 }[this.type];
    const { size } = this.#problem;
    return this.#kernel("sweep")(size, start, column, twice, spin, field, pool, this.#mask, shift, state, sweeps);
  }

  /**
   * Metropolis sweeps with an inverse temperature (1/energy) for each replica. Every replica takes its thresholds from a column of its
   * own, so replicas at the same temperature do not share them.
   */
  sweepEach(betas: ArrayLike<number>, sweeps: number): void {
    const { start, column, twice, spin, field, pool, state } = this.#at;
    const { count } = this;
    const rows = (this.#mask + 1) / count;
    const thresholds = lanesView(this.type, this.#memory.buffer, pool, rows * count);
    this.#strata ??= Float64Array.from({ length: rows }, (_, k) => -Math.log((k + 0.5) / rows));
    const strata = this.#strata;
    const most = largest[this.type];
    for (let lane = 0; lane < count; lane++) {
      const scale = 1 / (2 * betas[lane]! * this.#unit);
      if (scale === this.#columns[lane]) continue;
      this.#columns[lane] = scale;
      // Each column holds every stratum of the distribution once, in an order of its own: an odd step visits all of a power of two.
      const step = (0x9e3779b1 * (lane + 1)) | 1;
      for (let row = 0; row < rows; row++) {
        const threshold = Math.min(most, strata[Math.imul(row, step) & (rows - 1)]! * scale);
        thresholds[row * count + lane] = this.type === "f32" ? threshold : Math.floor(threshold);
      }
    }
    this.#threshold = Number.NaN;
    const shift = 4; // a row is a vector
    this.#kernel("sweep")(this.#problem.size, start, column, twice, spin, field, pool, rows - 1, shift, state, sweeps);
  }

  /** Puts one replica where `spins` (-1/+1) are; `settle` must follow before the next sweep. */
  put(lane: number, spins: ArrayLike<number>): void {
    for (let i = 0; i < spins.length; i++) this.#write(i, lane, spins[i]! < 0);
  }

  /** Makes what each spin feels agree with the spins again. */
  settle(): void {
    const { start, column, weight, spin, own, field } = this.#at;
    this.#kernel("fields")(this.#problem.size, start, column, weight, spin, own, field);
  }

  /** Sweeps until no replica has a spin whose flip lowers its energy. Returns the number of sweeps. */
  descend(): number {
    if (this.type === "f32") this.settle(); // what rounding has added up must not look like a way down
    let sweeps = 1;
    while (this.sweep(Number.POSITIVE_INFINITY, 1) > 0) sweeps++;
    return sweeps;
  }

  /** The energy of every replica, without the problem's offset, to the precision of the lanes. */
  energies(): Float64Array {
    const { spin, field, own, sums } = this.#at;
    this.#kernel("energies")(this.#problem.size, spin, field, own, sums);
    return this.#sums.map((sum) => (sum * this.#unit) / 2);
  }

  /** The spins (-1/+1) of one replica, a copy. */
  spins(lane: number): Int8Array {
    const bytes = vectorBytes / this.count;
    const spins = new Int8Array(this.#problem.size);
    for (let i = 0, at = lane * bytes + bytes - 1; i < spins.length; i++, at += vectorBytes)
      spins[i] = this.#spins[at]! < 0 ? -1 : 1;
    return spins;
  }

  #write(i: number, lane: number, down: boolean): void {
    const bytes = vectorBytes / this.count;
    const at = i * vectorBytes + lane * bytes;
    if (this.type === "f32") this.#spins[at + 3] = down ? -128 : 0;
    else for (let b = 0; b < bytes; b++) this.#spins[at + b] = down ? -1 : 0;
  }

  #setThresholds(scale: number): void {
    const count = this.#mask + 1 + vectorBytes;
    this.#threshold = scale;
    this.#columns.fill(Number.NaN);
    if (scale > 0) {
      this.#kernel("thresholds")(this.#draws, count, scale, this.#at.pool);
      return;
    }
    // Nothing but what lowers the energy: by a unit at least, or by more than rounding can feign.
    const least = this.type === "f32" ? -negligible * this.#largestField() : -1;
    lanesView(this.type, this.#memory.buffer, this.#at.pool, count).fill(least);
  }

  #largestField(): number {
    const fields = new Float32Array(this.#memory.buffer, this.#at.field, this.#problem.size * this.count);
    return fields.reduce((most, f) => Math.max(most, Math.abs(f)), 0);
  }

  #kernel<K extends "sweep" | "thresholds" | "energies" | "fields">(name: K) {
    const bits = { i8: 8, i16: 16, f32: 32 } as const;
    return this.#memory.run[`${name}${bits[this.type]}`];
  }
}

/**
 * The lanes for a problem: int8 or int16 where they hold every field exactly; int16 with rounded biases where a typical bias is still
 * hundreds of units (the search cannot tell them apart, and has twice the replicas of f32); else f32.
 */
export function laneTypeOf(problem: SpinProblem): LaneType {
  const whole = wholeBiases(problem);
  if (whole && whole.mostField <= largest.i16) return whole.mostField > largest.i8 ? "i16" : "i8";
  return typicalBias(problem) * roundedTo >= finelyRounded * mostFieldOf(problem) ? "i16" : "f32";
}

// The median of the biases that are not 0, of a few thousand of them.
function typicalBias({ weight, field }: SpinProblem): number {
  const stride = Math.ceil((weight.length + field.length) / 4096);
  const seen: number[] = [];
  for (const values of [weight, field])
    for (let k = 0; k < values.length; k += stride) if (values[k] !== 0) seen.push(Math.abs(values[k]!));
  return seen.sort((a, b) => a - b)[seen.length >> 1] ?? 0;
}

function lanesView(type: LaneType, buffer: ArrayBuffer, at: number, count: number): Int8Array | Int16Array | Float32Array {
  if (type === "i8") return new Int8Array(buffer, at, count);
  return type === "i16" ? new Int16Array(buffer, at, count) : new Float32Array(buffer, at, count);
}
