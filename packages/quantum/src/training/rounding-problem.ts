// Rounding a layer's weights to few levels. With inputs X (samples x columns) the error of row w rounded to q is
//
//   |X (q - w)|^2 / samples  =  (q - w)^T H (q - w),     H = X^T X / samples,
//
// the quadratic form of AdaRound (Nagel et al. 2020) and GPTQ (Frantar et al. 2023). Few samples leave directions in which H sees
// nothing and rounding may do anything, so all methods here work on H + damping x (mean of its diagonal) x I, as GPTQ does; what is
// reported is the error on inputs, without damping.
import { QuantumError } from "../errors.ts";
import { Pauses } from "../pauses.ts";

/** Levels of each group of a row: lowest + step x (0 ... 2^bits - 1), one number a group, row by row. */
export interface RoundingGrid {
  readonly steps: Float64Array;
  readonly lowest: Float64Array;
}

/** A layer to round. */
export interface RoundingInput {
  /** rows x columns, row by row: output i is the product of row i and an input. */
  readonly weights: ArrayLike<number>;
  readonly columns: number;
  /** Calibration inputs, samples x columns, row by row. */
  readonly inputs: ArrayLike<number>;
  /** 1 to 8. */
  readonly bits: number;
  /** Neighbouring weights of a row that share one grid. Default: the whole row. */
  readonly groupSize?: number;
  /** Default: for each group, of ranges shrunk step by step, the one of least squared weight error. */
  readonly grid?: RoundingGrid;
  /** Default 0.01. */
  readonly damping?: number;
}

/** A checked layer with what the methods need. */
export interface RoundingProblem {
  readonly weights: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly groupSize: number;
  readonly grid: RoundingGrid;
  /** H, columns x columns, and H with damping. */
  readonly second: Float64Array;
  readonly damped: Float64Array;
}

/** Checks a layer, measures H and finds the grid. Throws ROUNDING_INVALID or the signal's reason. */
export async function roundingProblem(input: RoundingInput, signal?: AbortSignal): Promise<RoundingProblem> {
  const { columns, bits, damping = 0.01 } = input;
  const groupSize = input.groupSize ?? columns;
  if (!(Number.isSafeInteger(columns) && columns >= 1)) refuse("columns", "a whole number of at least 1", columns);
  if (!(Number.isSafeInteger(bits) && bits >= 1 && bits <= 8)) refuse("bits", "a whole number from 1 to 8", bits);
  if (!(Number.isSafeInteger(groupSize) && groupSize >= 1)) refuse("groupSize", "a whole number of at least 1", groupSize);
  if (!(damping > 0 && Number.isFinite(damping))) refuse("damping", "a number above 0", damping);
  const weights = numbers("weights", input.weights, columns);
  const inputs = numbers("inputs", input.inputs, columns);
  const rows = weights.length / columns;
  const groups = rows * Math.ceil(columns / groupSize);
  if (input.grid) {
    for (const field of ["steps", "lowest"] as const) {
      const given = input.grid[field];
      if (given.length !== groups) refuse(`grid.${field}`, `${groups} numbers, one a group`, given.length);
      for (const [g, v] of given.entries()) {
        if (!Number.isFinite(v) || (field === "steps" && !(v > 0)))
          refuse(`grid.${field}[${g}]`, field === "steps" ? "a number above 0" : "a finite number", v);
      }
    }
  }
  const pauses = new Pauses(signal);
  const second = new Float64Array(columns * columns);
  const samples = inputs.length / columns;
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < columns; i++) {
      const a = inputs[s * columns + i]! / samples;
      if (a === 0) continue;
      for (let j = 0; j <= i; j++) second[i * columns + j]! += a * inputs[s * columns + j]!;
    }
    if (pauses.due((columns * columns) / 2)) await pauses.take();
  }
  let trace = 0;
  for (let i = 0; i < columns; i++) {
    trace += second[i * columns + i]!;
    for (let j = 0; j < i; j++) second[j * columns + i] = second[i * columns + j]!;
  }
  const damped = second.slice();
  const added = damping * (trace / columns || 1); // inputs of zeros alone: all roundings are alike, the nearest is as good
  for (let i = 0; i < columns; i++) damped[i * columns + i]! += added;
  const grid = input.grid ?? (await ownGrid(weights, rows, columns, groupSize, bits, pauses));
  return { weights, rows, columns, bits, groupSize, grid, second, damped };
}

/** The group of a weight. */
export function groupOf({ columns, groupSize }: RoundingProblem, row: number, column: number): number {
  return row * Math.ceil(columns / groupSize) + Math.floor(column / groupSize);
}

/** The nearest level to `value` that a weight may take. */
export function nearestLevel(problem: RoundingProblem, group: number, value: number): number {
  const { steps, lowest } = problem.grid;
  return Math.min(2 ** problem.bits - 1, Math.max(0, Math.round((value - lowest[group]!) / steps[group]!)));
}

/** The values of levels, rows x columns. */
export function roundedValues(problem: RoundingProblem, levels: ArrayLike<number>): Float64Array {
  const { rows, columns, grid } = problem;
  const values = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const g = groupOf(problem, r, c);
      values[r * columns + c] = grid.lowest[g]! + grid.steps[g]! * levels[r * columns + c]!;
    }
  }
  return values;
}

/**
 * The squared error of the outputs against the unrounded ones, as a share of the outputs' own squares: 0 is lossless, 1 is as bad as
 * weights of 0. `second` is H of other inputs (`roundingProblem` of them), to measure on inputs that rounding did not see.
 */
export function outputError(problem: RoundingProblem, levels: ArrayLike<number>, second = problem.second): number {
  const { rows, columns, weights } = problem;
  const values = roundedValues(problem, levels);
  let [error, whole] = [0, 0];
  for (let r = 0; r < rows; r++) {
    const own = weights.subarray(r * columns, (r + 1) * columns);
    error += form(
      second,
      own.map((w, c) => values[r * columns + c]! - w),
    );
    whole += form(second, own);
  }
  return whole === 0 ? 0 : error / whole;
}

/** v^T M v. */
export function form(matrix: Float64Array, v: Float64Array): number {
  const n = v.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let field = 0;
    for (let j = 0; j < n; j++) field += matrix[i * n + j]! * v[j]!;
    sum += v[i]! * field;
  }
  return sum;
}

const shrinks = 24; // ranges tried, from the whole down to about a third

async function ownGrid(
  weights: Float64Array,
  rows: number,
  columns: number,
  groupSize: number,
  bits: number,
  pauses: Pauses,
): Promise<RoundingGrid> {
  const perRow = Math.ceil(columns / groupSize);
  const steps = new Float64Array(rows * perRow);
  const lowest = new Float64Array(rows * perRow);
  const top = 2 ** bits - 1;
  for (let g = 0; g < rows * perRow; g++) {
    const [row, at] = [Math.floor(g / perRow), (g % perRow) * groupSize];
    const own = weights.subarray(row * columns + at, row * columns + Math.min(columns, at + groupSize));
    const [least, most] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
    const middle = (least + most) / 2;
    let lowestError = Number.POSITIVE_INFINITY;
    for (let k = 0; k < shrinks; k++) {
      const width = (most - least) * (1 - k / (1.5 * shrinks));
      const step = width / top || 1; // weights all alike are all on the lowest level
      const from = width === 0 ? least : middle - width / 2;
      let error = 0;
      for (const w of own) error += (from + step * Math.min(top, Math.max(0, Math.round((w - from) / step))) - w) ** 2;
      if (error < lowestError) [lowestError, steps[g], lowest[g]] = [error, step, from];
    }
    if (pauses.due(5 * shrinks * own.length)) await pauses.take();
  }
  return { steps, lowest };
}

function numbers(field: string, values: ArrayLike<number>, columns: number): Float64Array {
  if (values.length === 0 || values.length % columns !== 0)
    refuse(field, `rows of ${columns} numbers`, `${values.length} numbers`);
  const checked = Float64Array.from(values);
  for (let i = 0; i < checked.length; i++)
    if (!Number.isFinite(checked[i])) refuse(`${field}[${i}]`, "a finite number", checked[i]);
  return checked;
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("ROUNDING_INVALID", { field, wanted, got });
}
