// A run small enough for a test: this package's sources as the corpus, and a decoder of some ten thousand weights.
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelConfig } from "../src/decoder/config.ts";
import { writeShard } from "../src/shards/writing.ts";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";
import { saveTokenizer, trainTokenizer } from "../src/tokenizer/training.ts";
import { type RunSpec, runDefaults } from "../src/training/executor.ts";
import { corpusFiles } from "./corpus.ts";

/** A folder with a tokenizer and two shards, removed on disposal. */
export interface TinyCorpus extends AsyncDisposable {
  readonly folder: string;
  readonly tokenizer: Tokenizer;
  /** A complete spec that trains into this folder below the corpus. */
  spec(out: string, changes?: Partial<RunSpec>): RunSpec;
}

export const tinyConfig: ModelConfig = {
  vocabularySize: 320,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 48,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
};

export async function tinyCorpus(): Promise<TinyCorpus> {
  const temporary = await mkdtempDisposable(join(tmpdir(), "entente-learning-"));
  const folder = temporary.path;
  const files = corpusFiles();
  const tokenizer = await trainTokenizer({ documents: files.map(({ text }) => text), vocabularySize: tinyConfig.vocabularySize });
  const tokenizerPath = join(folder, "tokenizer.json");
  await saveTokenizer(tokenizer, tokenizerPath);
  const shards = [join(folder, "a.bin"), join(folder, "b.bin")];
  for (const [i, file] of shards.entries()) {
    const documents = files.filter((_, at) => at % 2 === i).map(({ id, text }) => ({ id, source: "sources", text }));
    await writeShard({ file, tokenizerPath, documents });
  }
  return {
    folder,
    tokenizer,
    spec: (out, changes = {}) => ({
      ...runDefaults,
      config: tinyConfig,
      tokenizerPath,
      shards,
      outDir: join(folder, out),
      threads: 1,
      batch: 2,
      sequence: 16,
      budget: { steps: 20 },
      checkpointEverySteps: 100,
      ...changes,
    }),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}
