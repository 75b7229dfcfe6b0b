// The binary quadratic model: energy(v) = offset + sum_i linear[i] v_i + sum_{i<j} bias_ij v_i v_j, with every v in {-1,+1} (SPIN,
// an Ising model) or {0,1} (BINARY, a QUBO). Variables are dense indexes 0..size-1; labels are only for people. Couplings are three
// parallel arrays sorted by (row, column) with row < column and each pair once, so that two equal models are equal arrays.
// Rejected: a map of maps (dimod's old form): 20x the memory, and samplers need arrays anyway.
import { QuantumError } from "../errors.ts";
import { normalised } from "./couplings.ts";

/** SPIN variables take -1 and +1, BINARY ones 0 and 1. */
export type Vartype = "SPIN" | "BINARY";

/** What a variable is called. */
export type Label = string | number;

/** A binary quadratic model; treat the arrays as read-only. Absent labels mean that variable i is called i. */
export interface Bqm {
  readonly vartype: Vartype;
  readonly size: number;
  readonly linear: Float64Array;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly biases: Float64Array;
  readonly offset: number;
  readonly labels?: readonly Label[];
}

/** Couplings as parallel arrays: the i-th is (rows[i], columns[i], biases[i]), in any order and either way round. */
export interface PairsInput {
  readonly vartype: Vartype;
  readonly size: number;
  readonly linear?: ArrayLike<number>;
  readonly rows: ArrayLike<number>;
  readonly columns: ArrayLike<number>;
  readonly biases: ArrayLike<number>;
  readonly offset?: number;
  readonly labels?: readonly Label[];
  /** What to do with a pair given twice. Default "add", as the sum of terms that it is. */
  readonly repeated?: "add" | "refuse";
}

/**
 * A model from couplings given by index. Throws BQM_NUMBER_INVALID, BQM_INDEX_OUT_OF_RANGE, BQM_SELF_COUPLING,
 * BQM_PAIR_REPEATED, BQM_LABEL_REPEATED, BQM_LENGTHS_DIFFER.
 */
export function bqmFromPairs(input: PairsInput): Bqm {
  const { vartype, size, offset = 0, labels } = input;
  if (!Number.isSafeInteger(size) || size < 0)
    throw new QuantumError("OPTION_INVALID", { option: "size", wanted: "a whole number", got: size });
  const linear = new Float64Array(size);
  if (input.linear) {
    sameLength("linear", size, input.linear.length);
    linear.set(input.linear);
  }
  for (let i = 0; i < size; i++) if (!Number.isFinite(linear[i])) invalid(`linear[${i}]`, linear[i]);
  if (!Number.isFinite(offset)) invalid("offset", offset);
  if (labels) {
    sameLength("labels", size, labels.length);
    const seen = new Set<Label>();
    for (const label of labels) {
      if (seen.has(label)) throw new QuantumError("BQM_LABEL_REPEATED", { label });
      seen.add(label);
    }
  }
  const couplings = normalised(size, input.rows, input.columns, input.biases, input.repeated ?? "add");
  return { vartype, size, linear, ...couplings, offset, ...(labels === undefined ? {} : { labels }) };
}

/** Terms by label. A label used only in a coupling is a variable with linear bias 0. */
export interface TermsInput {
  readonly vartype: Vartype;
  readonly linear?: Iterable<readonly [Label, number]>;
  readonly quadratic?: Iterable<readonly [Label, Label, number]>;
  readonly offset?: number;
}

/** A model from labelled terms; labels become indexes in the order they first appear, and repeated terms add up. Throws as `bqmFromPairs`. */
export function bqmFromTerms({ vartype, linear = [], quadratic = [], offset = 0 }: TermsInput): Bqm {
  const indexes = new Map<Label, number>();
  const indexOf = (label: Label) => {
    const known = indexes.get(label);
    if (known !== undefined) return known;
    indexes.set(label, indexes.size);
    return indexes.size - 1;
  };
  const biasOf: number[] = [];
  for (const [label, bias] of linear) {
    const i = indexOf(label);
    biasOf[i] = (biasOf[i] ?? 0) + bias;
  }
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  for (const [u, v, bias] of quadratic) {
    if (u === v) throw new QuantumError("BQM_SELF_COUPLING", { variable: u });
    rows.push(indexOf(u));
    columns.push(indexOf(v));
    biases.push(bias);
  }
  const labels = [...indexes.keys()];
  const dense = Float64Array.from(labels, (_, i) => biasOf[i] ?? 0);
  const unnamed = labels.every((label, i) => label === i);
  return bqmFromPairs({
    vartype,
    size: labels.length,
    linear: dense,
    rows,
    columns,
    biases,
    offset,
    ...(unnamed ? {} : { labels }),
  });
}

/**
 * A BINARY model with energy x'Qx. Q is an upper triangle or a symmetric matrix (then each pair counts twice, as in x'Qx).
 * Throws QUBO_NOT_SQUARE, QUBO_NOT_SYMMETRIC, BQM_NUMBER_INVALID.
 */
export function quboFromDense(q: readonly ArrayLike<number>[]): Bqm {
  const size = q.length;
  for (const [row, values] of q.entries()) {
    if (values.length !== size) throw new QuantumError("QUBO_NOT_SQUARE", { rows: size, row, columns: values.length });
  }
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  let upper = true;
  for (let i = 0; i < size && upper; i++) for (let j = 0; j < i && upper; j++) upper = q[i]![j] === 0;
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++) {
      const here = q[row]![column]!;
      const mirrored = q[column]![row]!;
      if (!Number.isFinite(here)) invalid(`Q[${row},${column}]`, here);
      if (!upper && here !== mirrored) throw new QuantumError("QUBO_NOT_SYMMETRIC", { row, column, here, mirrored });
      if (here === 0) continue;
      rows.push(row);
      columns.push(column);
      biases.push(here + mirrored);
    }
  }
  const linear = Float64Array.from(q, (values, i) => values[i]!);
  return bqmFromPairs({ vartype: "BINARY", size, linear, rows, columns, biases });
}

/** The energy of one sample (a value per variable), in f64. Throws SAMPLE_INVALID. */
export function energyOf(model: Bqm, sample: ArrayLike<number>): number {
  const { size, vartype } = model;
  if (sample.length !== size) throw new QuantumError("SAMPLE_INVALID", { wanted: `${size} values`, got: sample.length });
  const low = vartype === "SPIN" ? -1 : 0;
  for (let i = 0; i < size; i++) {
    const v = sample[i];
    if (v !== 1 && v !== low)
      throw new QuantumError("SAMPLE_INVALID", { wanted: `${low} or 1 for variable ${labelOf(model, i)}`, got: v });
  }
  return rawEnergy(model, sample, 0);
}

/** The energy of the sample that starts at `start` of `values`, unchecked. */
export function rawEnergy(
  { size, linear, rows, columns, biases, offset }: Bqm,
  values: ArrayLike<number>,
  start: number,
): number {
  let energy = offset;
  for (let i = 0; i < size; i++) energy += linear[i]! * values[start + i]!;
  for (let k = 0; k < biases.length; k++) energy += biases[k]! * values[start + rows[k]!]! * values[start + columns[k]!]!;
  return energy;
}

/** The same model in the other vartype (s = 2x - 1): every sample keeps its energy. Returns the model itself if it has that vartype. */
export function converted(model: Bqm, vartype: Vartype): Bqm {
  if (model.vartype === vartype) return model;
  const { size, rows, columns } = model;
  const linear = new Float64Array(size);
  const biases = new Float64Array(model.biases.length);
  let offset = model.offset;
  // SPIN to BINARY: h s = 2h x - h and J s t = 4J xy - 2J x - 2J y + J. BINARY to SPIN: the inverse.
  const [own, shared, pair, down, both] = vartype === "BINARY" ? [2, -2, 4, -1, 1] : [0.5, 0.25, 0.25, 0.5, 0.25];
  for (let i = 0; i < size; i++) {
    linear[i] = own * model.linear[i]!;
    offset += down * model.linear[i]!;
  }
  for (let k = 0; k < biases.length; k++) {
    const bias = model.biases[k]!;
    biases[k] = pair * bias;
    linear[rows[k]!]! += shared * bias;
    linear[columns[k]!]! += shared * bias;
    offset += both * bias;
  }
  return { ...model, vartype, linear, biases, offset };
}

/** What variable i is called. */
export function labelOf(model: Pick<Bqm, "labels">, index: number): Label {
  return model.labels?.[index] ?? index;
}

/** Couplings present over couplings possible, 0 to 1. */
export function densityOf({ size, biases }: Bqm): number {
  return size < 2 ? 0 : biases.length / ((size * (size - 1)) / 2);
}

function sameLength(what: string, wanted: number, got: number): void {
  if (wanted !== got) throw new QuantumError("BQM_LENGTHS_DIFFER", { what, wanted, got });
}

function invalid(what: string, got: unknown): never {
  throw new QuantumError("BQM_NUMBER_INVALID", { what, got });
}
