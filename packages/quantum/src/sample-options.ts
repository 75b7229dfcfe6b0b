/** How far a run is: `fraction` 0 to 1 never falls, `energy` is the lowest seen so far (the model's), `reads` are finished samples. */
export interface Progress {
  readonly fraction: number;
  readonly energy: number;
  readonly reads: number;
}

/** What a sampler is asked. The same model, seed, reads and sweeps give the same samples, unless a time limit cut the run. */
export interface SampleOptions {
  /** Any whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** How many samples to draw. Default 1. */
  readonly reads?: number;
  /** How long each read searches: in one sweep every variable is looked at once. Each sampler has its default. */
  readonly sweeps?: number;
  /** A read ends once so many of its rounds ended at the lowest energy that it found. Only tabu has rounds; others take no notice. */
  readonly confirmations?: number;
  /** Inverse temperatures, 1/energy, at which anneals begin and end; measured on the model otherwise. Samplers that do not anneal ignore it. */
  readonly betaRange?: readonly [hot: number, cold: number];
  /** Stop as soon as an energy is this low. */
  readonly target?: number;
  /** Stop after this long with what there is; the first read may be cut short. */
  readonly timeLimitMs?: number;
  /** Cancels: the call rejects with the signal's reason within about 20 ms. */
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
}
