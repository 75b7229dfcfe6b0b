// How fast does this machine train a given model? Measured in a worker thread, so that someone who bids for a run, or
// chooses a model for a time budget, need not guess.
import { checkedConfig, type ModelConfig } from "../decoder/config.ts";
import { LearningError } from "../errors.ts";
import { runTask, workerEntry } from "../runtime/worker-task.ts";

/** What to measure and for how long. */
export interface SpeedRequest {
  readonly config: ModelConfig;
  readonly batch: number;
  readonly sequence: number;
  readonly threads: number;
  /** Time for training steps, after two to warm up; half as long goes to the matrix product. */
  readonly milliseconds: number;
}

/** What a machine does with a model. Rates count the operations of matrix products alone. */
export interface TrainingSpeed {
  readonly tokensPerSecond: number;
  readonly millisecondsPerStep: number;
  /** GFLOP/s of a training step. */
  readonly step: number;
  /** GFLOP/s of a product of two 1024 x 1024 matrices in the same runtime: what a step could reach at most. */
  readonly product: number;
}

/** Measures training steps on random tokens. Throws RUN_SPEC_INVALID, CONFIG_INVALID, WORKER_FAILED. */
export async function measureTrainingSpeed(
  request: SpeedRequest,
  options: { readonly signal?: AbortSignal } = {},
): Promise<TrainingSpeed> {
  const { maxPositions } = checkedConfig(request.config);
  for (const field of ["batch", "sequence", "threads", "milliseconds"] as const) {
    if (Number.isSafeInteger(request[field]) && request[field] >= 1) continue;
    throw new LearningError("RUN_SPEC_INVALID", { field, wanted: "a whole number of at least 1", got: request[field] });
  }
  if (request.sequence > maxPositions) {
    throw new LearningError("RUN_SPEC_INVALID", { field: "sequence", wanted: `at most ${maxPositions}`, got: request.sequence });
  }
  return runTask(workerEntry(import.meta.url, "speed"), request, options);
}
