// Sample sets as dimod's JSON, schema 3.2.0, which Leap's hybrid solvers answer with. Rows of spins or binaries are packed into
// 32-bit words unless asked otherwise: variable k of a row is bit k % 32 (least significant first) of word k / 32, 1 for +1.
// Labels that are JSON arrays (Python tuples) become their JSON text: a Label is a string or a number here.
import { QuantumError } from "../errors.ts";
import { type Label, labelOf } from "../models/bqm.ts";
import { type SampleSet, sampleAt } from "../sample-set.ts";
import type { SampleTable, SampleVector } from "../sample-table.ts";

const schema = "3.2.0";
const mostValues = 2 ** 28; // samples times variables

/** Reads dimod's JSON of any variable type; trusts no field. Byte arrays (`use_bytes`) have no JSON and are refused. Throws SAMPLE_SET_INVALID. */
export function sampleTableFromDimod(json: unknown): SampleTable {
  const set = object("value", json);
  if (set.type !== "SampleSet") refuse("type", "SampleSet", set.type);
  const version = object("version", set.version).sampleset_schema;
  if (typeof version !== "string" || !version.startsWith("3.")) refuse("version", `schema ${schema}`, version);
  const size = count("num_variables", set.num_variables);
  const rows = count("num_rows", set.num_rows);
  if (size * rows > mostValues) refuse("num_rows", `at most ${mostValues} values in all`, size * rows);
  const variableType = set.variable_type;
  if (variableType !== "SPIN" && variableType !== "BINARY" && variableType !== "INTEGER" && variableType !== "REAL")
    refuse("variable_type", "SPIN, BINARY, INTEGER or REAL", variableType);
  if (!Array.isArray(set.variable_labels) || set.variable_labels.length !== size)
    refuse("variable_labels", `${size} labels`, set.variable_labels);
  const labels = set.variable_labels.map(labelFromJson);
  if (new Set(labels).size !== size) refuse("variable_labels", "each label once", labels);
  const packed = set.sample_packed === true;
  const perRow = packed ? Math.ceil(size / 32) : size;
  const data = flat("sample_data", set.sample_data, rows, perRow);
  const values = new Float64Array(rows * size);
  for (let r = 0; r < rows; r++)
    for (let i = 0; i < size; i++) {
      const value = packed ? (Number(data[r * perRow + (i >> 5)]) >>> (i & 31)) & 1 : Number(data[r * size + i]);
      values[r * size + i] = packed && variableType === "SPIN" ? 2 * value - 1 : value;
    }
  const vectors: Record<string, SampleVector> = {};
  for (const [name, vector] of Object.entries(object("vectors", set.vectors))) {
    const width = widthOf(name, vector, rows);
    vectors[name] = { width, values: flat(`vectors.${name}`, vector, rows, width) };
  }
  const { energy, num_occurrences: occurrences, ...others } = vectors;
  if (energy?.width !== 1) refuse("vectors.energy", "one energy a row", energy?.width);
  if (occurrences !== undefined && occurrences.width !== 1)
    refuse("vectors.num_occurrences", "one number a row", occurrences.width);
  return {
    variableType,
    size,
    count: rows,
    values,
    energies: Float64Array.from(energy.values, Number),
    occurrences: occurrences ? Int32Array.from(occurrences.values, Number) : new Int32Array(rows).fill(1),
    labels,
    vectors: others,
    info: set.info === undefined ? {} : object("info", set.info),
  };
}

/** Reads dimod's JSON of spins or binaries. Energies are as written: check them with `energyOf`. Throws SAMPLE_SET_INVALID. */
export function sampleSetFromDimod(json: unknown): SampleSet {
  const { variableType, size, count: rows, values, energies, occurrences, labels } = sampleTableFromDimod(json);
  if (variableType !== "SPIN" && variableType !== "BINARY") refuse("variable_type", "SPIN or BINARY", variableType);
  const low = variableType === "SPIN" ? -1 : 0;
  const wrong = values.find((v) => v !== 1 && v !== low);
  if (wrong !== undefined) refuse("sample_data", `${low} or 1`, wrong);
  const named = labels.some((label, i) => label !== i);
  return {
    vartype: variableType,
    size,
    count: rows,
    values: Int8Array.from(values),
    energies,
    occurrences,
    ...(named ? { labels } : {}),
  };
}

/** Writes dimod's JSON (`SampleSet.from_serializable` reads it), packed unless asked otherwise. */
export function sampleSetToDimod(
  set: SampleSet,
  { packed = true }: { readonly packed?: boolean } = {},
): Readonly<Record<string, unknown>> {
  const { size, count: rows, vartype, energies, occurrences } = set;
  const words = Math.ceil(size / 32);
  const data = Array.from({ length: rows }, (_, r) => {
    const sample = sampleAt(set, r);
    if (!packed) return Array.from(sample);
    const row = new Uint32Array(words);
    for (let i = 0; i < size; i++) if (sample[i]! > 0) row[i >> 5]! |= 1 << (i & 31);
    return Array.from(row);
  });
  return {
    type: "SampleSet",
    version: { sampleset_schema: schema },
    num_variables: size,
    num_rows: rows,
    sample_data: array(data, packed ? "uint32" : "int8", [rows, packed ? words : size]),
    sample_type: "int8",
    sample_packed: packed,
    vectors: {
      energy: array(Array.from(energies), "float64", [rows]),
      num_occurrences: array(Array.from(occurrences), "int64", [rows]),
    },
    variable_labels: Array.from({ length: size }, (_, i) => labelOf(set, i)),
    variable_type: vartype,
    info: {},
  };
}

/** A label from JSON: strings and numbers as they are, arrays (tuples in Python) as their JSON text. Throws SAMPLE_SET_INVALID. */
function labelFromJson(json: unknown): Label {
  if (typeof json === "string" || typeof json === "number") return json;
  if (Array.isArray(json)) return JSON.stringify(json);
  return refuse("variable_labels", "strings, numbers or arrays of them", json);
}

function array(data: unknown, type: string, shape: readonly number[]): Readonly<Record<string, unknown>> {
  return { type: "array", data, data_type: type, shape, use_bytes: false };
}

function widthOf(name: string, vector: unknown, rows: number): number {
  const { shape } = object(`vectors.${name}`, vector);
  if (!Array.isArray(shape) || shape[0] !== rows || shape.length > 2)
    refuse(`vectors.${name}.shape`, `[${rows}] or [${rows}, width]`, shape);
  return shape.length === 1 ? 1 : count(`vectors.${name}.shape`, shape[1]);
}

function flat(field: string, json: unknown, rows: number, width: number): (number | boolean)[] {
  const { data, use_bytes: bytes } = object(field, json);
  if (bytes === true || !Array.isArray(data)) refuse(field, "data as a list", bytes === true ? "bytes" : data);
  const values: unknown[] = data.flat(1);
  if (values.length !== rows * width) refuse(field, `${rows} times ${width} values`, values.length);
  const isValue = (v: unknown): v is number | boolean => typeof v === "boolean" || (typeof v === "number" && Number.isFinite(v));
  return values.every(isValue)
    ? values
    : refuse(
        field,
        "finite numbers",
        values.find((v) => !isValue(v)),
      );
}

function count(field: string, value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : refuse(field, "a whole number", value);
}

function object(field: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(field, "an object", value);
  return value as Record<string, unknown>; // why: any object may be read by field names; each field is checked where it is used
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("SAMPLE_SET_INVALID", { field, wanted, got });
}
