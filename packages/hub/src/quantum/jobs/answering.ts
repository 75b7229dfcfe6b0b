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
import type { PlainProblem } from "../reading.ts";
import { foundSamples, histogramOf } from "../sample-view.ts";
import { jobErrors } from "./errors.ts";
import type { JobAnswer, QpuOptions } from "./job.ts";
import type { Seat } from "./placing.ts";

const shownSamples = 5;

/** The answer of a QPU for one model of a flight. Throws JOB_CHAINS_BROKEN when no sample is left. */
export function quantumAnswer(
  { model, maximise }: PlainProblem,
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
  return answerOf(model, maximise, rows, {
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
  { model, maximise }: PlainProblem,
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
  return answerOf(model, maximise, rowsOf(model, { ...set, values }, turn), { kind: "hybrid", ...provenance });
}

// The samples of the model itself, lowest first, with its own energies.
function rowsOf(model: Bqm, set: SampleSet, turn: (value: number) => number): SampleSet {
  const rows = Array.from({ length: set.count }, (_, r) => {
    const row = Int8Array.from({ length: set.size }, (_, i) => turn(set.values[r * set.size + i]!));
    return { row, energy: energyOf(model, row), occurrences: set.occurrences[r]! };
  }).sort((a, b) => a.energy - b.energy);
  const values = new Int8Array(rows.length * set.size);
  for (const [r, { row }] of rows.entries()) values.set(row, r * set.size);
  return {
    vartype: model.vartype,
    size: set.size,
    count: rows.length,
    values,
    energies: Float64Array.from(rows, ({ energy }) => energy),
    occurrences: Int32Array.from(rows, ({ occurrences }) => occurrences),
    ...(model.labels === undefined ? {} : { labels: model.labels }),
  };
}

function answerOf(model: Bqm, maximise: boolean, samples: SampleSet, provenance: Readonly<Record<string, unknown>>): JobAnswer {
  const [best] = foundSamples(model, samples, 1);
  const energy = best?.energy ?? model.offset;
  return {
    kind: "bqm",
    energy,
    objective: maximise ? -energy : null,
    feasible: null,
    violations: [],
    vartype: model.vartype,
    variables: model.size,
    couplings: model.biases.length,
    constraints: 0,
    sample: best?.sample ?? null,
    bits: best?.bits ?? null,
    answer: null,
    energies: [...samples.energies.subarray(0, shownSamples)],
    samples: foundSamples(model, samples, shownSamples),
    trace: [],
    histogram: histogramOf(samples),
    provenance: { ...provenance, energy },
  };
}
