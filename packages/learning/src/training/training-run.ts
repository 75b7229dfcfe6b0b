// A run from its spec to its last checkpoint, in the thread that calls it.
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { removePartial } from "../checkpoint/durable-file.ts";
import { readModel, readTokenizer } from "../checkpoint/model-folder.ts";
import {
  checkpointSteps,
  readTrainingCheckpoint,
  type TrainerState,
  type TrainerTensors,
  writeTrainingCheckpoint,
} from "../checkpoint/training-checkpoint.ts";
import type { ModelConfig } from "../decoder/config.ts";
import { initialParameters, zerosLike } from "../decoder/parameters.ts";
import { LearningError } from "../errors.ts";
import { random } from "../random.ts";
import type { TaskContext } from "../runtime/worker-task.ts";
import { drawBatch, windowsPerEpoch } from "../shards/sampler.ts";
import { readShard, type Shard, tokenizerHash } from "../shards/shard.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { RunProgress, RunResult, RunSpec } from "./executor.ts";
import { budgetUsed, learningRate } from "./schedule.ts";
import { openTrainer } from "./trainer.ts";

const reportEveryMs = 250;
const curvePoints = 200;
const keptCheckpoints = 2;
const epsilon = 1e-8;

interface Start {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly tensors: TrainerTensors;
  readonly state: TrainerState;
}

/** Carries out a run. `nowMs` is a clock that only goes forward. */
export async function trainingRun(spec: RunSpec, context: TaskContext<RunProgress>, nowMs: () => number): Promise<RunResult> {
  await mkdir(spec.outDir, { recursive: true });
  await removePartial(spec.outDir);
  const shards = await Promise.all(spec.shards.map((file) => readShard(file)));
  const { config, tokenizer, tensors, state: start } = await startOf(spec, shards);
  checkShards(shards, tokenizer);
  const tokens = shards.map((shard) => shard.tokens);
  windowsPerEpoch(tokens, spec.sequence);

  const { batch, sequence, optimizer, budget, threads, seed } = spec;
  const adamw = { betas: optimizer.betas, epsilon, weightDecay: optimizer.weightDecay };
  await using trainer = await openTrainer(tensors, { config, shape: { batch, sequence }, adamw, clip: optimizer.clip, threads });
  const curve = [...start.curve];
  const curveEvery = Math.ceil(budget.steps / curvePoints);
  let state = start;
  let loss = curve.at(-1)?.[1] ?? Number.NaN;
  let stopped: RunResult["stopped"] = "steps";
  let [reportedAt, reportedTokens] = [nowMs(), start.tokens];
  const startedAt = nowMs();
  const save = (): Promise<string> =>
    writeTrainingCheckpoint(spec.outDir, { config, tokenizer }, tensors, { ...state, curve }, keptCheckpoints);

  while (state.step < budget.steps) {
    if (context.stopped()) {
      stopped = "cancelled";
      break;
    }
    if (budget.seconds !== undefined && state.seconds >= budget.seconds) {
      stopped = "seconds";
      break;
    }
    const stepStartedAt = nowMs();
    const rate = learningRate(optimizer, state.step, budgetUsed(budget, state.step, state.seconds));
    const counted = drawBatch(tokens, { seed, step: state.step, batch, sequence }, trainer.batch);
    const done = await trainer.step(state.step + 1, rate);
    loss = done.loss;
    if (!Number.isFinite(loss)) throw new LearningError("LOSS_NOT_FINITE", { step: state.step + 1, loss });
    const now = nowMs();
    const step = state.step + 1;
    state = { ...state, step, tokens: state.tokens + counted, seconds: state.seconds + (now - stepStartedAt) / 1000 };
    if (step === 1 || step % curveEvery === 0 || step === budget.steps) curve.push([step, loss]);

    if (now - reportedAt >= reportEveryMs || step === budget.steps) {
      const used = budgetUsed(budget, step, state.seconds) - budgetUsed(budget, start.step, start.seconds);
      const left = 1 - budgetUsed(budget, step, state.seconds);
      context.progress({
        step,
        steps: budget.steps,
        loss,
        tokensPerSecond: ((state.tokens - reportedTokens) * 1000) / Math.max(1, now - reportedAt),
        learningRate: rate,
        gradientNorm: done.gradientNorm,
        etaMs: used > 0 ? ((now - startedAt) * left) / used : 0,
      });
      [reportedAt, reportedTokens] = [now, state.tokens];
    }
    if (step % spec.checkpointEverySteps === 0 && step < budget.steps) await save();
  }
  const checkpoint = await save();
  return { stopped, steps: state.step, tokens: state.tokens, seconds: state.seconds, loss, curve, checkpoint };
}

/** The newest checkpoint of this run, or the start of a new one. */
async function startOf(spec: RunSpec, shards: readonly Shard[]): Promise<Start> {
  const identity = identityOf(spec, shards);
  if (!spec.resume && (await checkpointSteps(spec.outDir)).length > 0) {
    throw new LearningError("RUN_SPEC_INVALID", {
      field: "outDir",
      wanted: "a folder without checkpoints, or resume",
      got: spec.outDir,
    });
  }
  const found = await readTrainingCheckpoint(spec.outDir);
  if (found !== undefined) {
    for (const [field, got] of Object.entries(identity)) {
      const wanted = found.state.identity[field];
      if (wanted !== got) throw new LearningError("RUN_NOT_RESUMABLE", { field, wanted, got });
    }
    return found;
  }
  const { config, tokenizer, parameters } = await newModel(spec);
  const tensors = { parameters, first: zerosLike(parameters), second: zerosLike(parameters) };
  return { config, tokenizer, tensors, state: { step: 0, seed: spec.seed, tokens: 0, seconds: 0, curve: [], identity } };
}

async function newModel(
  spec: RunSpec,
): Promise<Pick<Start, "config" | "tokenizer"> & { parameters: TrainerTensors["parameters"] }> {
  if (spec.initFrom !== undefined) {
    const model = await readModel(spec.initFrom);
    const { maxPositions } = model.config;
    if (spec.sequence <= maxPositions) return model;
    throw new LearningError("RUN_SPEC_INVALID", { field: "sequence", wanted: `at most ${maxPositions}`, got: spec.sequence });
  }
  const { config, tokenizerPath } = spec;
  if (config === undefined || tokenizerPath === undefined) {
    throw new LearningError("RUN_SPEC_INVALID", { field: "config", wanted: "a model config and a tokenizer", got: null });
  }
  const tokenizer = await readTokenizer(tokenizerPath);
  if (tokenizer.size > config.vocabularySize) {
    const wanted = `at least the tokenizer's ${tokenizer.size}`;
    throw new LearningError("CONFIG_INVALID", { field: "vocabularySize", wanted, got: config.vocabularySize });
  }
  return { config, tokenizer, parameters: initialParameters(config, random(spec.seed)) };
}

function checkShards(shards: readonly Shard[], tokenizer: Tokenizer): void {
  const wanted = tokenizerHash(tokenizer);
  for (const { file, index } of shards) {
    if (index.tokenizer !== wanted) throw new LearningError("SHARD_INVALID", { file, problem: "another tokenizer made it" });
  }
}

/** What must not change between a checkpoint and its resumption. The budget may: a run can be extended. */
function identityOf(spec: RunSpec, shards: readonly Shard[]): Record<string, string | number> {
  const { seed, batch, sequence, optimizer, config, initFrom } = spec;
  return {
    seed,
    batch,
    sequence,
    optimizer: JSON.stringify(optimizer),
    model: initFrom === undefined ? JSON.stringify(config) : `from ${initFrom}`,
    shards: createHash("sha256")
      .update(shards.map(({ index }) => index.sha256).join())
      .digest("hex"),
  };
}
