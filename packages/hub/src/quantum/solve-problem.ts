import { cqmBits, type Provenance, solve, solveCqm } from "@entente/quantum";
import { constrainedEffortFor, type Effort, effortFor } from "./effort.ts";
import { EnergyTrace } from "./energy-trace.ts";
import { lanesOf } from "./kernel-numbers.ts";
import { type ConstrainedProblem, type PlainProblem, readProblem } from "./reading.ts";
import { foundSamples, histogramOf, valuesByVariable } from "./sample-view.ts";
import type { SolveAnswer, SolveOrder } from "./solve-order.ts";
import type { Report } from "./steps.ts";

const shownEnergies = 5;

/** Reads and solves a problem. Throws the codes of @entente/quantum, with line numbers for files, or the signal's reason. */
export async function solveProblem(order: SolveOrder, signal: AbortSignal, report: Report): Promise<SolveAnswer> {
  const problem = await readProblem(order.problem);
  return problem.kind === "bqm" ? solvePlain(problem, order, signal, report) : solveConstrained(problem, order, signal, report);
}

async function solvePlain({ model, maximise }: PlainProblem, order: SolveOrder, signal: AbortSignal, report: Report) {
  const trace = new EnergyTrace();
  const effort = effortFor(model, order);
  const { samples, provenance } = await solve(model, {
    ...options(effort, order, signal),
    ...(order.target === undefined ? {} : { target: order.target }),
    progress: ({ fraction, energy, reads }) => {
      trace.note(energy);
      report(fraction, `energy ${energy} after ${reads} reads`, energy);
    },
  });
  trace.note(provenance.energy);
  const found = foundSamples(model, samples, order.samples ?? 1);
  return {
    kind: "bqm" as const,
    energy: provenance.energy,
    objective: maximise ? -provenance.energy : null,
    feasible: null,
    violations: [],
    variables: model.size,
    couplings: model.biases.length,
    constraints: 0,
    sample: found[0]!.sample,
    bits: found[0]!.bits,
    answer: null,
    energies: [...samples.energies.subarray(0, shownEnergies)],
    samples: found,
    trace: trace.points,
    histogram: histogramOf(samples),
    provenance: {
      ...told(provenance),
      why: effort.why ?? provenance.why,
      lanes: lanesOf(provenance.solver, model),
      bits: null,
      approximate: [],
    },
  };
}

async function solveConstrained({ model, answer }: ConstrainedProblem, order: SolveOrder, signal: AbortSignal, report: Report) {
  const trace = new EnergyTrace();
  const step = order.resolution === undefined ? {} : { resolution: order.resolution };
  const effort = constrainedEffortFor(cqmBits(model, step).names.length, order);
  const solution = await solveCqm(model, {
    ...options(effort, order, signal),
    ...step,
    progress: ({ fraction, energy, reads }) => {
      trace.note(energy);
      if (Number.isFinite(energy)) report(fraction, `energy ${energy} after ${reads} reads`, energy);
      else report(fraction, `no feasible sample yet after ${reads} reads`);
    },
  });
  if (solution.feasible) trace.note(solution.energy);
  const labels = model.variables.map((v) => v.label);
  const values = solution.sample;
  const best = {
    energy: solution.energy,
    occurrences: 1,
    sample: valuesByVariable(labels, values),
    bits: model.variables.every(({ kind }) => kind === "binary" || kind === "spin")
      ? Array.from(values, (value) => (value > 0 ? "+" : "-")).join("")
      : null,
  };
  return {
    kind: "cqm" as const,
    energy: solution.energy,
    objective: solution.objective,
    feasible: solution.feasible,
    violations: solution.violations.map(({ constraint, soft, by }) => ({ constraint: String(constraint), soft, by })),
    variables: model.variables.length,
    couplings: model.objective.quadratic.length,
    constraints: model.constraints.length,
    sample: best.sample,
    bits: best.bits,
    answer: answer ? JSON.parse(JSON.stringify(answer(values))) : null,
    energies: [solution.energy],
    samples: [best],
    trace: trace.points,
    histogram: [[solution.energy, 1] as [number, number]],
    provenance: {
      ...told({ ...solution.provenance, energy: solution.energy, bound: null }),
      why: reasonOf(solution.provenance.why, solution.impossible),
      lanes: null,
      bits: solution.bits,
      approximate: solution.approximate.map(String),
    },
  };
}

function options({ solver, seconds, reads, sweeps }: Effort, { seed, threads }: SolveOrder, signal: AbortSignal) {
  return {
    solver,
    seed,
    signal,
    ...(seconds === undefined ? {} : { timeLimitMs: seconds * 1000 }),
    ...(reads === undefined ? {} : { reads }),
    ...(sweeps === undefined ? {} : { sweeps }),
    ...(threads === undefined ? {} : { threads }),
  };
}

function told(provenance: Provenance) {
  const { energy, bound, race } = provenance;
  return {
    ...provenance,
    gap: bound === null ? null : Math.max(0, energy - bound) / Math.max(1, Math.abs(bound)),
    race: race.map(({ solver, energy: found }) => ({ solver, energy: found })),
  };
}

function reasonOf(why: string, impossible: boolean): string {
  return impossible ? `${why}; every sample was tried and none keeps all constraints` : why;
}
