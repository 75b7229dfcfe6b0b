import assert from "node:assert/strict";
import { after, test } from "node:test";
import fc from "fast-check";
import { initialParameters } from "../src/decoder/parameters.ts";
import { scoringGraph } from "../src/decoder/scoring-graph.ts";
import { openScorer, windowsOf } from "../src/evaluation/scorer.ts";
import { evaluate, ortExecutor } from "../src/index.ts";
import { random } from "../src/random.ts";
import { floats, int64, openSession } from "../src/runtime/session.ts";
import { tinyConfig, tinyCorpus } from "./tiny-run.ts";

const corpus = await tinyCorpus();
const { checkpoint } = await ortExecutor.run(corpus.spec("model", { budget: { steps: 150 } }));
after(() => corpus[Symbol.asyncDispose]());

const documents = [
  { id: "a", slice: "code", text: "export function add(a: number, b: number): number {\n  return a + b;\n}\n" },
  { id: "b", slice: "code", text: "const x = 1;" },
  {
    id: "c",
    slice: "prose",
    text: new TextEncoder().encode("Each window scores only tokens that the one before did not reach. Größe 😀."),
  },
  { id: "d", slice: "prose", text: "" },
];

test("windows score every token but the first exactly once, with half a window of context from the second on", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 2, max: 40 }), (tokens, sequence) => {
      const windows = windowsOf(0, tokens, sequence);
      const scored = windows.flatMap(({ firstTarget, end }) =>
        Array.from({ length: end - firstTarget + 1 }, (_, i) => firstTarget + i),
      );
      assert.deepEqual(
        scored,
        Array.from({ length: tokens - 1 }, (_, i) => i + 1),
      );
      for (const [i, { start, end, firstTarget }] of windows.entries()) {
        assert.ok(end - start <= sequence && start >= 0 && end < tokens);
        if (i > 0) assert.ok(firstTarget - start >= Math.floor(sequence / 2));
      }
    }),
    { seed: 3 },
  );
});

test("padded and batched scores are those of the plain forward pass of each window", async () => {
  const parameters = initialParameters(tinyConfig, random(5));
  const source = random(6);
  const texts = [1, 2, 5, 9, 17, 31, 32, 33, 70].map((length) => [
    0,
    ...Array.from({ length }, () => Math.floor(source() * 300)),
  ]);
  await using scorer = openScorer({ config: tinyConfig, parameters, threads: 1, sequence: 32 });
  const scores = await scorer.score(texts, () => {});
  for (const [i, tokens] of texts.entries()) {
    assert.equal(scores[i]!.length, tokens.length - 1);
    for (const { start, end, firstTarget } of windowsOf(i, tokens.length, 32)) {
      const length = end - start;
      const graph = scoringGraph(tinyConfig, parameters, { batch: 1, sequence: length });
      await using session = await openSession(graph.model, { threads: 1 });
      const ids = int64(BigInt64Array.from(tokens.slice(start, end), BigInt), [length]);
      const targets = int64(BigInt64Array.from(tokens.slice(start + 1, end + 1), BigInt), [length, 1]);
      const plain = floats((await session.run({ ids, targets }, [graph.chosen]))[graph.chosen]);
      for (let target = firstTarget; target <= end; target++) {
        assert.ok(Math.abs(plain[target - 1 - start]! - scores[i]![target - 1]!) < 1e-4);
      }
    }
  }
});

test("documents, slices and all are measured in bits a byte, the same each time", async () => {
  const result = await evaluate({ checkpoint, documents, threads: 1 });
  assert.deepEqual(await evaluate({ checkpoint, documents, threads: 1 }), result);
  assert.deepEqual(
    result.documents.map(({ id, bytes }) => [id, bytes]),
    [
      ["a", 70],
      ["b", 12],
      ["c", Buffer.byteLength(documents[2]!.text)],
      ["d", 0],
    ],
  );
  assert.deepEqual(
    result.slices.map(({ slice, documents: count }) => [slice, count]),
    [
      ["code", 2],
      ["prose", 2],
    ],
  );
  const bits = result.documents.reduce((sum, document) => sum + document.bits, 0);
  assert.ok(Math.abs(result.overall.bits - bits) < 1e-9);
  assert.ok(Math.abs(result.overall.bitsPerByte - bits / result.overall.bytes) < 1e-12);
  assert.ok(Math.abs(Math.log2(result.overall.perplexity) - bits / result.overall.tokens) < 1e-9);
  const { bitsPerByte } = result.documents[0]!;
  assert.ok(
    bitsPerByte > 1 && bitsPerByte < 6,
    `a little training should give less than 6 bits a byte on code; got ${bitsPerByte}`,
  );
});

test("an aborted evaluation rejects with the signal's reason", async () => {
  const cancel = new AbortController();
  const reason = new Error("no longer needed");
  const many = Array.from({ length: 200 }, (_, i) => ({ id: String(i), slice: "x", text: "const value = 42;\n".repeat(20) }));
  const running = evaluate({
    checkpoint,
    documents: many,
    threads: 1,
    signal: cancel.signal,
    progress: () => cancel.abort(reason),
  });
  await assert.rejects(running, reason);
});

test("a window beyond the model's positions is refused with EVALUATION_INVALID", async () => {
  await assert.rejects(evaluate({ checkpoint, documents, sequence: 64 }), { code: "EVALUATION_INVALID" });
});
