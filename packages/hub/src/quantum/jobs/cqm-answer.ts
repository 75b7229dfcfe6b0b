/**
 * The answer of a hybrid solver to a model with constraints, in the terms of `quantum_solve`. Which samples are feasible is judged here, by
 * the model's own tolerances, and not taken from the solver; what is no sample of the model at all is left out.
 */
import { type Cqm, type Evaluation, evaluated, type HybridSamples, QuantumError } from "@entente/quantum";
import type { ConstrainedProblem } from "../reading.ts";
import { constrainedSample, histogramOf } from "../sample-view.ts";
import type { JobAnswer } from "./job.ts";

interface Judged {
  readonly values: Float64Array;
  readonly occurrences: number;
  readonly evaluation: Evaluation;
  /** How far it is from keeping the hard constraints, all together. */
  readonly excess: number;
}

const shownSamples = 5;
// Solvers compute with floats: a whole number is one that is this near.
const wholeTolerance = 1e-6;

/** The best sample is a feasible one of the lowest energy, or else the one nearest to feasible. Throws LEAP_ANSWER_INVALID when there is no sample of the model. */
export function constrainedAnswer(
  { model, answer }: ConstrainedProblem,
  samples: HybridSamples,
  provenance: Readonly<Record<string, unknown>>,
): JobAnswer {
  const rows = judged(model, samples).sort(
    (a, b) =>
      Number(b.evaluation.feasible) - Number(a.evaluation.feasible) ||
      (a.evaluation.feasible ? 0 : a.excess - b.excess) ||
      a.evaluation.energy - b.evaluation.energy,
  );
  const [best] = rows;
  if (best === undefined)
    throw new QuantumError("LEAP_ANSWER_INVALID", {
      field: "sample_data",
      wanted: "samples of the model sent",
      got: `${samples.count} others`,
    });
  const { energy, objective, feasible, violations } = best.evaluation;
  const found = rows
    .slice(0, shownSamples)
    .map(({ values, occurrences, evaluation }) => constrainedSample(model, values, evaluation.energy, occurrences));
  return {
    kind: "cqm",
    energy,
    objective,
    feasible,
    violations: violations.map(({ constraint, soft, by }) => ({ constraint: String(constraint), soft, by })),
    vartype: null,
    variables: model.variables.length,
    couplings: model.objective.quadratic.length,
    constraints: model.constraints.length,
    sample: found[0]?.sample ?? null,
    bits: found[0]?.bits ?? null,
    answer: answer ? JSON.parse(JSON.stringify(answer(best.values))) : null,
    energies: found.map((one) => one.energy),
    samples: found,
    trace: [],
    histogram: histogramOf({
      energies: Float64Array.from(rows, (row) => row.evaluation.energy),
      occurrences: Int32Array.from(rows, ({ occurrences }) => occurrences),
    }),
    provenance: {
      kind: "hybrid",
      ...provenance,
      energy,
      samples: rows.length,
      feasibleSamples: rows.filter(({ evaluation }) => evaluation.feasible).length,
    },
  };
}

function judged(model: Cqm, { labels, size, count, values, occurrences }: HybridSamples): Judged[] {
  const at = new Map(labels.map((label, i) => [label, i]));
  const columns = model.variables.map(({ label }) => at.get(label));
  if (size !== model.variables.length || columns.includes(undefined))
    throw new QuantumError("LEAP_ANSWER_INVALID", {
      field: "variable_labels",
      wanted: "samples of the model sent",
      got: size,
    });
  return Array.from({ length: count }, (_, r) => r).flatMap((r) => {
    const row = Float64Array.from(model.variables, ({ kind }, i) => {
      const value = values[r * size + (columns[i] ?? 0)] ?? Number.NaN;
      const whole = Math.round(value);
      return kind !== "real" && Math.abs(value - whole) <= wholeTolerance ? whole : value;
    });
    try {
      const evaluation = evaluated(model, row);
      const excess = evaluation.violations.reduce((sum, { soft, by }) => sum + (soft ? 0 : by), 0);
      return [{ values: row, occurrences: occurrences[r] ?? 1, evaluation, excess }];
    } catch (error) {
      if (error instanceof QuantumError && error.code === "SAMPLE_INVALID") return [];
      throw error;
    }
  });
}
