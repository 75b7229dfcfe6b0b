import type { Progress } from "./sample-options.ts";

/** How to solve. Without `reads`, `sweeps` and `timeLimitMs`: a fixed short effort up to 64 variables, 10 reads above. */
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
