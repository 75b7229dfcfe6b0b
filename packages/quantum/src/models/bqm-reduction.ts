// Models made from a model by saying something about its variables: that one has a value, that two are equal, that some are turned
// round, or what they are called. Each comes with the way back, so that a sample of the new model becomes one of the old.
import { QuantumError } from "../errors.ts";
import { type SampleSet, sampleAt, sampleSetFromValues } from "../sample-set.ts";
import { type Bqm, bqmFromPairs, type Label, labelOf } from "./bqm.ts";

/** A model that stands for another, and the way back. Lifted samples have the same energy in `original` as in `model`. */
export interface Reduction {
  readonly original: Bqm;
  readonly model: Bqm;
  /** A sample of `model` (values of its vartype) as one of `original`. */
  lift(sample: ArrayLike<number>): Int8Array;
}

/** A sample set of a reduction's model as one of the original, energies recomputed. Throws SAMPLE_INVALID. */
export function lifted(reduction: Reduction, set: SampleSet): SampleSet {
  const rows = Array.from({ length: set.count }, (_, r) => reduction.lift(sampleAt(set, r)));
  return { ...sampleSetFromValues(reduction.original, rows), occurrences: set.occurrences.slice() };
}

/**
 * Fixes variables (index to value of the vartype): the rest keep their order and labels. Throws BQM_INDEX_OUT_OF_RANGE,
 * SAMPLE_INVALID.
 */
export function fixed(model: Bqm, values: ReadonlyMap<number, number>): Reduction {
  const low = model.vartype === "SPIN" ? -1 : 0;
  for (const [i, value] of values) {
    inRange("fixed variable", model, i);
    if (value !== 1 && value !== low)
      throw new QuantumError("SAMPLE_INVALID", { wanted: `${low} or 1 for variable ${labelOf(model, i)}`, got: value });
  }
  const kept = remaining(model, (i) => !values.has(i));
  const at = positions(model.size, kept);
  let offset = model.offset;
  for (const [i, value] of values) offset += model.linear[i]! * value;
  const linear = Float64Array.from(kept, (i) => model.linear[i]!);
  const pairs = new Pairs();
  for (let k = 0; k < model.biases.length; k++) {
    const [u, v, bias] = [model.rows[k]!, model.columns[k]!, model.biases[k]!];
    const [atU, atV] = [values.get(u), values.get(v)];
    if (atU === undefined && atV === undefined) pairs.add(at[u]!, at[v]!, bias);
    else if (atU === undefined) linear[at[u]!]! += bias * atV!;
    else if (atV === undefined) linear[at[v]!]! += bias * atU;
    else offset += bias * atU * atV;
  }
  return {
    original: model,
    model: bqmFromPairs({ ...shape(model, kept), linear, ...pairs, offset }),
    lift: (sample) => Int8Array.from({ length: model.size }, (_, i) => values.get(i) ?? sample[at[i]!]!),
  };
}

/** Makes two variables one: `gone` takes the value of `kept` and leaves the model. Throws BQM_INDEX_OUT_OF_RANGE, BQM_SELF_COUPLING. */
export function contracted(model: Bqm, kept: number, gone: number): Reduction {
  inRange("kept variable", model, kept);
  inRange("contracted variable", model, gone);
  if (kept === gone) throw new QuantumError("BQM_SELF_COUPLING", { variable: labelOf(model, kept) });
  const left = remaining(model, (i) => i !== gone);
  const at = positions(model.size, left);
  at[gone] = at[kept]!;
  let offset = model.offset;
  const linear = Float64Array.from(left, (i) => model.linear[i]!);
  linear[at[kept]!]! += model.linear[gone]!;
  const pairs = new Pairs();
  for (let k = 0; k < model.biases.length; k++) {
    const [u, v, bias] = [at[model.rows[k]!]!, at[model.columns[k]!]!, model.biases[k]!];
    if (u !== v) pairs.add(u, v, bias);
    else if (model.vartype === "SPIN") offset += bias;
    else linear[u]! += bias;
  }
  return {
    original: model,
    model: bqmFromPairs({ ...shape(model, left), linear, ...pairs, offset }),
    lift: (sample) => Int8Array.from({ length: model.size }, (_, i) => sample[at[i]!]!),
  };
}

/**
 * Turns variables round (s becomes -s, x becomes 1 - x): a spin-reversal transform, which averages out a QPU's bias to one side.
 * Throws BQM_INDEX_OUT_OF_RANGE.
 */
export function flipped(model: Bqm, indexes: Iterable<number>): Reduction {
  const turned = new Uint8Array(model.size);
  for (const i of indexes) {
    inRange("flipped variable", model, i);
    turned[i] = 1;
  }
  const spin = model.vartype === "SPIN";
  let offset = model.offset;
  const linear = model.linear.map((h, i) => (turned[i] ? -h + 0 : h));
  if (!spin) for (let i = 0; i < model.size; i++) if (turned[i]) offset += model.linear[i]!;
  const biases = model.biases.map((bias, k) => {
    const [u, v] = [model.rows[k]!, model.columns[k]!];
    const [atU, atV] = [turned[u]!, turned[v]!];
    if (!spin && atU && atV) {
      offset += bias;
      linear[u]! -= bias;
      linear[v]! -= bias;
    } else if (!spin && atU) linear[v]! += bias;
    else if (!spin && atV) linear[u]! += bias;
    return atU === atV ? bias : -bias + 0;
  });
  const turn = (value: number) => (spin ? -value : 1 - value);
  return {
    original: model,
    model: { ...model, linear, biases, offset },
    lift: (sample) => Int8Array.from({ length: model.size }, (_, i) => (turned[i] ? turn(sample[i]!) : sample[i]!)),
  };
}

/** The model with other names; labels that `names` lacks stay. Throws BQM_LABEL_REPEATED. */
export function relabelled(model: Bqm, names: ReadonlyMap<Label, Label>): Bqm {
  const labels = Array.from({ length: model.size }, (_, i) => names.get(labelOf(model, i)) ?? labelOf(model, i));
  const { labels: _, ...unnamed } = model;
  return bqmFromPairs(labels.every((label, i) => label === i) ? unnamed : { ...unnamed, labels });
}

function remaining({ size }: Bqm, stays: (index: number) => boolean): number[] {
  return Array.from({ length: size }, (_, i) => i).filter(stays);
}

function positions(size: number, kept: readonly number[]): Int32Array {
  const at = new Int32Array(size).fill(-1);
  for (const [to, from] of kept.entries()) at[from] = to;
  return at;
}

// Names stay with their variables: without labels, the rest of 0, 1, 2 after fixing 1 are called 0 and 2.
function shape(model: Bqm, kept: readonly number[]): Pick<Bqm, "vartype" | "size" | "labels"> {
  const labels = kept.map((i) => labelOf(model, i));
  const { vartype } = model;
  return { vartype, size: kept.length, ...(labels.every((label, i) => label === i) ? {} : { labels }) };
}

function inRange(what: string, { size }: Bqm, index: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < size))
    throw new QuantumError("BQM_INDEX_OUT_OF_RANGE", { what, index, size });
}

class Pairs {
  readonly rows: number[] = [];
  readonly columns: number[] = [];
  readonly biases: number[] = [];

  add(u: number, v: number, bias: number): void {
    this.rows.push(u);
    this.columns.push(v);
    this.biases.push(bias);
  }
}
