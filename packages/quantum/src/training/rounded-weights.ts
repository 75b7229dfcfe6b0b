// Rounding as QUBOs, one a row. First AdaRound's choice of up or down (Nagel et al. 2020; solved as a QUBO in arXiv 2510.16075): a box
// around the unrounded weights. Successive rounding leaves that box, sometimes with gain. So a row goes on from the better of the two, and
// every further round gives each weight a choice of two levels: where it is, and a neighbour, at first the one to which the error would
// rather go, then one by chance. A round's QUBO moves any number of weights at once; single moves then settle it. So a row never ends
// worse than nearest or successive rounding by the damped error that all of them minimise; on inputs that calibration has not seen it
// can. Rejected: every level in binary as one QUBO, from no start: searched for ten times as long it stayed behind successive rounding.
import { bqmFromPairs } from "../models/bqm.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import { sampleAt } from "../sample-set.ts";
import { solve } from "../solve.ts";
import { nearestLevels } from "./nearest-rounding.ts";
import { form, groupOf, type RoundingProblem } from "./rounding-problem.ts";
import { successiveLevels } from "./successive-rounding.ts";

/** How to round. */
export interface RoundingOptions {
  /** Default 1. */
  readonly seed?: number;
  /** A sampler's name. Default "tabu". */
  readonly solver?: string;
  /** QUBOs of each row, at most. Default 4. */
  readonly rounds?: number;
  /** Keep to AdaRound's box: one choice of up or down, no further round. Default false. */
  readonly upOrDown?: boolean;
  /** Rows that are not begun by then stay at the better baseline. */
  readonly timeLimitMs?: number;
  readonly signal?: AbortSignal;
  /** Fraction of the rows done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** Levels and how they came about. */
export interface RoundedWeights {
  /** rows x columns. */
  readonly levels: Uint8Array;
  readonly nearest: Uint8Array;
  readonly successive: Uint8Array;
  /** Rows that a QUBO made better than both baselines, by the damped error. */
  readonly rowsWon: number;
  /** Rows that were solved before the time was up. */
  readonly rowsSolved: number;
  readonly solver: string;
  readonly models: number;
}

/** Rounds a layer row by row. Throws ROUNDING_INVALID (in `roundingProblem`), what `solve` throws, or the signal's reason. */
export async function roundWeights(problem: RoundingProblem, options: RoundingOptions = {}): Promise<RoundedWeights> {
  const { seed = 1, solver = "tabu", rounds = 4, upOrDown = false, timeLimitMs, signal, progress } = options;
  const startedAt = performance.now();
  const { rows, columns } = problem;
  const pauses = new Pauses(signal);
  const nearest = nearestLevels(problem);
  const successive = await successiveLevels(problem, signal);
  const levels = nearest.slice();
  let [rowsWon, rowsSolved, models] = [0, 0, 0];
  for (let r = 0; r < rows; r++) {
    const of = (all: Uint8Array) => all.subarray(r * columns, (r + 1) * columns);
    const [byNearest, bySuccessive] = [rowError(problem, r, of(nearest)), rowError(problem, r, of(successive))];
    const baseline = Math.min(byNearest, bySuccessive);
    const random = new Random(seed, r);
    const better = bySuccessive < byNearest && !upOrDown;
    let row = new Row(problem, r, of(nearest));
    const solved = async (choice: Moves, round: number) => {
      if (choice.columns.length === 0) return;
      const { samples } = await solve(row.model(choice), {
        solver,
        seed: seed + r + round * rows,
        reads: 1,
        ...(solver === "tabu" ? { sweeps: 200 * columns } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      models += 1;
      row.move(choice, sampleAt(samples, 0));
      if (!upOrDown) row.settle();
      if (pauses.due(columns * columns)) await pauses.take();
    };
    if (timeLimitMs === undefined || performance.now() - startedAt < timeLimitMs) {
      await solved(row.upOrDown(), 0);
      if (better && bySuccessive < row.error) row = new Row(problem, r, of(successive));
      for (let round = 1; round < (upOrDown ? 1 : rounds); round++)
        await solved(round === 1 ? row.better() : row.either(random), round);
      rowsSolved += 1;
      if (row.error < baseline * (1 - 1e-9)) rowsWon += 1;
    } else if (better) row = new Row(problem, r, of(successive));
    of(levels).set(row.levels);
    progress?.((r + 1) / rows);
  }
  return { levels, nearest, successive, rowsWon, rowsSolved, solver, models };
}

/** The damped error of a row's levels. */
export function rowError(problem: RoundingProblem, row: number, levels: ArrayLike<number>): number {
  const { columns, weights, grid, damped } = problem;
  const errors = Float64Array.from({ length: columns }, (_, c) => {
    const g = groupOf(problem, row, c);
    return grid.lowest[g]! + grid.steps[g]! * levels[c]! - weights[row * columns + c]!;
  });
  return form(damped, errors);
}

// Columns that may move, and by how many levels.
interface Moves {
  readonly columns: Int32Array;
  readonly by: Int8Array;
}

// One row at some levels, with its error and the gradient's half, H e, up to date.
class Row {
  readonly levels: Uint8Array;
  error = 0;
  readonly #problem: RoundingProblem;
  readonly #steps: Float64Array;
  readonly #fields: Float64Array;
  readonly #errors: Float64Array;

  constructor(problem: RoundingProblem, row: number, levels: Uint8Array) {
    const { columns: n, grid, weights, damped } = problem;
    this.#problem = problem;
    this.levels = levels.slice();
    this.#steps = Float64Array.from({ length: n }, (_, c) => grid.steps[groupOf(problem, row, c)]!);
    this.#errors = this.#steps.map(
      (step, c) => grid.lowest[groupOf(problem, row, c)]! + step * levels[c]! - weights[row * n + c]!,
    );
    this.#fields = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) this.#fields[i]! += damped[i * n + j]! * this.#errors[j]!;
    for (let i = 0; i < n; i++) this.error += this.#errors[i]! * this.#fields[i]!;
  }

  // AdaRound's box: the level on the other side of the unrounded weight.
  upOrDown(): Moves {
    return this.#moves((c) => (this.#errors[c]! > 0 ? -1 : 1));
  }

  // The neighbour level that raises the error least (or lowers it most).
  better(): Moves {
    return this.#moves((c) => (this.#cost(c, 1) <= this.#cost(c, -1) ? 1 : -1));
  }

  // A neighbour on either side, by chance.
  either(random: Random): Moves {
    return this.#moves((c) => (random.unit() < 0.5 === this.#within(c, 1) ? 1 : -1));
  }

  #moves(side: (column: number) => number): Moves {
    const columns: number[] = [];
    const by: number[] = [];
    for (let c = 0; c < this.levels.length; c++) {
      const step = side(c);
      if (!this.#within(c, step)) continue;
      columns.push(c);
      by.push(step);
    }
    return { columns: Int32Array.from(columns), by: Int8Array.from(by) };
  }

  // The error's change by which moves are made: variable k is the k-th of them.
  model({ columns, by }: Moves) {
    const { damped, columns: n } = this.#problem;
    const size = columns.length;
    const pairs = (size * (size - 1)) / 2;
    const rows = new Int32Array(pairs);
    const others = new Int32Array(pairs);
    const biases = new Float64Array(pairs);
    // In units of the error itself: models of any scale look alike to the sampler.
    const unit = this.error || 1;
    for (let a = 0, k = 0; a < size; a++) {
      const own = this.#steps[columns[a]!]! * by[a]!;
      for (let b = a + 1; b < size; b++, k++) {
        rows[k] = a;
        others[k] = b;
        biases[k] = (2 * damped[columns[a]! * n + columns[b]!]! * own * this.#steps[columns[b]!]! * by[b]!) / unit;
      }
    }
    const linear = Float64Array.from(columns, (c, a) => this.#cost(c, by[a]!) / unit);
    return bqmFromPairs({ vartype: "BINARY", size, linear, rows, columns: others, biases, offset: 0 });
  }

  // Makes the moves of a sample, unless together they raise the error.
  move({ columns, by }: Moves, sample: ArrayLike<number>): void {
    const before = this.error;
    const kept = this.levels.slice();
    for (let k = 0; k < columns.length; k++) if (sample[k]! > 0) this.#shift(columns[k]!, by[k]!);
    if (this.error <= before) return;
    for (let c = 0; c < kept.length; c++) if (kept[c] !== this.levels[c]) this.#shift(c, kept[c]! - this.levels[c]!);
  }

  // Single moves, the best first, until none lowers the error.
  settle(): void {
    for (;;) {
      let [best, by, least] = [-1, 0, -1e-12 * this.error];
      for (let c = 0; c < this.levels.length; c++) {
        for (const step of [-1, 1]) {
          if (!this.#within(c, step) || this.#cost(c, step) >= least) continue;
          [best, by, least] = [c, step, this.#cost(c, step)];
        }
      }
      if (best < 0) return;
      this.#shift(best, by);
    }
  }

  #within(column: number, by: number): boolean {
    const level = this.levels[column]! + by;
    return level >= 0 && level < 2 ** this.#problem.bits;
  }

  #cost(column: number, by: number): number {
    const { damped, columns: n } = this.#problem;
    const d = this.#steps[column]! * by;
    return d * (2 * this.#fields[column]! + d * damped[column * n + column]!);
  }

  #shift(column: number, by: number): void {
    const { damped, columns: n } = this.#problem;
    this.error += this.#cost(column, by);
    const d = this.#steps[column]! * by;
    this.levels[column]! += by;
    this.#errors[column]! += d;
    for (let j = 0; j < n; j++) this.#fields[j]! += d * damped[column * n + j]!;
  }
}
