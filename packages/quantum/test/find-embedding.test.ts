import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adjacencyOf,
  checkEmbedding,
  chimera,
  findEmbedding,
  pegasus,
  QuantumError,
  type SourceGraph,
  withDefects,
  zephyr,
} from "../src/index.ts";
import { complete, randomGraph } from "./source-graphs.ts";

const pegasus6 = adjacencyOf(pegasus(6));

test("random and complete graphs are embedded on all topologies, for every seed", async () => {
  for (const chip of [chimera(8), pegasus(6), zephyr(4)]) {
    const target = adjacencyOf(chip);
    for (const source of [complete(12), randomGraph(30, 0.15, 1), randomGraph(20, 0.4, 2)]) {
      for (const seed of [1, 2, 3]) checkEmbedding(await findEmbedding(source, target, { seed }), source, target);
    }
  }
});

test("a graph that is the chip's own needs one qubit a variable", async () => {
  const target = adjacencyOf(chimera(3));
  const path: SourceGraph = {
    size: 20,
    rows: Array.from({ length: 19 }, (_, i) => i),
    columns: Array.from({ length: 19 }, (_, i) => i + 1),
  };
  const chains = await findEmbedding(path, target);
  checkEmbedding(chains, path, target);
  assert.equal(chains.flat().length, 20);
});

test("chips with holes, sources in pieces and variables without edges are embedded", async () => {
  const perfect = pegasus(4);
  // Cuts one qubit off the rest as well.
  const { start, neighbours } = adjacencyOf(perfect);
  const lonely = perfect.qubits[100]!;
  const around = neighbours.slice(start[lonely]!, start[lonely + 1]!);
  const target = adjacencyOf(withDefects(perfect, { qubits: around }));
  const source: SourceGraph = { size: 11, rows: [0, 0, 1, 4, 4, 5, 7], columns: [1, 2, 2, 5, 6, 6, 8] };
  const chains = await findEmbedding(source, target);
  checkEmbedding(chains, source, target);
  assert.ok(!chains.flat().some((q) => around.includes(q) || q === lonely));
});

test("the same seed gives the same chains", async () => {
  const source = randomGraph(24, 0.3, 5);
  assert.deepEqual(await findEmbedding(source, pegasus6, { seed: 9 }), await findEmbedding(source, pegasus6, { seed: 9 }));
});

test("fixed chains stay, initial ones are a beginning", async () => {
  const source = complete(8);
  const first = await findEmbedding(source, pegasus6, { seed: 3 });
  const fixed = first.map((chain, v) => (v < 3 ? chain : undefined));
  const second = await findEmbedding(source, pegasus6, { seed: 4, fixed });
  checkEmbedding(second, source, pegasus6);
  assert.deepEqual(second.slice(0, 3), first.slice(0, 3));
  const third = await findEmbedding(source, pegasus6, { seed: 5, initial: first });
  checkEmbedding(third, source, pegasus6);
  assert.ok(third.flat().length <= first.flat().length);
});

test("what does not fit is refused with EMBEDDING_NOT_FOUND", async () => {
  const small = adjacencyOf(chimera(1));
  const notFound = (e: unknown) => e instanceof QuantumError && e.code === "EMBEDDING_NOT_FOUND";
  await assert.rejects(findEmbedding(complete(9), small), notFound);
  await assert.rejects(findEmbedding(complete(6), small, { tries: 3 }), notFound);
  await assert.rejects(findEmbedding(complete(40), pegasus6, { timeLimitMs: 1 }), notFound);
});

test("a signal stops the search within a few slices, progress comes while it runs", async () => {
  const controller = new AbortController();
  let seen = 0;
  const running = findEmbedding(complete(40), adjacencyOf(pegasus(12)), {
    signal: controller.signal,
    progress: ({ qubits }) => {
      assert.ok(qubits > 0);
      if (++seen === 2) controller.abort(new Error("enough"));
    },
  });
  await assert.rejects(running, /enough/);
  assert.equal(seen, 2);
});

test("an embedding that does not hold is refused with what is wrong", () => {
  const target = adjacencyOf(chimera(2));
  const source = complete(2);
  const refused = (embedding: number[][], message: RegExp) =>
    assert.throws(
      () => checkEmbedding(embedding, source, target),
      (e: unknown) => e instanceof QuantumError && e.code === "EMBEDDING_INVALID" && message.test(e.message),
    );
  checkEmbedding([[0], [4]], source, target);
  refused([[0]], /2 chains/);
  refused([[0], []], /at least one qubit/);
  refused([[0], [99]], /qubits from 0 to 31/);
  refused([[0], [4, 0]], /one chain only/);
  refused([[0, 1], [4]], /connected chain/);
  refused([[0], [1]], /a coupler between/);
});
