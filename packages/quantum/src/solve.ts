// The one call most people need: choose a sampler, run it in rounds until the reads, the time or the target are used up, and say
// where the answer comes from. Rounds double their sweeps: nobody knows beforehand how long a model wants to be annealed, and
// doubling wastes at most half of the time on rounds that were too short.
import { type Bqm, densityOf } from "./models/bqm.ts";
import type { Progress } from "./sample-options.ts";
import { aggregated, joined, type SampleSet, truncated } from "./sample-set.ts";
import { loadSampler } from "./sampler-folder.ts";

/** How to solve. Without `reads` and `timeLimitMs`, one round of `defaultReads` reads. */
export interface SolveOptions {
  /** A sampler's name, or "auto" (the default). */
  readonly solver?: string;
  /** Default 1. */
  readonly seed?: number;
  /** How many samples to draw; with a time limit, how many a round. */
  readonly reads?: number;
  /** How long each read searches; the sampler's default otherwise. With a time limit, the length of the first round. */
  readonly sweeps?: number;
  /** Stop after this long with the best so far. */
  readonly timeLimitMs?: number;
  /** Stop as soon as an energy is this low. */
  readonly target?: number;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
}

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
}

/** Samples, lowest energy first, and where they come from. */
export interface Solution {
  readonly samples: SampleSet;
  readonly provenance: Provenance;
}

const defaultReads = 10;
const firstSweeps = 500;
const keptSamples = 100; // of a timed run with many rounds

/** Finds low-energy samples of a model. Throws SAMPLER_UNKNOWN, SAMPLER_LIMIT_EXCEEDED, OPTION_INVALID, or the signal's reason. */
export async function solve(model: Bqm, options: SolveOptions = {}): Promise<Solution> {
  const { seed = 1, reads = defaultReads, timeLimitMs, target, signal, progress } = options;
  const { name, why } = chosen(model, options.solver ?? "auto");
  const sampler = await loadSampler(name);
  const startedAt = performance.now();
  const left = () => (timeLimitMs === undefined ? Number.POSITIVE_INFINITY : timeLimitMs - (performance.now() - startedAt));
  const rounds = name !== "exact" && timeLimitMs !== undefined;
  const report = progress && (rounds ? overTime(progress, () => 1 - Math.max(0, left()) / (timeLimitMs ?? 1)) : progress);

  let samples: SampleSet | undefined;
  let round = 0;
  let drawn = 0;
  let sweeps = options.sweeps ?? (rounds && name === "simulated-annealing" ? firstSweeps : undefined);
  do {
    const set = await sampler.sample(model, {
      seed: seed + round,
      reads,
      ...(sweeps === undefined ? {} : { sweeps }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs: Math.max(1, left()) }),
      ...(target === undefined ? {} : { target }),
      ...(signal === undefined ? {} : { signal }),
      ...(report === undefined ? {} : { progress: report }),
    });
    drawn += set.occurrences.reduce((sum, o) => sum + o, 0);
    samples = samples ? truncated(aggregated(joined([samples, set])), keptSamples) : set;
    if (sweeps !== undefined) sweeps *= 2;
    round++;
  } while (rounds && model.size > 0 && left() > 0 && !(target !== undefined && reached(samples.energies[0]!, target)));

  const timeMs = performance.now() - startedAt;
  const energy = samples.energies[0]!;
  return { samples, provenance: { solver: name, why, kind: "classical", seed, reads: drawn, rounds: round, timeMs, energy } };
}

function reached(energy: number, target: number): boolean {
  return energy <= target + 1e-9 * Math.abs(target);
}

// Progress of several rounds as one: by time, lowest energy and reads of all.
function overTime(progress: (p: Progress) => void, ofTime: () => number): (p: Progress) => void {
  let energy = Number.POSITIVE_INFINITY;
  let before = 0;
  let last = 0;
  let fraction = 0;
  return (p) => {
    energy = Math.min(energy, p.energy);
    if (p.reads < last) before += last;
    last = p.reads;
    fraction = Math.max(fraction, ofTime());
    progress({ fraction, energy, reads: before + last });
  };
}

const exactUpTo = 20;
const denseNeighbours = 200;
const denseShare = 0.08;
const tabuUpTo = 10_000;

/** Which sampler `auto` takes for a model, and why: enumeration when small, tabu when dense, annealing otherwise. */
export function chosen(model: Bqm, solver: string): { readonly name: string; readonly why: string } {
  if (solver !== "auto") return { name: solver, why: "asked for by name" };
  const { size, biases } = model;
  if (size <= exactUpTo) return { name: "exact", why: `${size} variables are few enough to try every sample` };
  const density = densityOf(model);
  const neighbours = (2 * biases.length) / size;
  const facts = `${size} variables, ${(density * 100).toFixed(1)} % of the couplings, ${neighbours.toFixed(1)} neighbours each`;
  if (size <= tabuUpTo && (density >= denseShare || neighbours >= denseNeighbours))
    return { name: "tabu", why: `dense: ${facts}` };
  return { name: "simulated-annealing", why: `sparse: ${facts}` };
}
