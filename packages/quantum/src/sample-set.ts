import { QuantumError } from "./errors.ts";
import { type Bqm, energyOf, type Label, labelOf, rawEnergy, type Vartype } from "./models/bqm.ts";

/**
 * Samples of one model: row r is values[r*size .. (r+1)*size] (-1/+1 or 0/1 by vartype), with its energy and how often it was
 * found. Treat the arrays as read-only.
 */
export interface SampleSet {
  readonly vartype: Vartype;
  readonly size: number;
  readonly count: number;
  readonly values: Int8Array;
  readonly energies: Float64Array;
  readonly occurrences: Int32Array;
  readonly labels?: readonly Label[];
}

/** A sample set from rows of spins (-1/+1), brought to the model's vartype; energies are computed here from the model, in f64. */
export function sampleSetFromSpins(model: Bqm, spins: readonly ArrayLike<number>[]): SampleSet {
  const { size, vartype, labels } = model;
  const values = new Int8Array(spins.length * size);
  for (const [r, row] of spins.entries()) {
    for (let i = 0; i < size; i++) values[r * size + i] = vartype === "SPIN" ? row[i]! : (row[i]! + 1) / 2;
  }
  const energies = Float64Array.from(spins, (_, r) => rawEnergy(model, values, r * size));
  const occurrences = new Int32Array(spins.length).fill(1);
  return { vartype, size, count: spins.length, values, energies, occurrences, ...(labels === undefined ? {} : { labels }) };
}

/** A sample set from rows of values in the model's own vartype; energies are computed here. Throws SAMPLE_INVALID. */
export function sampleSetFromValues(model: Bqm, rows: readonly ArrayLike<number>[]): SampleSet {
  const { size, vartype, labels } = model;
  const energies = Float64Array.from(rows, (row) => energyOf(model, row));
  const values = new Int8Array(rows.length * size);
  for (const [r, row] of rows.entries()) values.set(row, r * size);
  const occurrences = new Int32Array(rows.length).fill(1);
  return { vartype, size, count: rows.length, values, energies, occurrences, ...(labels === undefined ? {} : { labels }) };
}

/** Row r as a view: no copy. */
export function sampleAt({ values, size }: SampleSet, row: number): Int8Array {
  return values.subarray(row * size, (row + 1) * size);
}

/** Row r by label. */
export function assignmentAt(set: SampleSet, row: number): ReadonlyMap<Label, number> {
  return new Map(Array.from(sampleAt(set, row), (value, i) => [labelOf(set, i), value]));
}

/** Rows sorted by energy, lowest first (equal energies by their values, so that the order is the same everywhere); equal rows merged. */
export function aggregated(set: SampleSet): SampleSet {
  const order = Array.from({ length: set.count }, (_, r) => r).sort(
    (a, b) => set.energies[a]! - set.energies[b]! || compareRows(set, a, b),
  );
  const kept: number[] = [];
  const occurrences: number[] = [];
  for (const r of order) {
    const last = kept.at(-1);
    if (last !== undefined && compareRows(set, last, r) === 0) occurrences[occurrences.length - 1]! += set.occurrences[r]!;
    else {
      kept.push(r);
      occurrences.push(set.occurrences[r]!);
    }
  }
  return { ...picked(set, kept), occurrences: Int32Array.from(occurrences) };
}

/** The rows whose energy is within `tolerance` (absolute, plus 1e-9 relative) of the lowest. */
export function lowest(set: SampleSet, tolerance = 0): SampleSet {
  const best = minOf(set.energies);
  const limit = best + tolerance + 1e-9 * Math.abs(best);
  return picked(
    set,
    [...set.energies.keys()].filter((r) => set.energies[r]! <= limit),
  );
}

/** The `count` rows of lowest energy, lowest first. */
export function truncated(set: SampleSet, count: number): SampleSet {
  const order = Array.from({ length: set.count }, (_, r) => r).sort((a, b) => set.energies[a]! - set.energies[b]! || a - b);
  return picked(set, order.slice(0, count));
}

/** The rows that `keeps` says yes to; it gets a row's values, energy and number. */
export function filtered(set: SampleSet, keeps: (sample: Int8Array, energy: number, row: number) => boolean): SampleSet {
  return picked(
    set,
    Array.from({ length: set.count }, (_, r) => r).filter((r) => keeps(sampleAt(set, r), set.energies[r]!, r)),
  );
}

/** Several sets of the same model as one. */
export function joined(sets: readonly [SampleSet, ...SampleSet[]]): SampleSet {
  const count = sets.reduce((sum, s) => sum + s.count, 0);
  const values = new Int8Array(count * sets[0].size);
  const energies = new Float64Array(count);
  const occurrences = new Int32Array(count);
  let at = 0;
  for (const s of sets) {
    values.set(s.values, at * s.size);
    energies.set(s.energies, at);
    occurrences.set(s.occurrences, at);
    at += s.count;
  }
  return { ...sets[0], count, values, energies, occurrences };
}

function picked(set: SampleSet, rows: readonly number[]): SampleSet {
  const values = new Int8Array(rows.length * set.size);
  for (const [to, from] of rows.entries()) values.set(sampleAt(set, from), to * set.size);
  return {
    ...set,
    count: rows.length,
    values,
    energies: Float64Array.from(rows, (r) => set.energies[r]!),
    occurrences: Int32Array.from(rows, (r) => set.occurrences[r]!),
  };
}

function compareRows({ values, size }: SampleSet, a: number, b: number): number {
  for (let i = 0; i < size; i++) {
    const difference = values[a * size + i]! - values[b * size + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function minOf(values: Float64Array): number {
  let best = Number.POSITIVE_INFINITY;
  for (const v of values) if (v < best) best = v;
  return best;
}

/** A sample set as plain JSON; each sample is a string with one character a variable: "1" for +1 or 1, "0" for -1 or 0. */
export interface SampleSetJson {
  readonly type: "entente.sample-set/1";
  readonly vartype: Vartype;
  readonly size: number;
  readonly labels?: readonly Label[];
  readonly samples: readonly string[];
  readonly energies: readonly number[];
  readonly occurrences: readonly number[];
}

/** Writes a sample set as plain JSON. */
export function sampleSetToJson(set: SampleSet): SampleSetJson {
  const samples = Array.from({ length: set.count }, (_, r) =>
    Array.from(sampleAt(set, r), (v) => (v === 1 ? "1" : "0")).join(""),
  );
  const { vartype, size, labels } = set;
  const energies = Array.from(set.energies);
  const occurrences = Array.from(set.occurrences);
  return {
    type: "entente.sample-set/1",
    vartype,
    size,
    ...(labels === undefined ? {} : { labels }),
    samples,
    energies,
    occurrences,
  };
}

/** Reads what `sampleSetToJson` wrote; trusts no field. Energies are as written: check them with `energyOf`. Throws SAMPLE_SET_INVALID. */
export function sampleSetFromJson(json: unknown): SampleSet {
  const { type, vartype, size, labels, samples, energies, occurrences } = fieldsOf(json);
  if (type !== "entente.sample-set/1") refuse("type", "entente.sample-set/1", type);
  if (vartype !== "SPIN" && vartype !== "BINARY") refuse("vartype", "SPIN or BINARY", vartype);
  if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) refuse("size", "a whole number", size);
  const isRow = (s: unknown): s is string => typeof s === "string" && s.length === size && /^[01]*$/.test(s);
  if (!Array.isArray(samples) || !samples.every(isRow)) refuse("samples", `strings of ${size} times 0 or 1`, samples);
  const count = samples.length;
  if (!isNumbers(energies, count)) refuse("energies", `${count} numbers`, energies);
  if (!isNumbers(occurrences, count)) refuse("occurrences", `${count} numbers`, occurrences);
  const isLabel = (l: unknown): l is Label => typeof l === "string" || typeof l === "number";
  if (labels !== undefined && !(Array.isArray(labels) && labels.length === size && labels.every(isLabel)))
    refuse("labels", `${size} labels`, labels);
  const low = vartype === "SPIN" ? -1 : 0;
  const values = new Int8Array(count * size);
  for (const [r, row] of samples.entries()) for (let i = 0; i < size; i++) values[r * size + i] = row[i] === "1" ? 1 : low;
  return {
    vartype,
    size,
    count,
    values,
    energies: Float64Array.from(energies),
    occurrences: Int32Array.from(occurrences),
    ...(labels === undefined ? {} : { labels }),
  };
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  if (typeof json !== "object" || json === null) refuse("value", "an object", json);
  return json as Record<string, unknown>; // why: any object may be read by field names; each field is checked above
}

function isNumbers(value: unknown, count: number): value is number[] {
  return Array.isArray(value) && value.length === count && value.every((v) => typeof v === "number" && Number.isFinite(v));
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("SAMPLE_SET_INVALID", { field, wanted, got });
}
