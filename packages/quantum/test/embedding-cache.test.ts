import assert from "node:assert/strict";
import { test } from "node:test";
import { EmbeddingCache, QuantumError, sourceHash } from "../src/index.ts";
import { complete } from "./source-graphs.ts";

test("equal graphs have one hash however their edges are written, different ones do not", () => {
  const hash = sourceHash({ size: 3, rows: [0, 1], columns: [1, 2] });
  assert.equal(sourceHash({ size: 3, rows: [2, 1, 0], columns: [1, 0, 1] }), hash);
  assert.notEqual(sourceHash({ size: 4, rows: [0, 1], columns: [1, 2] }), hash);
  assert.notEqual(sourceHash({ size: 3, rows: [0, 0], columns: [1, 2] }), hash);
});

test("the least recently used embedding goes first, and targets are kept apart", () => {
  const cache = new EmbeddingCache(2);
  cache.set("a", complete(2), [[0], [1]]);
  cache.set("b", complete(2), [[2], [3]]);
  assert.deepEqual(cache.get("a", complete(2)), [[0], [1]]);
  cache.set("a", complete(3), [[4], [5], [6]]);
  assert.equal(cache.get("b", complete(2)), undefined);
  assert.deepEqual(cache.get("a", complete(2)), [[0], [1]]);
});

test("a cache survives JSON, and hostile JSON is refused with EMBEDDING_INVALID", () => {
  const cache = new EmbeddingCache();
  cache.set("chip", complete(2), [[0, 3], [1]]);
  const again = EmbeddingCache.fromJSON(JSON.parse(JSON.stringify(cache)));
  assert.deepEqual(again.get("chip", complete(2)), [[0, 3], [1]]);
  for (const json of [
    null,
    { type: "other", entries: [] },
    { type: "entente.embeddings/1", entries: 3 },
    { type: "entente.embeddings/1", entries: [{ key: 1, embedding: [] }] },
    { type: "entente.embeddings/1", entries: [{ key: "k", embedding: [[-1]] }] },
  ]) {
    assert.throws(
      () => EmbeddingCache.fromJSON(json),
      (e: unknown) => e instanceof QuantumError && e.code === "EMBEDDING_INVALID",
    );
  }
});
