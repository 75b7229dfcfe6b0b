import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adjacencyOf,
  type Chip,
  checkEmbedding,
  chimera,
  cliqueEmbedding,
  type Embedding,
  pegasus,
  QuantumError,
  withDefects,
  zephyr,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { askOcean, needsOcean } from "./ocean-peer.ts";
import { complete } from "./source-graphs.ts";

function damaged(chip: Chip, seed: number, qubits: number, couplers: number): Chip {
  const random = new Random(seed);
  return withDefects(chip, {
    qubits: Array.from({ length: qubits }, () => chip.qubits[random.below(chip.qubits.length)]!),
    couplers: Array.from({ length: couplers }, (): [number, number] => {
      const k = random.below(chip.rows.length);
      return [chip.rows[k]!, chip.columns[k]!];
    }),
  });
}

const longest = (chains: Embedding) => Math.max(...chains.map((chain) => chain.length));

test("perfect chips give the cliques of the literature: K180 on Pegasus 16 with chains of 17, K64 on Chimera 16, K184 on Zephyr 12", async () => {
  for (const [chip, size, length] of [
    [pegasus(16), 180, 17],
    [pegasus(4), 36, 5],
    [chimera(16), 64, 17],
    [chimera(4, 6), 16, 5],
    [zephyr(12), 184, 14],
  ] as const) {
    const chains = await cliqueEmbedding(chip);
    assert.equal(chains.length, size);
    assert.ok(longest(chains) <= length, `${chip.type} ${longest(chains)}`);
    checkEmbedding(chains, complete(size), adjacencyOf(chip));
  }
});

test("every size from 1 to the largest is embedded, none larger", async () => {
  for (const chip of [chimera(3, 5, 3), pegasus(3), zephyr(2)]) {
    const target = adjacencyOf(chip);
    const most = (await cliqueEmbedding(chip)).length;
    for (let size = 1; size <= most; size++) {
      const chains = await cliqueEmbedding(chip, { size });
      checkEmbedding(chains, complete(size), target);
    }
    const tooLarge = cliqueEmbedding(chip, { size: most + 1 });
    await assert.rejects(tooLarge, (e: unknown) => e instanceof QuantumError && e.code === "EMBEDDING_NOT_FOUND");
  }
});

test("damaged chips give valid cliques, and at least nine tenths of what busclique finds", needsOcean, async () => {
  const chips = [
    ...[1, 2].flatMap((seed) => [
      damaged(chimera(6), seed, 8, 4),
      damaged(pegasus(4), seed, 8, 4),
      damaged(zephyr(3), seed, 8, 4),
    ]),
  ];
  const theirs = askOcean(
    `
import dwave.graphs as graphs
from minorminer import busclique
make = {"chimera": graphs.chimera_graph, "pegasus": graphs.pegasus_graph, "zephyr": graphs.zephyr_graph}
answer = []
for kind, shape, qubits, couplers in given:
    graph = make[kind](*shape, node_list=qubits, edge_list=couplers)
    answer.append(len(busclique.busgraph_cache(graph).largest_clique()))
`,
    chips.map(({ type, shape, qubits, rows, columns }) => [
      type,
      shape,
      [...qubits],
      Array.from(rows, (u, k) => [u, columns[k]]),
    ]),
  ) as number[]; // why: the script above answers in this form
  for (const [k, chip] of chips.entries()) {
    const chains = await cliqueEmbedding(chip);
    checkEmbedding(chains, complete(chains.length), adjacencyOf(chip));
    assert.ok(chains.length >= 0.9 * theirs[k]!, `${chip.type} ${chip.shape}: ${chains.length} of ${theirs[k]}`);
  }
});

test("a Pegasus 16 with thirty broken qubits still takes a clique of 150", async () => {
  const chip = damaged(pegasus(16), 1, 30, 8);
  const chains = await cliqueEmbedding(chip);
  checkEmbedding(chains, complete(chains.length), adjacencyOf(chip));
  assert.ok(chains.length >= 150, `${chains.length}`);
});

test("a chip with nothing left, and sizes that are none, are refused", async () => {
  const empty = withDefects(chimera(1), { qubits: [0, 1, 2, 3, 4, 5, 6, 7] });
  const refused = (code: string) => (e: unknown) => e instanceof QuantumError && e.code === code;
  await assert.rejects(cliqueEmbedding(empty), refused("EMBEDDING_NOT_FOUND"));
  await assert.rejects(cliqueEmbedding(chimera(1), { size: 0.5 }), refused("OPTION_INVALID"));
});
