// The bq format: a dimod sample set as JSON (schema 3.x), in which hybrid solvers answer. Binary samples are packed into 32-bit
// words, the least significant bit first; others (CQM with integers or reals) are plain rows.
import { QuantumError } from "../errors.ts";
import type { Label } from "../models/bqm.ts";
import type { SampleSet } from "../sample-set.ts";
import { recordOf } from "./solver.ts";

/** Samples of a hybrid solver: row r of `values` is values[r*size .. (r+1)*size], in the order of `labels`. */
export interface HybridSamples {
  /** SPIN, BINARY, INTEGER, REAL, or the solver's word for a mix. */
  readonly vartype: string;
  readonly labels: readonly Label[];
  readonly size: number;
  readonly count: number;
  readonly values: Float64Array;
  readonly energies: Float64Array;
  readonly occurrences: Int32Array;
  /** For constrained models: whether each row keeps all constraints. */
  readonly feasible?: readonly boolean[];
  /** For constrained models: whether row r keeps constraint c, in the order of `constraintLabels`. */
  readonly satisfied?: readonly (readonly boolean[])[];
  readonly constraintLabels?: readonly Label[];
  /** What else the solver says, such as timing. */
  readonly info: Readonly<Record<string, unknown>>;
}

const mostValues = 100_000_000;

/** Decodes a sample set in dimod's JSON. Throws LEAP_ANSWER_INVALID. */
export function decodeBq(data: unknown): HybridSamples {
  const fields = recordOf(data);
  const schema = recordOf(fields.version).sampleset_schema;
  if (fields.type !== "SampleSet" || typeof schema !== "string" || !schema.startsWith("3."))
    refuse("type", "a SampleSet of schema 3", { type: fields.type, schema });
  const size = countOf("num_variables", fields.num_variables);
  const count = countOf("num_rows", fields.num_rows);
  if (size * count > mostValues) refuse("num_rows", `at most ${mostValues} values`, size * count);
  const labels = labelsOf("variable_labels", fields.variable_labels);
  if (labels.length !== size) refuse("variable_labels", `${size} labels`, labels.length);
  const { variable_type: vartype, vectors } = fields;
  if (typeof vartype !== "string") refuse("variable_type", "a text", vartype);
  const rows = arrayOf("sample_data", fields.sample_data, count);
  const packed = fields.sample_packed === true;
  const width = packed ? Math.ceil(size / 32) : size;
  // Before anything is allocated by the counts, the rows must be there.
  const isRow = (row: unknown): row is readonly number[] => Array.isArray(row) && row.length === width && row.every(isNumber);
  if (!rows.every(isRow))
    refuse(
      "sample_data",
      `rows of ${width} numbers`,
      rows.find((row) => !isRow(row)),
    );
  const values = new Float64Array(size * count);
  const low = vartype === "SPIN" ? -1 : 0;
  for (const [r, row] of rows.entries()) {
    for (let i = 0; i < size; i++) values[r * size + i] = packed ? ((row[i >> 5]! >>> (i & 31)) & 1 ? 1 : low) : row[i]!;
  }
  const more = recordOf(vectors);
  const energies = numbersOf("energy", arrayOf("energy", more.energy, count));
  const occurrences =
    more.num_occurrences === undefined
      ? new Int32Array(count).fill(1)
      : Int32Array.from(numbersOf("num_occurrences", arrayOf("num_occurrences", more.num_occurrences, count)));
  const info = recordOf(fields.info);
  return {
    vartype,
    labels,
    size,
    count,
    values,
    energies,
    occurrences,
    ...(more.is_feasible === undefined
      ? {}
      : { feasible: arrayOf("is_feasible", more.is_feasible, count).map((v) => v === true || v === 1) }),
    ...(more.is_satisfied === undefined
      ? {}
      : {
          satisfied: arrayOf("is_satisfied", more.is_satisfied, count).map((row) =>
            Array.isArray(row) ? row.map((v) => v === true || v === 1) : refuse("is_satisfied", "rows of booleans", row),
          ),
        }),
    ...(info.constraint_labels === undefined
      ? {}
      : { constraintLabels: labelsOf("info.constraint_labels", info.constraint_labels) }),
    info,
  };
}

/** The same samples as a sample set of a binary model. Throws LEAP_ANSWER_INVALID when the variables are not binary or spins. */
export function sampleSetFromHybrid({ vartype, labels, size, count, values, energies, occurrences }: HybridSamples): SampleSet {
  if (vartype !== "SPIN" && vartype !== "BINARY") refuse("variable_type", "SPIN or BINARY", vartype);
  const low = vartype === "SPIN" ? -1 : 0;
  for (const value of values) if (value !== 1 && value !== low) refuse("sample_data", `${low} or 1`, value);
  return { vartype, size, count, values: Int8Array.from(values), energies, occurrences, labels };
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("LEAP_ANSWER_INVALID", { field, wanted, got });
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function countOf(field: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || Number(value) < 0) refuse(field, "a whole number", value);
  return Number(value);
}

function arrayOf(field: string, value: unknown, length: number): readonly unknown[] {
  const { data } = recordOf(value);
  if (!Array.isArray(data) || data.length !== length) refuse(field, `{data} with ${length} entries`, value);
  return data;
}

function numbersOf(field: string, values: readonly unknown[]): Float64Array {
  return Float64Array.from(values, (value) => (isNumber(value) ? value : refuse(field, "numbers", value)));
}

// dimod writes tuples as arrays; those become their JSON text, so that a label stays text or number.
function labelsOf(field: string, value: unknown): readonly Label[] {
  if (!Array.isArray(value)) refuse(field, "a list of labels", value);
  return value.map((label) => (typeof label === "string" || typeof label === "number" ? label : JSON.stringify(label)));
}
