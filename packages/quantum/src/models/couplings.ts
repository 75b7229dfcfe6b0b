// Brings couplings into the one order of a model. Two passes of counting sort (by column, then stably by row) are linear in
// variables + couplings, where a comparison sort of index pairs costs seconds at a few million.
import { QuantumError } from "../errors.ts";

/** Couplings sorted by (row, column), row < column, each pair once. */
export interface Couplings {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly biases: Float64Array;
}

/** Sorts and checks couplings. Throws BQM_LENGTHS_DIFFER, BQM_INDEX_OUT_OF_RANGE, BQM_SELF_COUPLING, BQM_NUMBER_INVALID, BQM_PAIR_REPEATED. */
export function normalised(
  size: number,
  us: ArrayLike<number>,
  vs: ArrayLike<number>,
  values: ArrayLike<number>,
  repeated: "add" | "refuse",
): Couplings {
  const m = us.length;
  if (vs.length !== m) throw new QuantumError("BQM_LENGTHS_DIFFER", { what: "columns", wanted: m, got: vs.length });
  if (values.length !== m) throw new QuantumError("BQM_LENGTHS_DIFFER", { what: "biases", wanted: m, got: values.length });
  const rows = new Int32Array(m);
  const columns = new Int32Array(m);
  const biases = new Float64Array(m);
  let sorted = true;
  for (let k = 0; k < m; k++) {
    const u = us[k]!;
    const v = vs[k]!;
    const bias = values[k]!;
    if (!isIndex(u, size) || !isIndex(v, size)) {
      throw new QuantumError("BQM_INDEX_OUT_OF_RANGE", { what: `coupling ${k}`, index: isIndex(u, size) ? v : u, size });
    }
    if (u === v) throw new QuantumError("BQM_SELF_COUPLING", { variable: u });
    if (!Number.isFinite(bias)) throw new QuantumError("BQM_NUMBER_INVALID", { what: `the bias of (${u},${v})`, got: bias });
    rows[k] = u < v ? u : v;
    columns[k] = u < v ? v : u;
    biases[k] = bias + 0; // -0 becomes 0
    if (k > 0 && (rows[k]! < rows[k - 1]! || (rows[k] === rows[k - 1] && columns[k]! <= columns[k - 1]!))) sorted = false;
  }
  if (sorted) return { rows, columns, biases };
  return merged(pairOrder(size, rows, columns), rows, columns, biases, repeated);
}

/** The order in which pairs are sorted by (row, column); equal pairs keep their order. */
export function pairOrder(size: number, rows: Int32Array, columns: Int32Array): Int32Array {
  const asGiven = Int32Array.from(rows.keys());
  return countingSort(size, rows, countingSort(size, columns, asGiven));
}

function isIndex(index: number, size: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < size;
}

function countingSort(size: number, keys: Int32Array, order: Int32Array): Int32Array {
  const next = new Int32Array(size + 1);
  for (const key of keys) next[key + 1]!++;
  for (let i = 1; i <= size; i++) next[i]! += next[i - 1]!;
  const sorted = new Int32Array(order.length);
  for (const k of order) sorted[next[keys[k]!]!++] = k;
  return sorted;
}

function merged(
  order: Int32Array,
  us: Int32Array,
  vs: Int32Array,
  values: ArrayLike<number>,
  repeated: "add" | "refuse",
): Couplings {
  const rows = new Int32Array(order.length);
  const columns = new Int32Array(order.length);
  const biases = new Float64Array(order.length);
  let last = -1;
  for (const k of order) {
    const [u, v] = [us[k]!, vs[k]!];
    if (last >= 0 && rows[last] === u && columns[last] === v) {
      if (repeated === "refuse") throw new QuantumError("BQM_PAIR_REPEATED", { first: u, second: v });
      biases[last]! += values[k]!;
      continue;
    }
    last++;
    rows[last] = u;
    columns[last] = v;
    biases[last] = values[k]!;
  }
  const m = last + 1;
  return m === order.length
    ? { rows, columns, biases }
    : { rows: rows.slice(0, m), columns: columns.slice(0, m), biases: biases.slice(0, m) };
}
