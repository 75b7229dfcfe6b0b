import assert from "node:assert/strict";
import { after, test } from "node:test";
import { initialParameters } from "../src/decoder/parameters.ts";
import { scoringGraph } from "../src/decoder/scoring-graph.ts";
import { openDecoder } from "../src/generation/decoder-session.ts";
import { chooseToken } from "../src/generation/sampling.ts";
import { TextStream } from "../src/generation/text-stream.ts";
import { type GenerationOptions, openModel, ortExecutor } from "../src/index.ts";
import { normal, random } from "../src/random.ts";
import { floats, int64, openSession } from "../src/runtime/session.ts";
import { tinyConfig, tinyCorpus } from "./tiny-run.ts";

const corpus = await tinyCorpus();
const trained = await ortExecutor.run(corpus.spec("model", { budget: { steps: 200 } }));
const model = await openModel(trained.checkpoint);
after(async () => {
  await model.close();
  await corpus[Symbol.asyncDispose]();
});

async function written(prompt: string, options: GenerationOptions) {
  const tokens = await Array.fromAsync(model.generate(prompt, options));
  return { text: tokens.map(({ text }) => text).join(""), tokens };
}

function lively() {
  const source = random(11);
  const parameters = initialParameters(tinyConfig, source);
  for (const { data } of parameters.values()) for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0.2 * normal(source);
  return parameters;
}

test("logits with a key-value cache equal those of the whole sequence, read at once, token by token or in parts", async () => {
  const parameters = lively();
  const sequence = 24;
  const ids = Array.from({ length: sequence }, (_, i) => (i * 37) % tinyConfig.vocabularySize);
  const graph = scoringGraph(tinyConfig, parameters, { batch: 1, sequence });
  await using full = await openSession(graph.model, { threads: 1 });
  const feeds = {
    ids: int64(BigInt64Array.from(ids, BigInt), [sequence]),
    targets: int64(new BigInt64Array(sequence), [sequence, 1]),
  };
  const all = floats((await full.run(feeds, [graph.logits]))[graph.logits]);
  const rowOf = (i: number) => all.subarray(i * tinyConfig.vocabularySize, (i + 1) * tinyConfig.vocabularySize);
  const assertClose = (logits: Float32Array, row: number) => {
    const worst = Math.max(...logits.map((x, i) => Math.abs(x - rowOf(row)[i]!)));
    assert.ok(worst <= 1e-4, `row ${row} differs by ${worst}`);
  };
  await using decoder = await openDecoder(tinyConfig, parameters, 1);
  const one = decoder.start(0);
  for (const [i, id] of ids.entries()) assertClose(await one.read([id]), i);
  assertClose(await decoder.start(0).read(ids), sequence - 1);
  const parts = decoder.start(0);
  assertClose(await parts.read(ids.slice(0, 7)), 6);
  assertClose(await parts.read(ids.slice(7, 19)), 18);
  assertClose(await parts.read(ids.slice(19)), sequence - 1);
});

test("a sequence beyond the model's positions goes on from its newest half", async () => {
  const parameters = lively();
  await using decoder = await openDecoder(tinyConfig, parameters, 1);
  const long = decoder.start(0);
  const ids = Array.from({ length: tinyConfig.maxPositions }, (_, i) => (i * 7 + 3) % 300);
  await long.read(ids);
  const beyond = await long.read([5]);
  const fresh = await decoder.start(0).read([0, ...[...ids, 5].slice(-tinyConfig.maxPositions / 2)]);
  assert.deepEqual(beyond, fresh);
});

test("greedy writing is the same each time, whatever the seed", async () => {
  const first = await written("export ", { temperature: 0, maxTokens: 40 });
  assert.equal(first.tokens.length, 40);
  assert.deepEqual(await written("export ", { temperature: 0, maxTokens: 40, seed: 9 }), first);
});

test("sampled writing is the same for the same seed and differs for another", async () => {
  const options = { temperature: 1, maxTokens: 40, seed: 1 };
  const first = await written("const ", options);
  assert.deepEqual(await written("const ", options), first);
  assert.notEqual((await written("const ", { ...options, seed: 2 })).text, first.text);
});

test("log-probabilities of what was written are those that scoring gives the same tokens", async () => {
  const prompt = "import ";
  const start = corpus.tokenizer.encode(prompt);
  const [before] = await model.score([prompt]);
  let compared = 0;
  for (let seed = 0; seed < 20; seed++) {
    const { tokens } = await written(prompt, { temperature: 1, maxTokens: 6, seed });
    const ids = [...start, ...tokens.map(({ tokenId }) => tokenId)];
    const text = corpus.tokenizer.decode(ids);
    // A model may spell a text in another way than the tokenizer does; those say nothing here.
    if (corpus.tokenizer.encode(text).join() !== ids.join()) continue;
    const [whole] = await model.score([text]);
    const bits = -tokens.reduce((sum, { logprob }) => sum + logprob, 0) / Math.LN2;
    assert.ok(Math.abs(whole!.bits - before!.bits - bits) < 1e-3, `${whole!.bits - before!.bits} against ${bits}`);
    compared++;
  }
  assert.ok(compared > 0);
});

test("a stop string ends the writing and is not part of it", async () => {
  const { text } = await written("import ", { temperature: 0, maxTokens: 30 });
  const stop = text.slice(5, 8);
  const { text: cut, tokens } = await written("import ", { temperature: 0, maxTokens: 30, stop: [stop] });
  assert.equal(cut, text.slice(0, text.indexOf(stop)));
  assert.equal(tokens.at(-1)!.finish, "stop");
});

test("several requests at once write what each would write alone", async () => {
  const prompts = ["export ", "const ", "// "];
  const options = { temperature: 0, maxTokens: 20 };
  const alone = [];
  for (const prompt of prompts) alone.push(await written(prompt, options));
  assert.deepEqual(await Promise.all(prompts.map((prompt) => written(prompt, options))), alone);
});

test("an aborted request throws the signal's reason, and the model goes on serving", async () => {
  const cancel = new AbortController();
  const reason = new Error("enough");
  const reading = (async () => {
    for await (const _ of model.generate("x", { maxTokens: 100_000, signal: cancel.signal })) cancel.abort(reason);
  })();
  await assert.rejects(reading, reason);
  assert.equal((await written("x", { maxTokens: 3 })).tokens.length, 3);
});

test("a closed model answers MODEL_CLOSED, and a missing checkpoint CHECKPOINT_INVALID", async () => {
  const brief = await openModel(trained.checkpoint);
  await brief.close();
  await assert.rejects(brief.score(["x"]), { code: "MODEL_CLOSED" });
  await assert.rejects(openModel(`${trained.checkpoint}-none`), { code: "CHECKPOINT_INVALID" });
});

test("streamed text never splits a character, and joined it is the text, however the bytes are cut", () => {
  const text = "naïve 😀 你好 👩‍👩‍👧 end";
  const bytes = Buffer.from(text);
  for (let size = 1; size <= 5; size++) {
    const stream = new TextStream([]);
    let joined = "";
    for (let at = 0; at < bytes.length; at += size) {
      const piece = stream.push(bytes.subarray(at, at + size)).text;
      assert.ok(piece.isWellFormed() && !piece.includes("\uFFFD"));
      joined += piece;
    }
    assert.equal(joined + stream.end(), text);
  }
  const unfinished = new TextStream([]);
  assert.equal(unfinished.push(bytes.subarray(0, 3)).text, "na");
  assert.equal(unfinished.end(), "\uFFFD");
});

test("text that may be the start of a stop string waits until it is certain", () => {
  const stream = new TextStream(["END", "--"]);
  const push = (text: string) => stream.push(Buffer.from(text));
  assert.deepEqual(push("a E"), { text: "a ", stopped: false });
  assert.deepEqual(push("NX"), { text: "ENX", stopped: false });
  assert.deepEqual(push("b-"), { text: "b", stopped: false });
  assert.deepEqual(push("-c"), { text: "", stopped: true });
});

test("sampling follows the model's probabilities, within top-k and top-p", () => {
  const probabilities = [0.5, 0.25, 0.15, 0.1];
  const logits = Float32Array.from(probabilities, Math.log);
  const frequencies = (options: { temperature: number; topK: number; topP: number }) => {
    const source = random(4);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++) counts[chooseToken(logits, options, source).tokenId]!++;
    return counts.map((count) => count / 20_000);
  };
  const near = (got: number[], wanted: number[]) => {
    for (const [i, w] of wanted.entries()) assert.ok(Math.abs(got[i]! - w) < 0.015, `${got} against ${wanted}`);
  };
  near(frequencies({ temperature: 1, topK: 0, topP: 1 }), probabilities);
  near(frequencies({ temperature: 1, topK: 2, topP: 1 }), [2 / 3, 1 / 3, 0, 0]);
  near(frequencies({ temperature: 1, topK: 0, topP: 0.8 }), [0.5 / 0.9, 0.25 / 0.9, 0.15 / 0.9, 0]);
  const squared = probabilities.map((p) => p * p);
  const total = squared.reduce((a, b) => a + b);
  near(
    frequencies({ temperature: 0.5, topK: 0, topP: 1 }),
    squared.map((p) => p / total),
  );
  const { logprob } = chooseToken(logits, { temperature: 0, topK: 0, topP: 1 }, random(1));
  assert.ok(Math.abs(logprob - Math.log(0.5)) < 1e-6);
});
