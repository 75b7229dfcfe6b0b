// The contract of a training executor: takes a run spec (plain JSON, so that it can cross threads, processes and hosts),
// trains, and leaves checkpoints in a folder. The embedded one is ort.ts; a remote one takes the same spec.
import { checkedConfig, type ModelConfig } from "../decoder/config.ts";
import { LearningError } from "../errors.ts";

/** How learning goes: AdamW with a linear warm-up, then a decay of the rate to a tenth of its peak. */
export interface OptimizerSpec {
  /** Peak learning rate. */
  readonly lr: number;
  readonly warmupSteps: number;
  readonly decay: "cosine" | "linear" | "constant";
  /** Global gradient norm above which gradients are scaled down. */
  readonly clip: number;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
}

/** One training run. Paths are local to the executor. */
export interface RunSpec {
  /** The model to start; not needed with `initFrom`, which brings its own. */
  readonly config?: ModelConfig | undefined;
  /** `tokenizer.json` of a new model. */
  readonly tokenizerPath?: string | undefined;
  /** A checkpoint whose weights and tokenizer to start from; the optimiser starts anew. */
  readonly initFrom?: string | undefined;
  /** `.bin` files of token shards. */
  readonly shards: readonly string[];
  /** Where checkpoints go, one folder a step. */
  readonly outDir: string;
  readonly seed: number;
  readonly threads: number;
  /** Sequences in a step. */
  readonly batch: number;
  /** Tokens in a sequence; at most the model's `maxPositions`, and best just that: a model knows no position it never saw. */
  readonly sequence: number;
  readonly optimizer: OptimizerSpec;
  /** The run ends at whichever comes first. With `seconds`, the rate also decays by time, so such runs are not repeatable. */
  readonly budget: { readonly steps: number; readonly seconds?: number | undefined };
  readonly checkpointEverySteps: number;
  /** Go on from the newest checkpoint in `outDir` if there is one; when false, `outDir` must have none. */
  readonly resume: boolean;
}

/** A report from a run, about four a second. */
export interface RunProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean loss of the step's batch, in nats a token. */
  readonly loss: number;
  readonly tokensPerSecond: number;
  readonly learningRate: number;
  /** Global gradient norm before clipping. */
  readonly gradientNorm: number;
  readonly etaMs: number;
}

/** What a run left behind. */
export interface RunResult {
  /** Why it ended: its steps are done, its time is over, or it was cancelled; in all cases `checkpoint` is whole. */
  readonly stopped: "steps" | "seconds" | "cancelled";
  /** Steps done, over all resumptions. */
  readonly steps: number;
  /** Target tokens seen. */
  readonly tokens: number;
  readonly seconds: number;
  /** Loss of the last step in nats a token; not a number if no step was done. */
  readonly loss: number;
  /** Loss at up to about 200 steps. */
  readonly curve: readonly (readonly [step: number, loss: number])[];
  /** The folder of the last checkpoint. */
  readonly checkpoint: string;
}

/** How a run is watched and stopped. */
export interface RunOptions {
  /** Cancels: the step in progress is finished, a checkpoint is written, and the result says "cancelled". */
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: RunProgress) => void) | undefined;
}

/** Something that can carry out training runs. */
export interface Executor {
  readonly name: string;
  run(spec: RunSpec, options?: RunOptions): Promise<RunResult>;
}

/** Declares an executor; the spec is checked before it reaches `run`. Throws RUN_SPEC_INVALID, CONFIG_INVALID. */
export function defineExecutor(executor: Executor): Executor {
  return { name: executor.name, run: async (spec, options = {}) => executor.run(checkedRunSpec(spec), options) };
}

/** Settings that served small models well here; a spec is complete with shards, outDir and a model. */
export const runDefaults = {
  seed: 1,
  threads: 2,
  batch: 8,
  sequence: 128,
  optimizer: { lr: 2e-3, warmupSteps: 20, decay: "cosine", clip: 1, weightDecay: 0.1, betas: [0.9, 0.95] },
  checkpointEverySteps: 200,
  resume: true,
} as const satisfies Partial<RunSpec>;

/** The spec itself if it can be run; throws RUN_SPEC_INVALID, CONFIG_INVALID. */
export function checkedRunSpec(spec: RunSpec): RunSpec {
  const want = (holds: boolean, field: string, wanted: string, got: unknown): void => {
    if (!holds) throw new LearningError("RUN_SPEC_INVALID", { field, wanted, got });
  };
  const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;
  const { optimizer, budget } = spec;
  for (const field of ["threads", "batch", "sequence", "checkpointEverySteps"] as const) {
    want(whole(spec[field], 1), field, "a whole number of at least 1", spec[field]);
  }
  want(whole(spec.seed, 0) && spec.seed < 2 ** 32, "seed", "a whole number below 2^32", spec.seed);
  want(whole(budget.steps, 1), "budget.steps", "a whole number of at least 1", budget.steps);
  want(budget.seconds === undefined || budget.seconds > 0, "budget.seconds", "positive", budget.seconds);
  want(spec.shards.length > 0, "shards", "at least one shard", spec.shards);
  want(spec.outDir !== "", "outDir", "a folder", spec.outDir);
  want(whole(optimizer.warmupSteps, 0), "optimizer.warmupSteps", "a whole number", optimizer.warmupSteps);
  want(optimizer.lr > 0, "optimizer.lr", "positive", optimizer.lr);
  want(optimizer.clip > 0, "optimizer.clip", "positive", optimizer.clip);
  want(optimizer.weightDecay >= 0, "optimizer.weightDecay", "not negative", optimizer.weightDecay);
  want(
    ["cosine", "linear", "constant"].includes(optimizer.decay),
    "optimizer.decay",
    "cosine, linear or constant",
    optimizer.decay,
  );
  want(
    optimizer.betas.length === 2 && optimizer.betas.every((b) => b >= 0 && b < 1),
    "optimizer.betas",
    "two numbers in [0, 1)",
    optimizer.betas,
  );
  if (spec.initFrom === undefined) {
    want(spec.config !== undefined, "config", "a model config, or initFrom a checkpoint", spec.config);
    want(spec.tokenizerPath !== undefined, "tokenizerPath", "a tokenizer.json, or initFrom a checkpoint", spec.tokenizerPath);
  }
  if (spec.config !== undefined) {
    const { maxPositions } = checkedConfig(spec.config);
    want(spec.sequence <= maxPositions, "sequence", `at most the model's ${maxPositions} positions`, spec.sequence);
  }
  return spec;
}
