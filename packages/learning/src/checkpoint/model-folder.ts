// A model on disk, laid out as Hugging Face lays it out, so that transformers, PEFT and converters read it as it is:
// config.json, generation_config.json, model.safetensors, tokenizer.json, tokenizer_config.json.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fromHuggingFace, type ModelConfig, toHuggingFace } from "../decoder/config.ts";
import { type Parameters, parameterLayout, type Weights } from "../decoder/parameters.ts";
import { LearningError } from "../errors.ts";
import { bosToken, eosToken, type Tokenizer } from "../tokenizer/tokenizer.ts";
import { tokenizerFromJson, tokenizerToJson } from "../tokenizer/tokenizer-json.ts";
import { writeFlushed } from "./durable-file.ts";
import { readSafetensors, writeSafetensors } from "./safetensors.ts";

/** A model in memory. */
export interface Model {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly parameters: Map<string, Weights>;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes the five files of a model into an existing folder and flushes them. */
export async function writeModelFiles(
  folder: string,
  model: { config: ModelConfig; tokenizer: Tokenizer; parameters: Parameters },
): Promise<void> {
  const { config, tokenizer, parameters } = model;
  const { bos, eos } = tokenizer;
  await writeSafetensors(join(folder, "model.safetensors"), parameters);
  await writeFlushed(join(folder, "config.json"), json(toHuggingFace(config, { bos, eos })));
  await writeFlushed(join(folder, "generation_config.json"), json({ bos_token_id: bos, eos_token_id: eos, do_sample: true }));
  await writeFlushed(join(folder, "tokenizer.json"), json(tokenizerToJson(tokenizer)));
  await writeFlushed(
    join(folder, "tokenizer_config.json"),
    json({
      tokenizer_class: "PreTrainedTokenizerFast",
      bos_token: bosToken,
      eos_token: eosToken,
      model_max_length: config.maxPositions,
      clean_up_tokenization_spaces: false,
    }),
  );
}

/** The config and tokenizer of a model folder; throws CHECKPOINT_INVALID, CONFIG_INVALID, TOKENIZER_INVALID. */
export async function readModelInfo(folder: string): Promise<Omit<Model, "parameters">> {
  const config = await readJson(folder, "config.json");
  const tokenizer = await readTokenizer(join(folder, "tokenizer.json"));
  return { config: fromHuggingFace(config), tokenizer };
}

/** A whole model; throws the codes of `readModelInfo` and SAFETENSORS_INVALID. */
export async function readModel(folder: string): Promise<Model> {
  const info = await readModelInfo(folder);
  const stored = await readSafetensors(join(folder, "model.safetensors"));
  return { ...info, parameters: arranged(folder, info.config, stored) };
}

/** The tensors a config asks for, in file order, checked for shape. */
export function arranged(folder: string, config: ModelConfig, stored: ReadonlyMap<string, Weights>): Map<string, Weights> {
  return new Map(
    parameterLayout(config).map(({ name, shape }) => {
      const found = stored.get(name);
      if (found === undefined) throw new LearningError("CHECKPOINT_INVALID", { folder, problem: `tensor ${name} is missing` });
      if (found.shape.join() !== shape.join()) {
        throw new LearningError("CHECKPOINT_INVALID", {
          folder,
          problem: `${name} is [${found.shape}], config asks for [${shape}]`,
        });
      }
      return [name, found];
    }),
  );
}

/** Reads a `tokenizer.json`; throws TOKENIZER_INVALID. */
export async function readTokenizer(file: string): Promise<Tokenizer> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new LearningError("TOKENIZER_INVALID", { source: file, problem: String(cause) }, { cause });
  }
  return tokenizerFromJson(parsed, file);
}

/** A JSON object of a folder; throws CHECKPOINT_INVALID. */
export async function readJson(folder: string, name: string): Promise<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(await readFile(join(folder, name), "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new LearningError("CHECKPOINT_INVALID", { folder, problem: `${name}: ${String(cause)}` }, { cause });
  }
  throw new LearningError("CHECKPOINT_INVALID", { folder, problem: `${name} is not a JSON object` });
}

/** SHA-256 of a model's weights in hexadecimal: equal weights have equal hashes. */
export async function weightsHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(join(folder, "model.safetensors"))) hash.update(chunk);
  return hash.digest("hex");
}
