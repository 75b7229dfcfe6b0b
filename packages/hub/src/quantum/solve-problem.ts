import { type Cqm, type CqmSolution, cqmBits, type Provenance, solve, solveCqm } from "@entente/quantum";
import { constrainedEffortFor, type Effort, effortFor } from "./effort.ts";
import { EnergyTrace } from "./energy-trace.ts";
import { quantumErrors } from "./errors.ts";
import { lanesOf } from "./kernel-numbers.ts";
import { type ConstrainedProblem, type PlainProblem, readProblem } from "./reading.ts";
import { constrainedSample, foundSamples, histogramOf } from "./sample-view.ts";
import type { SolveAnswer, SolveOrder } from "./solve-order.ts";
import type { Report } from "./steps.ts";

const shownEnergies = 5;

/** Reads and solves a problem. Throws the codes of @entente/quantum, with line numbers for files, or the signal's reason. */
export async function solveProblem(order: SolveOrder, signal: AbortSignal, report: Report): Promise<SolveAnswer> {
  const problem = await readProblem(order.problem);
  return problem.kind === "bqm" ? solvePlain(problem, order, signal, report) : solveConstrained(problem, order, signal, report);
}

/** Solves a model without constraints. Throws as `solveProblem`. */
export async function solvePlain({ model, maximise }: PlainProblem, order: SolveOrder, signal: AbortSignal, report: Report) {
  const trace = new EnergyTrace();
  const effort = effortFor(model, order);
  const { samples, provenance } = await solve(model, {
    ...options(effort, order, signal),
    ...(order.target === undefined ? {} : { target: order.target }),
    progress: ({ fraction, energy, reads }) => {
      trace.note(energy);
      tell(report, fraction, energy, reads, "no sample yet");
    },
  });
  trace.note(provenance.energy);
  const [best] = foundSamples(model, samples, 1);
  return {
    energy: provenance.energy,
    kind: "bqm" as const,
    objective: maximise ? -provenance.energy : null,
    feasible: null,
    violations: [],
    vartype: model.vartype,
    variables: model.size,
    couplings: model.biases.length,
    constraints: 0,
    sample: best!.sample,
    bits: best!.bits,
    answer: null,
    energies: [...samples.energies.subarray(0, shownEnergies)],
    samples: foundSamples(model, samples, order.samples ?? 0),
    trace: trace.points,
    histogram: histogramOf(samples),
    provenance: {
      ...told(provenance),
      lanes: lanesOf(provenance.solver, model),
      bits: null,
      approximate: [],
    },
  };
}

async function solveConstrained({ model, answer }: ConstrainedProblem, order: SolveOrder, signal: AbortSignal, report: Report) {
  // Energies change with the penalties: there is nothing to stop at.
  if (order.target !== undefined) throw quantumErrors.CONSTRAINTS_UNFIT({ what: "target" });
  const trace = new EnergyTrace();
  const step = order.resolution === undefined ? {} : { resolution: order.resolution };
  const effort = constrainedEffortFor(cqmBits(model, step).names.length, order);
  const solution = await solveCqm(model, {
    ...options(effort, order, signal),
    ...step,
    progress: ({ fraction, energy, reads }) => {
      trace.note(energy);
      tell(report, fraction, energy, reads, "no feasible sample yet");
    },
  });
  if (solution.feasible) trace.note(solution.energy);
  const best = constrainedSample(model, solution.sample, solution.energy, 1);
  return {
    energy: solution.energy,
    kind: "cqm" as const,
    objective: solution.objective,
    feasible: solution.feasible,
    violations: solution.violations.map(({ constraint, soft, by }) => ({ constraint: String(constraint), soft, by })),
    vartype: null,
    variables: model.variables.length,
    couplings: model.objective.quadratic.length,
    constraints: model.constraints.length,
    sample: best.sample,
    bits: best.bits,
    answer: answer ? JSON.parse(JSON.stringify(answer(solution.sample))) : null,
    energies: [solution.energy],
    samples: order.samples ? [best] : [],
    trace: trace.points,
    histogram: [[solution.energy, 1] as [number, number]],
    provenance: {
      ...told({ ...solution.provenance, energy: solution.energy, bound: isProven(model, solution) ? solution.energy : null }),
      why: reasonOf(solution.provenance.why, solution.impossible),
      lanes: null,
      bits: solution.bits,
      approximate: solution.approximate.map(String),
    },
  };
}

// Before there is a sample that counts its energy is infinite.
function tell(report: Report, fraction: number, energy: number, reads: number, otherwise: string): void {
  if (Number.isFinite(energy)) report(fraction, `energy ${energy} after ${reads} reads`, energy);
  else report(fraction, `${otherwise} after ${reads} reads`);
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

// Every sample of the bits was tried and the lowest keeps the constraints: with its slack right it costs what it is worth, and no other
// that keeps them costs less. Reals are tried in steps only.
function isProven({ variables }: Cqm, { provenance, rounds, approximate }: CqmSolution): boolean {
  const triedAll = provenance.bound !== null && rounds.at(-1)?.lowestFeasible === true;
  return triedAll && approximate.length === 0 && variables.every(({ kind }) => kind !== "real");
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
