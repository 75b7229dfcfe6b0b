import type { Bqm } from "../models/bqm.ts";
import type { Progress, SampleOptions } from "../sample-options.ts";
import { aggregated, joined, type SampleSet, truncated } from "../sample-set.ts";
import { loadSampler } from "../sampler-folder.ts";
import type { SolveOptions } from "../solve-options.ts";
import { smallUpTo } from "./choice.ts";
import { sampleInThreads } from "./sampling-thread.ts";

const defaultReads = 10;
const firstSweeps = 500;
const keptSamples = 100; // of a timed run with many rounds
const endless = 2 ** 40;
// Small models where neither time nor reads are given: one tabu search with restarts that ends once ten of its rounds ended at the lowest
// energy found, some 0.5 ms, or after a number of steps that only hard ones need. On 1,120 random models of every density, with whole or real
// biases, and on lattices, it found what searches a hundred times longer find; of assignments of 8 by 8, where single flips break two
// rules, it misses one in forty. Several short reads find no more and cost more; annealing takes longer and is worse on lattices.
const [fewestSteps, stepsPerVariable, confirmations] = [12_000, 480, 10];

/** What a solve has drawn so far. */
export class Run {
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

  /** Draws once, with the options of the solve and these instead. Returns the lowest energy of this draw. */
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
    const { size } = this.#model;
    if (this.#samples && (this.reached || this.leftMs === 0)) return;
    const timed = timeLimitMs !== undefined && solver !== "exact";
    const own = await searchingOn(solver);
    if (timed && reads === undefined && sweeps === undefined && own) {
      await this.draw(solver, { reads: this.#options.threads ?? 1, ...own });
      return;
    }
    if (!timed && reads === undefined && sweeps === undefined && size <= smallUpTo && solver === "tabu") {
      await this.draw(solver, { reads: 1, sweeps: fewestSteps + stepsPerVariable * size, confirmations });
      return;
    }
    let length = sweeps ?? (timed && solver.endsWith("annealing") ? firstSweeps : undefined);
    do {
      await this.draw(solver, { reads: reads ?? defaultReads, ...(length === undefined ? {} : { sweeps: length }) });
      if (length !== undefined) length *= 2;
    } while (timed && size > 0 && this.leftMs > 0 && !this.reached);
  }
}

/** What lets a sampler that searches on by itself go on until the time is up; undefined for others. */
export async function searchingOn(solver: string): Promise<Partial<SampleOptions> | undefined> {
  const { endless: option } = await loadSampler(solver);
  return option && { [option]: endless };
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
