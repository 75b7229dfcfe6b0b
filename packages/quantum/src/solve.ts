// The one call most people need: choose a sampler, run it until the reads, the time or the target are used up, and say where the
// answer comes from. With a time limit, samplers that search on by themselves (annealing with crossover, tabu) get all of it; the
// others run in rounds that double their sweeps: nobody knows beforehand how long a model wants to be annealed, and doubling wastes
// at most half of the time on rounds that were too short.
import { type Choice, chosen } from "./choice.ts";
import type { Bqm } from "./models/bqm.ts";
import type { Progress, SampleOptions } from "./sample-options.ts";
import { aggregated, joined, type SampleSet, truncated } from "./sample-set.ts";
import { loadSampler } from "./sampler-folder.ts";
import { sampleInThreads } from "./threads/sampling-thread.ts";

/** How to solve. Without `reads` and `timeLimitMs`, one round of 10 reads. */
export interface SolveOptions {
  /** A sampler's name, or "auto" (the default). */
  readonly solver?: string;
  /** Default 1. */
  readonly seed?: number;
  /** How many samples to draw; with a time limit, how many a round. */
  readonly reads?: number;
  /** How long each read searches; the sampler's default otherwise. With a time limit, the length of the first round. */
  readonly sweeps?: number;
  /** How many threads sample at once, each its share of the reads. Default 1: in the caller's own thread. */
  readonly threads?: number;
  /** Stop after this long with the best so far. */
  readonly timeLimitMs?: number;
  /** Inverse temperatures at which anneals begin and end; measured otherwise. */
  readonly betaRange?: readonly [hot: number, cold: number];
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
  readonly threads: number;
  /** No sample has a lower energy than this, where such a bound is known. */
  readonly bound: number | null;
  /** What the samplers tried in a race for this model found in the same time, the one that then went on first. */
  readonly race: readonly { readonly solver: string; readonly energy: number }[];
}

/** Samples, lowest energy first, and where they come from. */
export interface Solution {
  readonly samples: SampleSet;
  readonly provenance: Provenance;
}

const defaultReads = 10;
const firstSweeps = 500;
const keptSamples = 100; // of a timed run with many rounds
const raceShare = 0.06; // of the time limit, each
const [shortestRaceMs, longestRaceMs] = [15, 400];
const worthRacingMs = 250;
const proves = new Set(["exact"]);
const endless = 2 ** 40;

/**
 * Finds low-energy samples of a model. Throws SAMPLER_UNKNOWN, SAMPLER_LIMIT_EXCEEDED, OPTION_INVALID, THREAD_ENDED, or the signal's
 * reason.
 */
export async function solve(model: Bqm, options: SolveOptions = {}): Promise<Solution> {
  const { seed = 1, threads = 1 } = options;
  const startedAt = performance.now();
  const run = new Run(model, options, startedAt);
  const race = await raced(chosen(model, options.solver ?? "auto"), run);
  await run.finish(race.name);
  const samples = run.samples;
  const energy = samples.energies[0]!;
  return {
    samples,
    provenance: {
      solver: race.name,
      why: race.why,
      kind: "classical",
      seed,
      reads: run.drawn,
      rounds: run.rounds,
      timeMs: performance.now() - startedAt,
      energy,
      threads,
      bound: proves.has(race.name) && !run.cut ? energy : null,
      race: race.results,
    },
  };
}

/** What a solve has drawn so far. */
class Run {
  readonly #model: Bqm;
  readonly #options: SolveOptions;
  readonly #startedAt: number;
  readonly #report: ((p: Progress) => void) | undefined;
  #samples: SampleSet | undefined;
  rounds = 0;
  drawn = 0;

  constructor(model: Bqm, options: SolveOptions, startedAt: number) {
    this.#model = model;
    this.#options = options;
    this.#startedAt = startedAt;
    const { progress, timeLimitMs } = options;
    this.#report = progress && timeLimitMs !== undefined ? overTime(progress, () => 1 - this.leftMs / timeLimitMs) : progress;
  }

  get samples(): SampleSet {
    return this.#samples!; // why: every way through solve draws
  }

  get leftMs(): number {
    const { timeLimitMs } = this.#options;
    return timeLimitMs === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, timeLimitMs - (performance.now() - this.#startedAt));
  }

  get timeLimitMs(): number | undefined {
    return this.#options.timeLimitMs;
  }

  get reached(): boolean {
    const { target } = this.#options;
    const energy = this.#samples?.energies[0];
    return target !== undefined && energy !== undefined && energy <= target + 1e-9 * Math.abs(target);
  }

  /** Whether the time limit may have ended the last draw before it was through. */
  get cut(): boolean {
    return this.leftMs === 0;
  }

  /** Draws once. Returns the lowest energy of this draw. */
  async draw(solver: string, own: Partial<SampleOptions>): Promise<number> {
    const { seed = 1, target, signal, betaRange, threads = 1 } = this.#options;
    const given: SampleOptions = {
      seed: seed + this.rounds,
      ...(target === undefined ? {} : { target }),
      ...(signal === undefined ? {} : { signal }),
      ...(betaRange === undefined ? {} : { betaRange }),
      ...(this.#report === undefined ? {} : { progress: this.#report }),
      ...(this.timeLimitMs === undefined ? {} : { timeLimitMs: Math.max(1, this.leftMs) }),
      ...own,
    };
    const set =
      threads > 1 && this.#model.size > 0 && solver !== "exact"
        ? await sampleInThreads(solver, this.#model, given, threads)
        : await (await loadSampler(solver)).sample(this.#model, given);
    this.drawn += set.occurrences.reduce((sum, o) => sum + o, 0);
    this.#samples = this.#samples ? truncated(aggregated(joined([this.#samples, set])), keptSamples) : set;
    this.rounds += 1;
    return set.energies[0]!;
  }

  /** Draws until the reads, the time or the target are used up. */
  async finish(solver: string): Promise<void> {
    const { reads, sweeps, timeLimitMs } = this.#options;
    if (this.#samples && (this.reached || this.leftMs === 0)) return;
    const timed = timeLimitMs !== undefined && solver !== "exact";
    const own = await searchingOn(solver);
    if (timed && reads === undefined && sweeps === undefined && own) {
      await this.draw(solver, { reads: this.#options.threads ?? 1, ...own });
      return;
    }
    let length = sweeps ?? (timed && solver.endsWith("annealing") ? firstSweeps : undefined);
    do {
      await this.draw(solver, { reads: reads ?? defaultReads, ...(length === undefined ? {} : { sweeps: length }) });
      if (length !== undefined) length *= 2;
    } while (timed && this.#model.size > 0 && this.leftMs > 0 && !this.reached);
  }
}

// What lets a sampler that searches on by itself go on until the time is up.
async function searchingOn(solver: string): Promise<Partial<SampleOptions> | undefined> {
  const { endless: option } = await loadSampler(solver);
  return option && { [option]: endless };
}

interface Raced {
  readonly name: string;
  readonly why: string;
  readonly results: readonly { readonly solver: string; readonly energy: number }[];
}

// Where the choice is open and there is time, every candidate runs for the same moment and the one that found the lowest energy goes on.
async function raced({ name, why, rivals }: Choice, run: Run): Promise<Raced> {
  const { timeLimitMs } = run;
  if (rivals.length === 0 || timeLimitMs === undefined || timeLimitMs < worthRacingMs) return { name, why, results: [] };
  const momentMs = Math.min(longestRaceMs, Math.max(shortestRaceMs, timeLimitMs * raceShare));
  const results: { solver: string; energy: number }[] = [];
  for (const solver of [name, ...rivals]) {
    results.push({ solver, energy: await run.draw(solver, { timeLimitMs: momentMs, ...(await searchingOn(solver)) }) });
    if (run.reached) break;
  }
  const sorted = results.toSorted((a, b) => a.energy - b.energy);
  const ahead = sorted[0]!;
  const told = sorted.map(({ solver, energy }) => `${solver} ${energy}`).join(", ");
  return { name: ahead.solver, why: `${why}; lowest of a race of ${Math.round(momentMs)} ms each: ${told}`, results: sorted };
}

// Progress of several draws as one: by time, lowest energy and reads of all.
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
