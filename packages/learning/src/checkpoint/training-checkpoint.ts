// A model folder with what it takes to go on training: the moments of the optimiser and the state of the run. Batches are
// a function of (seed, step) and nothing else is random after the start, so the step is the whole state of the generator
// and of the data cursor; both are written out all the same, for people who read the file.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ModelConfig } from "../decoder/config.ts";
import type { Parameters, Weights } from "../decoder/parameters.ts";
import { momentNames } from "../decoder/training-graph.ts";
import { LearningError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { writeFlushed, writeFolderAtomically } from "./durable-file.ts";
import { arranged, readJson, readModelInfo, writeModelFiles } from "./model-folder.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** Where a run is. */
export interface TrainerState {
  /** Steps done. */
  readonly step: number;
  readonly seed: number;
  /** Target tokens seen. */
  readonly tokens: number;
  /** Time spent in steps, over all resumptions. */
  readonly seconds: number;
  readonly curve: readonly (readonly [step: number, loss: number])[];
  /** The values that a resumption must share with the run that wrote this. */
  readonly identity: Readonly<Record<string, string | number>>;
}

/** What a trainer holds in memory. */
export interface TrainerTensors {
  readonly parameters: Map<string, Weights>;
  readonly first: Map<string, Weights>;
  readonly second: Map<string, Weights>;
}

const stepName = /^step-(\d{8})$/;

/** The folder of a step below a run's folder. */
export function stepFolder(runFolder: string, step: number): string {
  return join(runFolder, `step-${String(step).padStart(8, "0")}`);
}

/** Steps with a whole checkpoint, oldest first. */
export async function checkpointSteps(runFolder: string): Promise<number[]> {
  const names = await readdir(runFolder).catch(() => []);
  return names.flatMap((name) => stepName.exec(name)?.slice(1).map(Number) ?? []).sort((a, b) => a - b);
}

/** Writes a checkpoint and removes all but the newest `keep`; the folder of this step is returned. */
export async function writeTrainingCheckpoint(
  runFolder: string,
  model: { config: ModelConfig; tokenizer: Tokenizer },
  tensors: TrainerTensors,
  state: TrainerState,
  keep: number,
): Promise<string> {
  const folder = stepFolder(runFolder, state.step);
  const steps = await checkpointSteps(runFolder);
  if (!steps.includes(state.step)) {
    await writeFolderAtomically(folder, async (partial) => {
      await writeModelFiles(partial, { ...model, parameters: tensors.parameters });
      await writeSafetensors(join(partial, "optimizer.safetensors"), moments(tensors));
      await writeFlushed(
        join(partial, "trainer_state.json"),
        `${JSON.stringify({ format: 1, ...state, rng: { seed: state.seed, step: state.step }, cursor: state.step }, null, 1)}\n`,
      );
    });
    steps.push(state.step);
  }
  for (const old of steps.filter((step) => step !== state.step).slice(0, Math.max(0, steps.length - keep))) {
    await rm(stepFolder(runFolder, old), { recursive: true, force: true });
  }
  return folder;
}

function moments({ first, second }: TrainerTensors): Parameters {
  return new Map([
    ...[...first].map(([name, w]) => [momentNames.first(name), w] as const),
    ...[...second].map(([name, w]) => [momentNames.second(name), w] as const),
  ]);
}

/** The newest checkpoint of a run, or `undefined` if there is none; throws CHECKPOINT_INVALID and its kin. */
export async function readTrainingCheckpoint(
  runFolder: string,
): Promise<
  { folder: string; config: ModelConfig; tokenizer: Tokenizer; tensors: TrainerTensors; state: TrainerState } | undefined
> {
  const step = (await checkpointSteps(runFolder)).at(-1);
  if (step === undefined) return undefined;
  const folder = stepFolder(runFolder, step);
  const { config, tokenizer } = await readModelInfo(folder);
  const parameters = arranged(folder, config, await readSafetensors(join(folder, "model.safetensors")));
  const stored = await readSafetensors(join(folder, "optimizer.safetensors"));
  const moment = (name: (parameter: string) => string): Map<string, Weights> => {
    const found = [...parameters.keys()].flatMap((parameter) => {
      const weights = stored.get(name(parameter));
      return weights === undefined ? [] : ([[parameter, weights]] as const);
    });
    return arranged(folder, config, new Map(found));
  };
  const tensors = { parameters, first: moment(momentNames.first), second: moment(momentNames.second) };
  return { folder, config, tokenizer, tensors, state: parseState(folder, await readJson(folder, "trainer_state.json")) };
}

function parseState(folder: string, json: Readonly<Record<string, unknown>>): TrainerState {
  const { format, step, seed, tokens, seconds, curve, identity } = json;
  const isPoint = (point: unknown): point is [number, number] =>
    Array.isArray(point) && point.length === 2 && point.every((x) => typeof x === "number");
  if (
    format !== 1 ||
    typeof step !== "number" ||
    typeof seed !== "number" ||
    typeof tokens !== "number" ||
    typeof seconds !== "number" ||
    !Array.isArray(curve) ||
    !curve.every(isPoint) ||
    typeof identity !== "object" ||
    identity === null
  ) {
    throw new LearningError("CHECKPOINT_INVALID", { folder, problem: "trainer_state.json is not of format 1" });
  }
  const values = Object.entries(identity).filter((pair): pair is [string, string | number] =>
    ["string", "number"].includes(typeof pair[1]),
  );
  return { step, seed, tokens, seconds, curve, identity: Object.fromEntries(values) };
}
