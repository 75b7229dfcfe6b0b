/** Answers of remote solvers in the terms of `quantum_solve`. Energies are those of the job's own model, computed here. */
import {
  type Bqm,
  converted,
  energyOf,
  type HybridSamples,
  labelOf,
  QuantumError,
  type SampleSet,
  sampleSetFromHybrid,
  unembedded,
} from "@entente/quantum";
import type { Problem } from "../reading.ts";
import { jobErrors } from "./errors.ts";
import type { JobAnswer, QpuOptions } from "./job.ts";
import type { Seat } from "./placing.ts";

const shownSamples = 5;
const namedVariables = 5000;

/** Samples of the model by row, and its energies, lowest first. */
interface Rows {
  readonly best: ArrayLike<number>;
  readonly energies: readonly number[];
}

/** The answer of a QPU for one model of a flight. Throws JOB_CHAINS_BROKEN when no sample is left. */
export function quantumAnswer(
  { model, objective }: Problem,
  seat: Seat,
  samples: SampleSet,
  { chainBreaks: method, reads }: QpuOptions,
  provenance: Readonly<Record<string, unknown>>,
): JobAnswer {
  const spin = converted(model, "SPIN");
  const { samples: own, chainBreaks, broken } = unembedded(samples, spin, seat.embedding, method);
  if (own.count === 0) throw jobErrors.JOB_CHAINS_BROKEN({ reads });
  let breaks = 0;
  let all = 0;
  for (let r = 0; r < own.count; r++) {
    breaks += chainBreaks[r]! * own.occurrences[r]!;
    all += own.occurrences[r]!;
  }
  const rows = rowsOf(model, own, (v) => (model.vartype === "SPIN" ? v : (v + 1) / 2));
  return answerOf(model, objective, rows, {
    kind: "quantum",
    reads: all,
    ...provenance,
    chains: {
      strength: seat.chainStrength,
      qubits: seat.embedding.reduce((sum, chain) => sum + chain.length, 0),
      longest: Math.max(0, ...seat.embedding.map(({ length }) => length)),
      brokenShare: breaks / all,
      brokenVariables: broken.filter((times) => times > 0).length,
      read: method,
    },
  });
}

/** The answer of a hybrid solver. Throws LEAP_ANSWER_INVALID when it is of another model. */
export function hybridAnswer(
  { model, objective }: Problem,
  samples: HybridSamples,
  provenance: Readonly<Record<string, unknown>>,
): JobAnswer {
  const set = sampleSetFromHybrid(samples);
  const at = new Map(Array.from({ length: set.size }, (_, i) => [labelOf(set, i), i]));
  const columns = Array.from({ length: model.size }, (_, i) => at.get(labelOf(model, i)));
  if (set.count === 0 || set.size !== model.size || columns.includes(undefined))
    throw new QuantumError("LEAP_ANSWER_INVALID", {
      field: "variable_labels",
      wanted: "samples of the model sent",
      got: set.size,
    });
  const values = new Int8Array(set.count * set.size);
  for (let r = 0; r < set.count; r++)
    for (const [i, column] of columns.entries()) values[r * set.size + i] = set.values[r * set.size + (column ?? 0)]!;
  const low = set.vartype === "SPIN" ? -1 : 0;
  const turn = (v: number): number => (v === low ? (model.vartype === "SPIN" ? -1 : 0) : 1);
  return answerOf(model, objective, rowsOf(model, { ...set, values }, turn), { kind: "hybrid", ...provenance });
}

function rowsOf(model: Bqm, set: SampleSet, turn: (value: number) => number): Rows {
  const rows = Array.from({ length: set.count }, (_, r) => {
    const row = Int8Array.from({ length: set.size }, (_, i) => turn(set.values[r * set.size + i]!));
    return { row, energy: energyOf(model, row) };
  }).sort((a, b) => a.energy - b.energy);
  return { best: rows[0]?.row ?? [], energies: rows.slice(0, shownSamples).map(({ energy }) => energy) };
}

function answerOf(
  model: Bqm,
  objective: Problem["objective"],
  { best, energies }: Rows,
  provenance: Readonly<Record<string, unknown>>,
): JobAnswer {
  const energy = energies[0] ?? 0;
  const values = Array.from(best);
  return {
    energy,
    objective: objective ? objective(energy) : null,
    variables: model.size,
    couplings: model.biases.length,
    sample:
      model.size <= namedVariables ? Object.fromEntries(values.map((value, i) => [String(labelOf(model, i)), value])) : null,
    bits: values.map((value) => (value > 0 ? "+" : "-")).join(""),
    energies: [...energies],
    provenance: { ...provenance, energy },
  };
}
