import { labelOf, sampleAt, solve } from "@entente/quantum";
import { problemFromTerms, readProblem } from "./reading.ts";
import type { SolveAnswer, SolveOrder } from "./solver-interface.ts";
import type { Report } from "./steps.ts";

const shownSamples = 5;
const namedVariables = 5000;

/** Reads and solves a problem. Throws the codes of @entente/quantum, with line numbers for files, or the signal's reason. */
export async function solveProblem(order: SolveOrder, signal: AbortSignal, report: Report): Promise<SolveAnswer> {
  const { problem: given } = order;
  const { model, objective } = "terms" in given ? problemFromTerms(given.terms) : readProblem(given.text, given.format);
  const { samples, provenance } = await solve(model, {
    solver: order.solver,
    seed: order.seed,
    timeLimitMs: order.seconds * 1000,
    signal,
    progress: ({ fraction, energy, reads }) => report(fraction, `energy ${energy} after ${reads} reads`),
    ...(order.reads === undefined ? {} : { reads: order.reads }),
    ...(order.target === undefined ? {} : { target: order.target }),
  });
  const best = sampleAt(samples, 0);
  return {
    energy: provenance.energy,
    objective: objective ? objective(provenance.energy) : null,
    variables: model.size,
    couplings: model.biases.length,
    sample:
      model.size <= namedVariables
        ? Object.fromEntries(Array.from(best, (value, i) => [String(labelOf(model, i)), value]))
        : null,
    bits: Array.from(best, (value) => (value > 0 ? "+" : "-")).join(""),
    energies: [...samples.energies].slice(0, shownSamples),
    provenance: { ...provenance },
  };
}
