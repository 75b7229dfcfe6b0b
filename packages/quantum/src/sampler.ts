import { QuantumError } from "./errors.ts";
import type { Bqm } from "./models/bqm.ts";
import { type SpinProblem, spinProblem } from "./models/spin-problem.ts";
import { Pace } from "./pace.ts";
import { Pauses } from "./pauses.ts";
import { Random } from "./random.ts";
import type { SampleOptions } from "./sample-options.ts";
import { aggregated, type SampleSet, sampleSetFromSpins } from "./sample-set.ts";

/** What a sampler can take. */
export interface SamplerLimits {
  readonly maxVariables: number;
}

/** Something that finds low-energy samples of a binary quadratic model. */
export interface Sampler {
  /** Kebab-case, the same as the file's name. */
  readonly name: string;
  readonly limits: SamplerLimits;
  /** The option that may be without end in a timed run, where the search goes on by itself; without it, `solve` runs it in rounds. */
  readonly endless?: "reads" | "sweeps";
  /**
   * Draws samples, lowest energy first, equal ones merged, energies recomputed from the model in f64.
   * Throws OPTION_INVALID, SAMPLER_LIMIT_EXCEEDED.
   */
  sample(model: Bqm, options: SampleOptions): Promise<SampleSet>;
}

/** Declares a sampler: its options and limits are checked before it is called, and an empty model never reaches it. */
export function defineSampler({ name, limits, endless, sample }: Sampler): Sampler {
  return Object.freeze({
    name,
    limits,
    ...(endless === undefined ? {} : { endless }),
    async sample(model: Bqm, options: SampleOptions): Promise<SampleSet> {
      checkOptions(options);
      if (model.size > limits.maxVariables) {
        throw new QuantumError("SAMPLER_LIMIT_EXCEEDED", {
          sampler: name,
          limit: "variables",
          most: limits.maxVariables,
          got: model.size,
        });
      }
      options.signal?.throwIfAborted();
      return model.size === 0 ? sampleSetFromSpins(model, [new Int8Array(0)]) : sample(model, options);
    },
  });
}

const briefCouplings = 20_000; // some 0.5 ms

/** The problem that samplers work on. Building a large model's rows takes up to 0.1 s at 2 million couplings, so others run before and after. */
export async function problemFor(model: Bqm, pauses: Pauses): Promise<SpinProblem> {
  if (model.biases.length <= briefCouplings) return spinProblem(model);
  await pauses.take();
  const problem = spinProblem(model);
  await pauses.take();
  return problem;
}

/** One independent search from its own random stream; returns spins (-1/+1). It reports to the pace and returns early once that has enough. */
export type Read = (random: Random, pace: Pace) => Promise<ArrayLike<number>>;

/** Runs a sampler made of independent reads: read r draws from stream r of the seed, so asking for more reads changes none. */
export async function sampleReads(
  model: Bqm,
  options: SampleOptions,
  prepare: (problem: SpinProblem, random: Random) => Read,
): Promise<SampleSet> {
  const problem = await problemFor(model, new Pauses(options.signal));
  const { reads = 1, seed } = options;
  const pace = new Pace(options, reads, problem.offset);
  const read = prepare(problem, new Random(seed, -1));
  const spins: ArrayLike<number>[] = [];
  for (let r = 0; r < reads && (r === 0 || !pace.enough); r++) {
    spins.push(await read(new Random(seed, r), pace));
    pace.finished();
  }
  return aggregated(sampleSetFromSpins(model, spins));
}

function checkOptions(options: SampleOptions): void {
  const { seed, reads = 1, sweeps = 1, confirmations = 1, target = 0, timeLimitMs = 1, betaRange = [1, 1] } = options;
  const [hot, cold] = betaRange;
  const whole = (v: number) => Number.isSafeInteger(v);
  if (!(whole(seed) && seed >= 0)) refuse("seed", "a whole number from 0 to 2^53 - 1", seed);
  if (!(whole(reads) && reads >= 1)) refuse("reads", "a whole number of at least 1", reads);
  if (!(whole(sweeps) && sweeps >= 1)) refuse("sweeps", "a whole number of at least 1", sweeps);
  if (!(whole(confirmations) && confirmations >= 1)) refuse("confirmations", "a whole number of at least 1", confirmations);
  if (Number.isNaN(target)) refuse("target", "an energy", target);
  if (!(hot > 0 && cold >= hot && cold < Number.POSITIVE_INFINITY))
    refuse("betaRange", "two numbers, 0 < hot <= cold", betaRange);
  if (!(timeLimitMs > 0)) refuse("timeLimitMs", "more than 0 ms", timeLimitMs);
}

function refuse(option: string, wanted: string, got: unknown): never {
  throw new QuantumError("OPTION_INVALID", { option, wanted, got });
}
