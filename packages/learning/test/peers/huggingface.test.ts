import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { openDecoder } from "../../src/generation/decoder-session.ts";
import { ortExecutor, readModel } from "../../src/index.ts";
import { variedTexts } from "../corpus.ts";
import { tinyConfig, tinyCorpus } from "../tiny-run.ts";

const execute = promisify(execFile);
const python = process.env.ENTENTE_PYTHON ?? "python3";
const modules = "numpy, safetensors, tokenizers, transformers";
const available = await execute(python, ["-c", `import ${modules}`]).then(
  () => true,
  () => false,
);
// In CI the peer is installed, and its absence is a failure; elsewhere the test says what it misses.
const skip = available || process.env.CI === "true" ? false : `${python} cannot import ${modules} (set ENTENTE_PYTHON)`;

interface Answer {
  readonly model_type: string;
  readonly vocab_size: number;
  readonly special: readonly number[];
  readonly ids: readonly (readonly number[])[];
  readonly decoded: readonly string[];
  readonly logits: readonly (readonly number[])[];
}

for (const tieEmbeddings of [true, false]) {
  test(`Hugging Face reads a checkpoint, and numpy gives its logits (${tieEmbeddings ? "tied" : "own"} output layer)`, {
    skip,
  }, async () => {
    await using corpus = await tinyCorpus();
    const config = { ...tinyConfig, tieEmbeddings };
    const { checkpoint } = await ortExecutor.run(corpus.spec("model", { config, budget: { steps: 100 } }));
    const texts = [...variedTexts, "a\u0085b\uFEFFc", "\uFEFFstart"];
    const question = join(corpus.folder, "question.json");
    await writeFile(question, JSON.stringify({ texts }));
    const { stdout } = await execute(python, [join(import.meta.dirname, "huggingface.py"), checkpoint, question], {
      maxBuffer: 2 ** 26,
    });
    const answer: Answer = JSON.parse(stdout);

    assert.equal(answer.model_type, "llama");
    assert.equal(answer.vocab_size, config.vocabularySize);
    const { parameters, tokenizer } = await readModel(checkpoint);
    assert.deepEqual(answer.special, [tokenizer.bos, tokenizer.eos]);
    await using decoder = await openDecoder(config, parameters, 1);
    for (const [i, text] of texts.entries()) {
      const ids = [tokenizer.bos, ...tokenizer.encode(text)];
      assert.deepEqual(answer.ids[i], ids, JSON.stringify(text));
      assert.equal(answer.decoded[i], text);
      const ours = await decoder.start(tokenizer.bos).read(ids.slice(0, config.maxPositions));
      const worst = Math.max(...ours.map((x, at) => Math.abs(x - answer.logits[i]![at]!)));
      assert.ok(worst <= 1e-3, `logits of ${JSON.stringify(text)} differ by ${worst}`);
    }
  });
}
