import assert from "node:assert/strict";
import { mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { readShard, saveTokenizer, trainTokenizer, writeShard } from "../src/index.ts";
import { drawBatch, permuted, windowsPerEpoch } from "../src/shards/sampler.ts";

const buffersFor = (elements: number) => ({
  ids: new BigInt64Array(elements),
  targets: new BigInt64Array(elements),
  weights: new Float32Array(elements),
});

test("the keyed permutation visits every index once, for any size and key", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 2 ** 31 }), (size, key) => {
      const places = new Set(Array.from({ length: size }, (_, i) => permuted(i, size, key)));
      return places.size === size && Math.max(...places) === size - 1;
    }),
    { seed: 1 },
  );
});

test("an epoch holds every target of every shard exactly once, after the token that stands before it", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 2, max: 60 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 1000 }),
      (lengths, sequence, seed) => {
        // Token values are all different, so a value says which target it is.
        let next = 0;
        const shards = lengths.map((length) => Uint32Array.from({ length }, () => next++));
        const seen = new Map<number, number>();
        const buffers = buffersFor(sequence);
        const windows = windowsPerEpoch(shards, sequence);
        for (let step = windows; step < 2 * windows; step++) {
          drawBatch(shards, { seed, step, batch: 1, sequence }, buffers);
          for (let i = 0; i < sequence; i++) {
            if (buffers.weights[i] === 0) continue;
            const target = Number(buffers.targets[i]);
            assert.equal(Number(buffers.ids[i]), target - 1);
            seen.set(target, (seen.get(target) ?? 0) + 1);
          }
        }
        const targets = shards.flatMap((tokens) => Array.from(tokens.subarray(1)));
        assert.deepEqual(
          [...seen].sort((a, b) => a[0] - b[0]),
          targets.map((target) => [target, 1]),
        );
      },
    ),
    { seed: 2 },
  );
});

test("weights of a batch sum to one and padding has none", () => {
  const buffers = buffersFor(3 * 8);
  const counted = drawBatch([Uint16Array.from({ length: 6 }, (_, i) => i)], { seed: 5, step: 0, batch: 3, sequence: 8 }, buffers);
  assert.equal(counted, 15);
  assert.equal(buffers.weights.filter((w) => w > 0).length, 15);
  assert.ok(Math.abs(buffers.weights.reduce((a, b) => a + b, 0) - 1) < 1e-6);
});

test("a batch depends on seed and step alone", () => {
  const shards = [Uint16Array.from({ length: 500 }, (_, i) => i)];
  const draw = (seed: number, step: number) => {
    const buffers = buffersFor(64);
    drawBatch(shards, { seed, step, batch: 4, sequence: 16 }, buffers);
    return buffers.ids.join();
  };
  draw(1, 99);
  assert.equal(draw(1, 3), draw(1, 3));
  assert.notEqual(draw(1, 3), draw(1, 4));
  assert.notEqual(draw(1, 3), draw(2, 3));
});

test("shards without a target are refused with SHARDS_EMPTY", () => {
  assert.throws(() => windowsPerEpoch([Uint16Array.of(0)], 8), { code: "SHARDS_EMPTY" });
});

test("a shard holds its documents between marks, says where each came from, and notices changed bytes", async () => {
  await using temporary = await mkdtempDisposable(join(tmpdir(), "entente-shard-"));
  const tokenizerPath = join(temporary.path, "tokenizer.json");
  const tokenizer = await trainTokenizer({ documents: ["one two one two"], vocabularySize: 262 });
  await saveTokenizer(tokenizer, tokenizerPath);
  const file = join(temporary.path, "nested", "x.bin");
  const documents = [
    { id: "a", source: "s1", text: "one é" },
    { id: "b", source: "s2", text: new TextEncoder().encode("two") },
    { id: "c", source: "s2", text: "" },
  ];
  await writeShard({ file, tokenizerPath, documents });
  const { index, tokens } = await readShard(file);
  assert.deepEqual(
    index.documents.map(({ id, source, bytes }) => [id, source, bytes]),
    [
      ["a", "s1", 6],
      ["b", "s2", 3],
      ["c", "s2", 0],
    ],
  );
  for (const [i, { start, tokens: count }] of index.documents.entries()) {
    const ids = Array.from(tokens.subarray(start, start + count));
    assert.deepEqual([ids[0], ids.at(-1)], [tokenizer.bos, tokenizer.eos]);
    assert.equal(tokenizer.decode(ids), ["one é", "two", ""][i]);
  }
  const bytes = await readFile(file);
  bytes[2] = bytes[2]! ^ 1;
  await writeFile(file, bytes);
  await assert.rejects(readShard(file), { code: "SHARD_INVALID" });
});
