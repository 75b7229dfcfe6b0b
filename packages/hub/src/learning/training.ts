/**
 * Training one version of the model: the texts a curator selected, a tokenizer (learned from them for a first version,
 * the champion's afterwards), a token shard, a run of the embedded executor, and a version in the registry. Every step
 * is kept on disk whole or not at all, and found again: after a crash the same call goes on from the last checkpoint.
 */
import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  modelPresets,
  ortExecutor,
  parameterCount,
  type RunProgress,
  readModelInfo,
  readTokenizer,
  runDefaults,
  saveTokenizer,
  trainTokenizer,
  writeShard,
} from "@entente/learning";
import { privateFolder } from "../base/files.ts";
import type { ToolContext } from "../base/tool.ts";
import type { RunsTable, VersionsTable } from "../store/schema.ts";
import { learningErrors } from "./errors.ts";
import type { Learning } from "./pillar.ts";

/** What a trainer is told. */
export interface TrainingOrder {
  readonly run: RunsTable;
  readonly threads: number;
  readonly seconds: number;
}

const smallestCorpusBytes = 20_000;
const modelFiles = ["config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"];
const checkpointEverySteps = 25;
const manySteps = 1_000_000;
const curveEveryMs = 1000;

/** Trains the version of a run, or goes on with it, or gives it if it is there. Throws SELECTION_MISSING, CORPUS_TOO_SMALL. */
export async function trainVersion(learning: Learning, order: TrainingOrder, ctx: ToolContext): Promise<VersionsTable> {
  const { run } = order;
  const known = await learning.versions.ofRun(run.id);
  if (known) return known;
  const { values } = learning.config;
  const selection = await learning.runs.selection(run.id);
  if (!selection) throw learningErrors.SELECTION_MISSING({ run: run.id });
  const champion = await learning.versions.champion(run.model);
  const work = privateFolder(join(learning.dataFolder, "shards", run.id));
  const texts = await learning.corpus.read(selection.hashes);
  const bytes = texts.reduce((sum, text) => sum + text.text.length, 0);
  if (bytes < smallestCorpusBytes)
    throw learningErrors.CORPUS_TOO_SMALL({ texts: texts.length, bytes, wanted: smallestCorpusBytes });

  const tokenizerPath = champion ? join(learning.versions.folder(champion), "tokenizer.json") : join(work, "tokenizer.json");
  if (!existsSync(tokenizerPath)) {
    ctx.progress({ done: 0, message: "learning a tokenizer" });
    await saveTokenizer(
      await trainTokenizer({
        documents: texts.map((text) => text.text),
        vocabularySize: values["learning.vocabulary"],
        signal: ctx.signal,
      }),
      tokenizerPath,
    );
  }
  const shard = join(work, "train.bin");
  if (!existsSync(shard)) {
    ctx.progress({ done: 0, message: "cutting texts into tokens" });
    const documents = texts.map((text) => ({ id: text.hash, source: text.path, text: text.text }));
    await writeShard({ file: shard, tokenizerPath, documents, signal: ctx.signal });
  }

  const tokenizer = await readTokenizer(tokenizerPath);
  const config = champion ? undefined : modelPresets[values["learning.preset"]](tokenizer.size, values["learning.sequence"]);
  const outDir = privateFolder(join(work, `by-${ctx.principal.id}`));
  const started = ctx.clock.now();
  const points: { step: number; loss: number; rate: number }[] = [];
  let keptAt = started;
  let keeping: Promise<void> = Promise.resolve();
  const keepPoints = (): void => {
    const part = points.splice(0);
    keptAt = ctx.clock.now();
    keeping = keeping.then(() => learning.runs.addPoints(run.id, part));
  };
  const onProgress = (progress: RunProgress): void => {
    points.push({ step: progress.step, loss: progress.loss, rate: progress.tokensPerSecond });
    if (ctx.clock.now() - keptAt >= curveEveryMs) keepPoints();
    learning.metrics.trainingLoss.set({ model: run.model }, progress.loss);
    learning.metrics.trainingRate.set({ model: run.model }, progress.tokensPerSecond);
    const elapsed = order.seconds - progress.etaMs / 1000;
    ctx.progress({
      done: Math.max(0, Math.min(elapsed, order.seconds)),
      total: order.seconds,
      unit: "s",
      message: `step ${progress.step}, loss ${progress.loss.toFixed(3)}, ${Math.round(progress.tokensPerSecond)} tokens/s`,
    });
  };
  const result = await ortExecutor.run(
    {
      ...(champion ? { initFrom: learning.versions.folder(champion) } : { config, tokenizerPath }),
      shards: [shard],
      outDir,
      seed: 1,
      threads: order.threads,
      batch: values["learning.batch"],
      sequence: values["learning.sequence"],
      optimizer: { ...runDefaults.optimizer, lr: champion ? runDefaults.optimizer.lr / 2 : runDefaults.optimizer.lr },
      budget: { steps: manySteps, seconds: order.seconds },
      checkpointEverySteps,
      resume: true,
    },
    { signal: ctx.signal, progress: onProgress },
  );
  keepPoints();
  await keeping;
  ctx.signal.throwIfAborted();

  const directory = join("models", run.model, run.id);
  keepModel(result.checkpoint, join(learning.dataFolder, directory));
  const info = await readModelInfo(join(learning.dataFolder, directory));
  const training = {
    trainer: ctx.principal.id,
    threads: order.threads,
    steps: result.steps,
    tokens: result.tokens,
    seconds: result.seconds,
    loss: result.loss,
    tokensPerSecond: result.seconds > 0 ? result.tokens / result.seconds : 0,
    parameters: parameterCount(info.config),
    vocabulary: info.tokenizer.size,
    texts: texts.length,
    bytes,
  };
  const version = await learning.versions.register(
    { model: run.model, run: run.id, selection: selection.id, directory, parent: champion?.id ?? null, training },
    ctx.principal.id,
  );
  rmSync(work, { recursive: true, force: true });
  return version;
}

// The files of a finished model without the optimiser's, in one rename; a version once there is never written again.
function keepModel(checkpoint: string, folder: string): void {
  if (existsSync(folder)) return;
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  privateFolder(partial);
  for (const file of modelFiles) cpSync(join(checkpoint, file), join(partial, file));
  renameSync(partial, folder);
}
