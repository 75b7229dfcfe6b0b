import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adjacencyOf,
  type Bqm,
  bqmFromPairs,
  checkEmbedding,
  chimera,
  cliqueEmbedding,
  converted,
  embeddedModel,
  embeddingReport,
  energyOf,
  findEmbedding,
  fittedToRanges,
  labelOf,
  loadSampler,
  packedEmbeddings,
  pegasus,
  QuantumError,
  randomReversal,
  reversed,
  type SampleSet,
  sampleAt,
  sampleSetFromSpins,
  scaledStrength,
  solve,
  tiledEmbeddings,
  torqueCompensation,
  unembedded,
  unreversed,
  type Vartype,
  withDefects,
  zephyr,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { askOcean, needsOcean } from "./ocean-peer.ts";
import { complete, randomGraph } from "./source-graphs.ts";

const chip = pegasus(3);
const target = adjacencyOf(chip);

function randomModel(seed: number, vartype: Vartype, size = 9): Bqm {
  const random = new Random(seed, 1);
  const { rows, columns } = randomGraph(size, 0.6, seed);
  const bias = () => random.unit() * 4 - 2;
  return bqmFromPairs({
    vartype,
    size,
    rows,
    columns,
    biases: Array.from(rows, bias),
    linear: Array.from({ length: size }, bias),
    offset: bias(),
  });
}

function randomSamples(model: Bqm, seed: number, count: number): SampleSet {
  const random = new Random(seed, 2);
  const rows = Array.from({ length: count }, () => Array.from({ length: model.size }, () => (random.below(4) === 0 ? -1 : 1)));
  return sampleSetFromSpins(model, rows);
}

test("a sample whose chains all hold has the same energy in both models", async () => {
  for (const vartype of ["SPIN", "BINARY"] as const) {
    for (let seed = 1; seed <= 5; seed++) {
      const model = randomModel(seed, vartype);
      const embedding = await findEmbedding(model, target, { seed });
      const embedded = embeddedModel([{ model, embedding }], target);
      const random = new Random(seed);
      const values = Array.from({ length: model.size }, () => (random.below(2) === 1 ? 1 : vartype === "SPIN" ? -1 : 0));
      const spread = Array.from({ length: embedded.size }, (_, i) => {
        const q = labelOf(embedded, i);
        return values[embedding.findIndex((chain) => chain.some((other) => other === q))]!;
      });
      assert.ok(Math.abs(energyOf(embedded, spread) - energyOf(model, values)) < 1e-9);
    }
  }
});

test("an embedded model, solved and read back, gives the source's lowest energy", async () => {
  const model = randomModel(3, "SPIN");
  const embedding = await cliqueEmbedding(chip, { size: model.size });
  const exact = (await solve(model, { solver: "exact" })).provenance.energy;
  const sampler = await loadSampler("simulated-annealing");
  const samples = await sampler.sample(embeddedModel([{ model, embedding }], target), { seed: 1, reads: 20, sweeps: 2000 });
  const { samples: read, chainBreaks } = unembedded(samples, model, embedding);
  assert.ok(Math.abs(Math.min(...read.energies) - exact) < 1e-9);
  assert.equal(chainBreaks.length, samples.count);
});

test("chain strength, embedded model and unembedded samples are those of dwave-system", needsOcean, async () => {
  const cases = [];
  for (const vartype of ["SPIN", "BINARY"] as const) {
    for (let seed = 1; seed <= 6; seed++) {
      const model = randomModel(seed, vartype);
      const embedding = await findEmbedding(model, target, { seed });
      const embedded = embeddedModel([{ model, embedding }], target);
      cases.push({ model, embedding, embedded, samples: randomSamples(embedded, seed, 30) });
    }
  }
  const pairs = ({ rows, columns, biases }: Bqm) => Array.from(rows, (u, k) => [u, columns[k], biases[k]]);
  const theirs = askOcean(
    `
import dimod, numpy as np
import dwave.embedding as de
import dwave.graphs as graphs
adjacency = graphs.pegasus_graph(3).adj
answer = []
for case in given:
    bqm = dimod.BQM(case["vartype"])
    for v, bias in enumerate(case["linear"]): bqm.add_linear(v, bias)
    for u, v, bias in case["quadratic"]: bqm.add_quadratic(u, v, bias)
    bqm.offset = case["offset"]
    embedding = dict(enumerate(case["embedding"]))
    embedded = de.embed_bqm(bqm, embedding, adjacency)
    index = {q: i for i, q in enumerate(case["qubits"])}
    samples = dimod.SampleSet.from_samples_bqm((np.array(case["samples"], dtype=np.int8), case["qubits"]), embedded)
    read = {}
    for name, method in (("majority", de.majority_vote), ("discard", de.discard), ("energy", de.MinimizeEnergy(bqm, embedding))):
        un = de.unembed_sampleset(samples, embedding, bqm, chain_break_method=method, chain_break_fraction=True)
        order = [list(un.variables).index(v) for v in range(bqm.num_variables)]
        read[name] = {"values": un.record.sample[:, order].tolist(), "energies": un.record.energy.tolist(), "breaks": un.record.chain_break_fraction.tolist()}
    answer.append({
        "torque": de.chain_strength.uniform_torque_compensation(bqm),
        "scaled": de.chain_strength.scaled(bqm),
        "linear": [embedded.get_linear(q) for q in case["qubits"]],
        "quadratic": sorted([min(index[p], index[q]), max(index[p], index[q]), bias] for (p, q), bias in embedded.quadratic.items()),
        "offset": embedded.offset,
        "read": read,
    })
`,
    cases.map(({ model, embedding, embedded, samples }) => ({
      vartype: model.vartype,
      linear: [...model.linear],
      quadratic: pairs(model),
      offset: model.offset,
      embedding,
      qubits: embedded.labels,
      samples: Array.from({ length: samples.count }, (_, r) => [...sampleAt(samples, r)]),
    })),
  ) as {
    torque: number;
    scaled: number;
    linear: number[];
    quadratic: number[][];
    offset: number;
    read: Record<"majority" | "discard" | "energy", { values: number[][]; energies: number[]; breaks: number[] }>;
  }[]; // why: the script above answers in this form
  const close = (ours: ArrayLike<number>, peer: readonly number[], what: string) => {
    assert.equal(ours.length, peer.length, what);
    for (const [k, value] of peer.entries()) assert.ok(Math.abs(ours[k]! - value) < 1e-9, `${what} ${k}: ${ours[k]}, ${value}`);
  };
  for (const [k, { model, embedding, embedded, samples }] of cases.entries()) {
    const peer = theirs[k]!;
    close(
      [torqueCompensation(model), scaledStrength(model), embedded.offset],
      [peer.torque, peer.scaled, peer.offset],
      "strengths, offset",
    );
    close(embedded.linear, peer.linear, "linear");
    close(pairs(embedded).flat() as number[], peer.quadratic.flat(), "quadratic"); // why: all three are numbers
    for (const method of ["majority", "discard", "energy"] as const) {
      const read = unembedded(samples, model, embedding, method);
      const rows = Array.from({ length: read.samples.count }, (_, r) => [...sampleAt(read.samples, r)]);
      assert.deepEqual(rows, peer.read[method].values, method);
      close(read.samples.energies, peer.read[method].energies, `${method} energies`);
      close(read.chainBreaks, peer.read[method].breaks, `${method} breaks`);
    }
  }
});

test("a reversed model has the same energies under reversed samples", () => {
  for (const vartype of ["SPIN", "BINARY"] as const) {
    const model = randomModel(7, vartype);
    const reversal = randomReversal(model.size, 3);
    assert.ok(reversal.includes(-1) && reversal.includes(1));
    const turned = reversed(model, reversal);
    assert.equal(turned.vartype, vartype);
    const samples = randomSamples(turned, 5, 20);
    const back = unreversed(samples, reversal);
    for (let r = 0; r < 20; r++) assert.ok(Math.abs(energyOf(model, sampleAt(back, r)) - samples.energies[r]!) < 1e-9);
  }
});

test("scaling fills the chip's ranges and no more, also where they are lopsided", () => {
  const model = bqmFromPairs({
    vartype: "SPIN",
    size: 3,
    linear: [8, 0, -4],
    rows: [0, 1],
    columns: [1, 2],
    biases: [-6, 1],
    offset: 2,
  });
  const wide = fittedToRanges(model, { h: [-4, 4], j: [-2, 1] });
  assert.equal(wide.factor, 1 / 3);
  assert.deepEqual([...wide.model.biases], [-2, 1 / 3]);
  assert.equal(wide.model.offset, 2 / 3);
  assert.equal(fittedToRanges(model, { h: [-4, 4], j: [-1, 1] }).factor, 1 / 6);
  assert.equal(
    fittedToRanges(bqmFromPairs({ vartype: "BINARY", size: 1, rows: [], columns: [], biases: [] }), { h: [-4, 4], j: [-1, 1] })
      .factor,
    1,
  );
  const weak = fittedToRanges(
    converted(bqmFromPairs({ vartype: "SPIN", size: 1, linear: [0.5], rows: [], columns: [], biases: [] }), "BINARY"),
    { h: [-4, 4], j: [-1, 1] },
  );
  assert.equal(weak.factor, 8, "weak models are scaled up, as auto-scale does");
});

test("copies of a small problem fill a chip, broken qubits left out, and each gets its own answer", async () => {
  const cell = bqmFromPairs({
    vartype: "SPIN",
    size: 4,
    rows: [0, 0, 0, 1, 1, 2],
    columns: [1, 2, 3, 2, 3, 3],
    biases: [-1, 1, 1, 1, 1, -1],
  });
  for (const whole of [chimera(4), pegasus(4), zephyr(2)]) {
    const broken = withDefects(whole, { qubits: [whole.qubits[20]!, whole.qubits[50]!] });
    const adjacency = adjacencyOf(broken);
    const tiles = await tiledEmbeddings(cell, broken);
    for (const tile of tiles) checkEmbedding(tile, cell, adjacency);
    const qubits = tiles.flat(2);
    assert.equal(new Set(qubits).size, qubits.length, "disjoint");
    assert.ok(qubits.length > broken.qubits.length / 2, `${whole.type}: ${tiles.length} tiles, ${qubits.length} qubits`);
    const model = embeddedModel(
      tiles.map((embedding) => ({ model: cell, embedding })),
      adjacency,
    );
    const { samples } = await solve(model, { solver: "simulated-annealing", seed: 1 });
    const energies = tiles.map((tile) => unembedded(samples, cell, tile).samples.energies[0]!);
    assert.ok(energies.filter((energy) => energy === -6).length > tiles.length / 2);
  }
  assert.equal((await tiledEmbeddings(cell, chimera(4), { count: 3 })).length, 3);
});

test("different problems are packed side by side; what finds no room is left out", async () => {
  const sources = [randomGraph(6, 0.5, 1), complete(8), randomGraph(12, 0.3, 2), complete(60)];
  const packed = await packedEmbeddings(sources, pegasus(3), { tries: 3 });
  assert.equal(packed[3], undefined);
  const used = packed.flat(2).filter((q) => q !== undefined);
  assert.equal(new Set(used).size, used.length);
  for (const k of [0, 1, 2]) checkEmbedding(packed[k]!, sources[k]!, target);
});

test("a report counts qubits, couplers and breaks", () => {
  const source = complete(2);
  const embedding = [[0, 4], [1]];
  const cell = adjacencyOf(chimera(1));
  const model = bqmFromPairs({ vartype: "SPIN", size: 2, rows: [0], columns: [1], biases: [1] });
  const samples = sampleSetFromSpins(embeddedModel([{ model, embedding }], cell), [
    [1, 1, 1],
    [-1, 1, 1],
  ]);
  const result = { unembedded: unembedded(samples, model, embedding), reads: 2 };
  assert.deepEqual(embeddingReport(embedding, source, cell, result), {
    variables: 2,
    qubits: 3,
    longestChain: 2,
    meanChain: 1.5,
    chainCouplers: 1,
    edgeCouplers: 1,
    chains: [
      { variable: 0, qubits: [0, 4], broken: 0.5 },
      { variable: 1, qubits: [1], broken: 0 },
    ],
    chainBreakFraction: 0.25,
  });
});

test("chains that do not hold a model are refused with EMBEDDING_INVALID", () => {
  const cell = adjacencyOf(chimera(1));
  const model = bqmFromPairs({ vartype: "SPIN", size: 2, rows: [0], columns: [1], biases: [1] });
  const refused = (make: () => unknown) =>
    assert.throws(make, (e: unknown) => e instanceof QuantumError && e.code === "EMBEDDING_INVALID");
  refused(() => embeddedModel([{ model, embedding: [[0]] }], cell));
  refused(() => embeddedModel([{ model, embedding: [[0], []] }], cell));
  refused(() => embeddedModel([{ model, embedding: [[0], [1]] }], cell));
  refused(() => embeddedModel([{ model, embedding: [[0, 1], [4]] }], cell));
  refused(() => embeddedModel([{ model, embedding: [[0], [4, 0]] }], cell));
  refused(() => unembedded(sampleSetFromSpins(model, [[1, 1]]), model, [[0], [7]]));
});
