// From samples of qubits back to samples of variables. A chain whose qubits disagree is broken; what it then says is decided by
// majority, or so that the energy of the source model is low, or the sample is dropped.
import { QuantumError } from "../errors.ts";
import { type Bqm, labelOf, rawEnergy } from "../models/bqm.ts";
import { type SpinProblem, spinProblem } from "../models/spin-problem.ts";
import type { SampleSet } from "../sample-set.ts";
import type { Embedding } from "./embedding.ts";

/** How broken chains are read. */
export const chainBreakMethods = ["majority", "energy", "discard"] as const;
/** One of `chainBreakMethods`. */
export type ChainBreakMethod = (typeof chainBreakMethods)[number];

/** Samples of the source model; row r had chainBreaks[r] of its chains broken, 0 to 1. */
export interface Unembedded {
  readonly samples: SampleSet;
  readonly chainBreaks: Float64Array;
  /** For each variable, in how many of all samples read its chain was broken. */
  readonly broken: Int32Array;
}

/**
 * The source model's samples from samples of an embedded model (labelled by qubit; others' qubits are ignored, which splits the
 * answers of several models on one chip). Ties of a majority go to +1; "energy" sets the broken variable with the strongest field
 * first; "discard" drops rows with a broken chain. Energies are those of the source model. Throws EMBEDDING_INVALID.
 */
export function unembedded(
  samples: SampleSet,
  source: Bqm,
  embedding: Embedding,
  method: ChainBreakMethod = "majority",
): Unembedded {
  const columnOf = new Map(Array.from({ length: samples.size }, (_, i) => [labelOf(samples, i), i]));
  if (embedding.length !== source.size)
    throw new QuantumError("EMBEDDING_INVALID", { wanted: `${source.size} chains`, got: embedding.length });
  const chains = embedding.map((chain) =>
    chain.map((q) => {
      const column = columnOf.get(q);
      if (column === undefined) throw new QuantumError("EMBEDDING_INVALID", { wanted: "qubits that were sampled", got: q });
      return column;
    }),
  );
  const problem = method === "energy" ? spinProblem({ ...source, vartype: "SPIN" }) : undefined; // the model's own biases by neighbour, whatever its vartype
  const broken = new Int32Array(source.size);
  const rows: { readonly spins: Int8Array; readonly breaks: number; readonly occurrences: number }[] = [];
  for (let r = 0; r < samples.count; r++) {
    const spins = new Int8Array(source.size);
    const open: number[] = [];
    for (const [v, chain] of chains.entries()) {
      let up = 0;
      for (const column of chain) if (samples.values[r * samples.size + column] === 1) up++;
      spins[v] = 2 * up >= chain.length ? 1 : -1;
      if (up > 0 && up < chain.length) open.push(v);
    }
    const occurrences = samples.occurrences[r]!;
    for (const v of open) broken[v]! += occurrences;
    if (open.length > 0 && method === "discard") continue;
    if (problem !== undefined) settle(problem, spins, open, source.vartype);
    rows.push({ spins, breaks: source.size === 0 ? 0 : open.length / source.size, occurrences });
  }
  const { vartype, size, labels } = source;
  const values = new Int8Array(rows.length * size);
  for (const [r, { spins }] of rows.entries())
    for (let v = 0; v < size; v++) values[r * size + v] = vartype === "SPIN" ? spins[v]! : (spins[v]! + 1) / 2;
  return {
    samples: {
      vartype,
      size,
      count: rows.length,
      values,
      energies: Float64Array.from(rows, (_, r) => rawEnergy(source, values, r * size)),
      occurrences: Int32Array.from(rows, (row) => row.occurrences),
      ...(labels === undefined ? {} : { labels }),
    },
    chainBreaks: Float64Array.from(rows, (row) => row.breaks),
    broken,
  };
}

// Sets the open variables one by one, each against its field of those already set, the strongest field first. For bits the field is
// that of the bits set to 1, so that an open variable counts as 0.
function settle(
  { field, start, column, weight }: SpinProblem,
  spins: Int8Array,
  open: readonly number[],
  vartype: Bqm["vartype"],
): void {
  const waiting = new Set(open);
  const value = (v: number) => (waiting.has(v) ? 0 : vartype === "SPIN" ? spins[v]! : (spins[v]! + 1) / 2);
  while (waiting.size > 0) {
    let next = -1;
    let strongest = 0;
    for (const v of waiting) {
      let local = field[v]!;
      for (let k = start[v]!; k < start[v + 1]!; k++) local += weight[k]! * value(column[k]!);
      if (next === -1 || Math.abs(local) > Math.abs(strongest)) [next, strongest] = [v, local];
    }
    spins[next] = strongest > 0 ? -1 : 1;
    waiting.delete(next);
  }
}
