import assert from "node:assert/strict";
import { test } from "node:test";
import {
  adjacencyOf,
  type Chip,
  chimera,
  chimeraFromLinear,
  chimeraToLinear,
  chipFromSolver,
  coupled,
  niceFromPegasus,
  pegasus,
  pegasusFromLinear,
  pegasusFromNice,
  pegasusToLinear,
  perfectChip,
  QuantumError,
  qubitPlaces,
  withDefects,
  zephyr,
  zephyrFromLinear,
  zephyrToLinear,
} from "../src/index.ts";
import { askOcean, needsOcean } from "./ocean-peer.ts";

test("the topologies have as many qubits and couplers as D-Wave's chips", () => {
  const counts = (chip: Chip) => [chip.qubits.length, chip.rows.length];
  assert.deepEqual(counts(pegasus(16)), [5640, 40484]);
  assert.deepEqual(counts(pegasus(4)), [264, 1604]);
  assert.deepEqual(counts(zephyr(12)), [4800, 45864]);
  assert.deepEqual(counts(zephyr(15)), [7440, 71736]);
  assert.deepEqual(counts(zephyr(3)), [336, 2808]);
  assert.deepEqual(counts(chimera(16)), [2048, 6016]);
});

test("coordinates and linear indices are each other's inverse", () => {
  for (const chip of [chimera(3, 4, 2), pegasus(3), zephyr(3, 2)]) {
    const { shape } = chip;
    for (const q of chip.qubits) {
      const back =
        chip.type === "chimera"
          ? chimeraToLinear(shape, chimeraFromLinear(shape, q))
          : chip.type === "pegasus"
            ? pegasusToLinear(shape, pegasusFromLinear(shape, q))
            : zephyrToLinear(shape, zephyrFromLinear(shape, q));
      assert.equal(back, q);
    }
  }
  let nice = 0;
  for (const q of pegasus(4).qubits) {
    const coordinate = niceFromPegasus([4], pegasusFromLinear([4], q));
    if (coordinate === undefined) continue;
    nice++;
    assert.equal(pegasusToLinear([4], pegasusFromNice(coordinate)), q);
  }
  assert.equal(nice, 3 * 3 ** 2 * 8, "3(m-1)^2 cells of 8 qubits");
});

test("edges and coordinates are those of dwave-graphs", needsOcean, () => {
  const cases = [
    chimera(4),
    chimera(3, 5, 2),
    chimera(16),
    pegasus(2),
    pegasus(5),
    pegasus(16),
    zephyr(1),
    zephyr(4, 3),
    zephyr(12),
  ];
  const peer = askOcean(
    `
import dwave.graphs as graphs
make = {"chimera": graphs.chimera_graph, "pegasus": graphs.pegasus_graph, "zephyr": graphs.zephyr_graph}
answer = {"edges": [], "coordinates": []}
for kind, shape in given:
    edges = sorted([min(e), max(e)] for e in make[kind](*shape).edges)
    answer["edges"].append(edges)
answer["chimera"] = [graphs.chimera_coordinates(3, 5, 2).linear_to_chimera(q) for q in range(60)]
c = graphs.pegasus_coordinates(5)
qubits = sorted(graphs.pegasus_graph(5).nodes)
answer["pegasus"] = [c.linear_to_pegasus(q) for q in qubits]
nice = sorted(graphs.pegasus_graph(5, nice_coordinates=True).nodes)
answer["nice"] = [[n, c.nice_to_pegasus(n)] for n in nice]
answer["zephyr"] = [graphs.zephyr_coordinates(4, 3).linear_to_zephyr(q) for q in range(432)]
`,
    cases.map((chip) => [chip.type, chip.shape]),
  ) as {
    edges: number[][][];
    chimera: number[][];
    pegasus: number[][];
    nice: [[number, number, number, number, number], number[]][];
    zephyr: number[][];
  }; // why: the script above answers in this form
  for (const [k, chip] of cases.entries()) {
    const ours = Array.from(chip.rows, (u, e) => [u, chip.columns[e]!]);
    assert.deepEqual(ours, peer.edges[k], `${chip.type} ${chip.shape}`);
  }
  assert.deepEqual(
    Array.from(chimera(3, 5, 2).qubits, (q) => [...chimeraFromLinear([3, 5, 2], q)]),
    peer.chimera,
  );
  assert.deepEqual(
    Array.from(pegasus(5).qubits, (q) => [...pegasusFromLinear([5], q)]),
    peer.pegasus,
  );
  assert.deepEqual(
    Array.from(zephyr(4, 3).qubits, (q) => [...zephyrFromLinear([4, 3], q)]),
    peer.zephyr,
  );
  for (const [nice, coordinate] of peer.nice) assert.deepEqual([...pegasusFromNice(nice)], coordinate);
});

test("a chip loses what is broken and is found again in a solver's lists", () => {
  const perfect = pegasus(3);
  const gone = [perfect.qubits[10]!, perfect.qubits[40]!];
  const damaged = withDefects(perfect, { qubits: gone, couplers: [[perfect.columns[0]!, perfect.rows[0]!]] });
  assert.equal(damaged.qubits.length, perfect.qubits.length - 2);
  const adjacency = adjacencyOf(damaged);
  for (const q of gone) assert.equal(adjacency.start[q + 1], adjacency.start[q]);
  assert.equal(coupled(adjacency, perfect.rows[0]!, perfect.columns[0]!), false);
  assert.equal(coupled(adjacencyOf(perfect), perfect.rows[0]!, perfect.columns[0]!), true);
  const couplers = Array.from(damaged.rows, (u, k): [number, number] => [damaged.columns[k]!, u]);
  const rebuilt = chipFromSolver(perfectChip("pegasus", [3]), [...damaged.qubits].reverse(), couplers.reverse());
  assert.deepEqual(rebuilt, damaged);
});

test("neighbours are sorted and mutual", () => {
  for (const chip of [chimera(2, 3, 4), pegasus(3), zephyr(2, 4)]) {
    const { start, neighbours } = adjacencyOf(chip);
    assert.equal(neighbours.length, 2 * chip.rows.length);
    for (const q of chip.qubits) {
      const own = [...neighbours.subarray(start[q]!, start[q + 1]!)];
      assert.deepEqual(
        own,
        own.toSorted((a, b) => a - b),
      );
      for (const other of own) assert.ok(neighbours.subarray(start[other]!, start[other + 1]!).includes(q));
    }
  }
});

test("qubits are drawn inside the square, at places of their own, coupled ones near each other", () => {
  for (const chip of [chimera(4, 6, 4), pegasus(6), zephyr(4)]) {
    const places = qubitPlaces(chip);
    const seen = new Set(Array.from(chip.qubits, (q) => `${places[2 * q]!.toFixed(6)} ${places[2 * q + 1]!.toFixed(6)}`));
    assert.equal(seen.size, chip.qubits.length, chip.type);
    for (const q of chip.qubits)
      for (const axis of [0, 1]) assert.ok(places[2 * q + axis]! >= 0 && places[2 * q + axis]! <= 1, `${chip.type} ${q}`);
    for (let k = 0; k < chip.rows.length; k++) {
      const [u, v] = [chip.rows[k]!, chip.columns[k]!];
      const distance = Math.hypot(places[2 * u]! - places[2 * v]!, places[2 * u + 1]! - places[2 * v + 1]!);
      assert.ok(distance <= 0.26, `${chip.type} ${u} ${v}: ${distance}`);
    }
  }
});

test("shapes that make no chip, and lists of another chip, are refused", () => {
  const refused = (make: () => unknown, field: string) =>
    assert.throws(make, (e: unknown) => e instanceof QuantumError && e.code === "TOPOLOGY_INVALID" && e.details.field === field);
  refused(() => pegasus(1), "m");
  refused(() => chimera(2, 0.5), "n");
  refused(() => zephyr(2, 1e9), "t");
  refused(() => perfectChip("hexagon", [2]), "type");
  refused(() => perfectChip("pegasus", []), "shape");
  refused(() => chipFromSolver(chimera(1), [0, 99], []), "qubits");
  refused(() => chipFromSolver(chimera(1), [0, 1], [[0, 1]]), "couplers");
  refused(() => chipFromSolver(chimera(1), [0, 1], [[0, 4]]), "couplers");
});
