// The one call most people need: look for a shortcut (solving/shortcut), choose a sampler (solving/choice) or have candidates race
// (solving/race), run it until the reads, the time or the target are used up (solving/run), and say where the answer comes from. With a time
// limit, samplers that search on by themselves (annealing with crossover, tabu, tempering) get all of it; the others run in rounds that double
// their sweeps: nobody knows beforehand how long a model wants to be annealed, and doubling wastes at most half of the time on rounds that
// were too short.
import { QuantumError } from "./errors.ts";
import type { Bqm } from "./models/bqm.ts";
import { lifted } from "./models/bqm-reduction.ts";
import type { SampleSet } from "./sample-set.ts";
import type { SolveOptions } from "./solve-options.ts";
import { chosen } from "./solving/choice.ts";
import { raced } from "./solving/race.ts";
import { Run } from "./solving/run.ts";
import { shortcut } from "./solving/shortcut.ts";

/** Where an answer comes from. */
export interface Provenance {
  readonly solver: string;
  /** Why this solver, in one sentence. */
  readonly why: string;
  readonly kind: "classical" | "quantum" | "hybrid";
  readonly seed: number;
  readonly reads: number;
  readonly rounds: number;
  readonly timeMs: number;
  /** The lowest energy, recomputed from the model. */
  readonly energy: number;
  readonly threads: number;
  /** No sample has a lower energy than this, where such a bound is known. */
  readonly bound: number | null;
  /** How far above the bound the energy is; 0 where it is proven to be the lowest. */
  readonly gap: number | null;
  /** Variables whose value was found without sampling, by roof duality. */
  readonly fixed: number;
  /** What the samplers tried in a race for this model found in the same time, the one that then went on first. */
  readonly race: readonly { readonly solver: string; readonly energy: number }[];
}

/** Samples, lowest energy first, and where they come from. */
export interface Solution {
  readonly samples: SampleSet;
  readonly provenance: Provenance;
}

/**
 * Finds low-energy samples of a model. Throws SAMPLER_UNKNOWN, SAMPLER_LIMIT_EXCEEDED, OPTION_INVALID, THREAD_ENDED, or the signal's
 * reason.
 */
export async function solve(model: Bqm, options: SolveOptions = {}): Promise<Solution> {
  const { seed = 1, threads = 1, solver = "auto", signal } = options;
  if (!(Number.isSafeInteger(threads) && threads >= 1))
    throw new QuantumError("OPTION_INVALID", { option: "threads", wanted: "a whole number of at least 1", got: threads });
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const choice = chosen(model, solver, options.timeLimitMs);
  const { solved, bound, reduction } = solver === "auto" && choice.name !== "exact" ? await shortcut(model, options) : {};
  const told = (samples: SampleSet, by: Partial<Provenance> & Pick<Provenance, "solver" | "why">): Solution => {
    const energy = samples.energies[0]!;
    const below = by.bound ?? bound ?? null;
    // Rounding must not make a bound that lies above what was found.
    const lowest = below === null ? null : Math.min(below, energy);
    const timeMs = performance.now() - startedAt;
    const gap = lowest === null ? null : energy - lowest;
    const common = {
      kind: "classical",
      seed,
      reads: 1,
      rounds: 1,
      threads,
      fixed: model.size - (reduction?.model ?? model).size,
      race: [],
    } as const;
    return { samples, provenance: { ...common, timeMs, energy, ...by, bound: lowest, gap } };
  };
  if (solved) {
    options.progress?.({ fraction: 1, energy: solved.samples.energies[0]!, reads: 1 });
    return told(solved.samples, {
      solver: "elimination",
      why: `narrow: eliminated one by one, never more than ${solved.width} neighbours at a time`,
    });
  }
  const run = new Run(reduction?.model ?? model, options, startedAt);
  const race = await raced(reduction ? chosen(reduction.model, solver, options.timeLimitMs) : choice, run);
  await run.finish(race.name);
  const samples = reduction ? lifted(reduction, run.samples) : run.samples;
  const proven = race.name === "exact" && !run.cut ? { bound: samples.energies[0]! } : {};
  return told(samples, { solver: race.name, why: race.why, reads: run.drawn, rounds: run.rounds, race: race.results, ...proven });
}
