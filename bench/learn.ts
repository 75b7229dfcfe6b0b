// What does a minute of learning on this machine buy? A tokenizer and a small decoder learn from 2 MB of text files, and
// predict files they have not seen; gzip -9 of the same files is what a compressor without training gives.
// Text: the Markdown and TypeScript files below `--folder=PATH` (node_modules unless told otherwise), one of each content,
// in order of their hash, so that the choice does not follow the alphabet.
import { createHash } from "node:crypto";
import { mkdtempDisposableSync, readdirSync, readFileSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  evaluate,
  modelPresets,
  openModel,
  ortExecutor,
  parameterCount,
  runDefaults,
  saveTokenizer,
  trainTokenizer,
  writeShard,
} from "@entente/learning";
import { type Bench, row } from "./contract.ts";

const trainingBytes = 2_000_000;
const heldOutBytes = 100_000;
const largestFileBytes = 40_000;

interface Document {
  readonly id: string;
  readonly source: string;
  readonly slice: string;
  readonly text: string;
}

function documentsBelow(folder: string): Document[] {
  const byHash = new Map<string, Document>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.(md|ts)$/.test(name)) continue;
    const file = join(folder, name);
    // A link may lead nowhere.
    const found = statSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size > largestFileBytes || found.size < 200) continue;
    const text = readFileSync(file, "utf8");
    const slice = name.endsWith(".md") ? "Markdown" : "TypeScript";
    byHash.set(createHash("sha256").update(text).digest("hex"), { id: name, source: folder, slice, text });
  }
  return [...byHash].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, document]) => document);
}

/** Documents from the front of a list, up to about a size; the list keeps the rest. */
function taken(documents: Document[], bytes: number): Document[] {
  let size = 0;
  let count = 0;
  while (size < bytes && count < documents.length) size += Buffer.byteLength(documents[count++]!.text);
  return documents.splice(0, count);
}

const bench: Bench = async ({ quick, options }) => {
  const threads = availableParallelism();
  const seconds = typeof options.seconds === "string" ? Number(options.seconds) : quick ? 10 : 60;
  const vocabulary = typeof options.vocabulary === "string" ? Number(options.vocabulary) : 2048;
  const preset = options.preset === "micro" ? "micro" : "nano";
  const all = documentsBelow(typeof options.folder === "string" ? options.folder : join(import.meta.dirname, "../node_modules"));
  const heldOut = taken(all, heldOutBytes);
  const documents = taken(all, trainingBytes);
  const bytes = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  using folder = mkdtempDisposableSync(join(tmpdir(), "entente-learn-"));
  const tokenizerPath = join(folder.path, "tokenizer.json");
  const shard = join(folder.path, "train.bin");

  let since = performance.now();
  const lap = (): number => {
    const passed = (performance.now() - since) / 1000;
    since = performance.now();
    return passed;
  };
  const tokenizer = await trainTokenizer({ documents: documents.map(({ text }) => text), vocabularySize: vocabulary });
  const tokenizerSeconds = lap();
  await saveTokenizer(tokenizer, tokenizerPath);
  const { tokens } = await writeShard({ file: shard, tokenizerPath, documents });
  const shardSeconds = lap();
  const config = modelPresets[preset](tokenizer.size);
  const run = await ortExecutor.run({
    ...runDefaults,
    config,
    tokenizerPath,
    shards: [shard],
    outDir: join(folder.path, "model"),
    threads,
    budget: { steps: 1_000_000, seconds },
  });
  lap();
  const score = await evaluate({ checkpoint: run.checkpoint, documents: heldOut, threads, sequence: runDefaults.sequence });
  const evaluationSeconds = lap();
  await using model = await openModel(run.checkpoint);
  lap();
  const written = await Array.fromAsync(model.generate("# ", { maxTokens: 120, seed: 1 }));
  const writingSeconds = lap();
  const compressed = heldOut.reduce((sum, { text }) => sum + gzipSync(text, { level: 9 }).length, 0);
  const gzip = (8 * compressed) / score.overall.bytes;
  return [
    row("training text", bytes / 1e6, "MB"),
    row("learn a tokenizer", tokenizerSeconds, "s"),
    row("write the shard", shardSeconds, "s"),
    row("tokens in the shard", tokens, "tokens"),
    row("parameters", parameterCount(config), "weights"),
    row("training", run.seconds, "s"),
    row("training speed", run.tokens / run.seconds, "tokens/s"),
    row("passes over the text", run.tokens / tokens, "epochs"),
    row("held-out text", score.overall.bytes / 1e3, "kB"),
    row("evaluate it", evaluationSeconds, "s"),
    ...score.slices.map((slice) => row(`bits per byte, ${slice.slice}`, slice.bitsPerByte, "bit/byte")),
    row("bits per byte, all", score.overall.bitsPerByte, "bit/byte"),
    row("perplexity, all", score.overall.perplexity, "1"),
    row("gzip -9, file by file", gzip, "bit/byte"),
    quick
      ? row("model / gzip", score.overall.bitsPerByte / gzip, "ratio")
      : row("model / gzip", score.overall.bitsPerByte / gzip, "ratio", "<=", 1),
    row("writing", written.length / writingSeconds, "tokens/s"),
  ];
};

export default bench;
