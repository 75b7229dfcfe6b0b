import { join } from "node:path";
import {
  evaluate,
  modelPresets,
  openModel,
  ortExecutor,
  runDefaults,
  saveTokenizer,
  trainTokenizer,
  writeShard,
} from "@entente/learning";

/** Learns from texts in a few seconds, measures the result, and writes a continuation. */
export async function learn(folder: string, texts: readonly string[], heldOut: string, signal: AbortSignal) {
  const tokenizer = await trainTokenizer({ documents: texts, vocabularySize: 512, signal });
  const tokenizerPath = join(folder, "tokenizer.json");
  await saveTokenizer(tokenizer, tokenizerPath);
  const documents = texts.map((text, i) => ({ id: `text-${i}`, source: "example", text }));
  const shard = join(folder, "train.bin");
  await writeShard({ file: shard, tokenizerPath, documents, signal });

  const config = modelPresets.nano(tokenizer.size);
  const spec = { ...runDefaults, config, tokenizerPath, shards: [shard], outDir: join(folder, "run"), budget: { steps: 60 } };
  const { checkpoint } = await ortExecutor.run(spec, { signal, progress: ({ step, loss }) => console.log(step, loss) });

  const { overall } = await evaluate({ checkpoint, documents: [{ id: "held-out", slice: "example", text: heldOut }], signal });
  await using model = await openModel(checkpoint, { signal });
  let written = "";
  for await (const piece of model.generate("export ", { maxTokens: 40, seed: 1, signal })) written += piece.text;
  return { bitsPerByte: overall.bitsPerByte, written };
}
