import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Bqm,
  bqmFromPairs,
  cqmFrom,
  feasible,
  labelOf,
  QuantumError,
  type SampleSet,
  sampleSetFromDimod,
  sampleSetFromSpins,
  sampleSetToDimod,
  sampleTableFromDimod,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { randomModel } from "./models.ts";
import { needsOcean, ocean } from "./ocean.ts";

function randomSet(seed: number, size: number, vartype: "SPIN" | "BINARY"): { model: Bqm; set: SampleSet } {
  const plain = randomModel(seed, size, { vartype, density: 0.2, whole: true });
  const model =
    seed % 2 ? plain : bqmFromPairs({ ...plain, labels: Array.from({ length: size }, (_, i) => (i % 3 === 1 ? i : `v${i}`)) });
  const random = new Random(seed, 3);
  const rows = Array.from({ length: 5 }, () => Array.from({ length: size }, () => (random.unit() < 0.5 ? -1 : 1)));
  return { model, set: sampleSetFromSpins(model, rows) };
}

const sizes = [1, 31, 32, 33, 70];

for (const packed of [true, false])
  test(`a ${packed ? "packed" : "plain"} set in dimod's schema is read back as the same set`, () => {
    for (const [seed, size] of sizes.entries())
      for (const vartype of ["SPIN", "BINARY"] as const) {
        const { set } = randomSet(seed, size, vartype);
        assert.deepEqual(sampleSetFromDimod(JSON.parse(JSON.stringify(sampleSetToDimod(set, { packed })))), set);
      }
  });

test("dimod reads our sets, packed and plain, and we read its", needsOcean, () => {
  const cases = sizes.flatMap((size, seed) => (["SPIN", "BINARY"] as const).map((vartype) => randomSet(seed, size, vartype)));
  const given = cases.flatMap(({ set }) => [sampleSetToDimod(set), sampleSetToDimod(set, { packed: false })]);
  const back = ocean(
    `
result = []
for serial in given:
    s = dimod.SampleSet.from_serializable(serial)
    result.append({"rows": s.record.sample.tolist(), "labels": list(s.variables), "energy": s.record.energy.tolist(),
      "packed": s.to_serializable(), "plain": s.to_serializable(pack_samples=False)})`,
    given,
  ) as { rows: number[][]; labels: unknown[]; energy: number[]; packed: unknown; plain: unknown }[]; // why: the script above writes it
  for (const [k, answer] of back.entries()) {
    const { set, model } = cases[k >> 1]!;
    assert.deepEqual(answer.rows.flat(), [...set.values]);
    assert.deepEqual(
      answer.labels,
      Array.from({ length: set.size }, (_, i) => labelOf(model, i)),
    );
    assert.deepEqual(answer.energy, [...set.energies]);
    assert.deepEqual(sampleSetFromDimod(answer.packed), set);
    assert.deepEqual(sampleSetFromDimod(answer.plain), set);
  }
});

test("a dimod set of integers and reals with feasibility vectors is read as a table", needsOcean, () => {
  const serial = ocean(
    `
s = dimod.SampleSet.from_samples(([[1, 2.5], [-3, 4]], [("t", 1), "z"]), energy=[1, 2.5], vartype="INTEGER", sort_labels=False,
  is_feasible=[True, False], is_satisfied=[[True, False], [False, False]], info={"constraint_labels": ["p", "q"]})
result = s.to_serializable()`,
    null,
  );
  const table = sampleTableFromDimod(serial);
  assert.deepEqual(table.labels, ['["t",1]', "z"]);
  assert.deepEqual([...table.values], [1, 2.5, -3, 4]);
  assert.deepEqual(table.vectors.is_satisfied, { width: 2, values: [true, false, false, false] });
  assert.deepEqual([table.info, table.variableType], [{ constraint_labels: ["p", "q"] }, "INTEGER"]);
  assert.throws(() => sampleSetFromDimod(serial), /variable_type: wanted SPIN or BINARY/);
});

test("the feasible rows of a table are found by the model, in its order of variables, lowest energy first", () => {
  const cqm = cqmFrom({
    variables: [
      { label: "x", kind: "binary" },
      { label: "n", kind: "integer", lower: -5, upper: 5 },
    ],
    objective: { linear: [["n", -1]] },
    constraints: [
      {
        label: "c",
        linear: [
          ["x", 3],
          ["n", 1],
        ],
        sense: "<=",
        right: 3,
      },
    ],
  });
  const json = {
    type: "SampleSet",
    version: { sampleset_schema: "3.2.0" },
    num_variables: 2,
    num_rows: 3,
    sample_data: {
      data: [
        [-2, 1],
        [1, 1],
        [2, 0],
      ],
    },
    sample_packed: false,
    vectors: { energy: { data: [0, 0, 0], shape: [3] }, is_feasible: { data: [true, true, true], shape: [3] } },
    variable_labels: ["n", "x"],
    variable_type: "INTEGER",
  };
  const rows = feasible(sampleTableFromDimod(json), cqm);
  assert.deepEqual(
    rows.map(({ row, sample, energy }) => [row, [...sample], energy]),
    [
      [2, [0, 2], -2],
      [0, [1, -2], 2],
    ],
  );
  const lacking = sampleTableFromDimod({ ...json, variable_labels: ["n", "y"] });
  assert.throws(
    () => feasible(lacking, cqm),
    (e: unknown) => e instanceof QuantumError && e.code === "SAMPLE_SET_INVALID",
  );
});

test("JSON that is no dimod set is refused, naming the field", () => {
  const { set } = randomSet(1, 33, "SPIN");
  const good = sampleSetToDimod(set);
  const plain = sampleSetToDimod(set, { packed: false }) as { sample_data: object }; // why: written above
  const bad: [string, unknown][] = [
    ["value", []],
    ["type", { ...good, type: "BinaryQuadraticModel" }],
    ["version", { ...good, version: { sampleset_schema: "2.0.0" } }],
    ["num_variables", { ...good, num_variables: 1.5 }],
    ["num_rows", { ...good, num_rows: 2 ** 40 }],
    ["variable_labels", { ...good, variable_labels: [1] }],
    ["variable_labels", { ...good, variable_labels: new Array(33).fill("x") }],
    ["variable_type", { ...good, variable_type: "X" }],
    ["sample_data", { ...good, sample_data: { data: [[1]], shape: [1, 1] } }],
    ["sample_data", { ...good, sample_data: { data: "AAAA", use_bytes: true } }],
    ["sample_data", { ...plain, sample_data: { ...plain.sample_data, data: new Array(5).fill(new Array(33).fill(2)) } }],
    ["vectors.energy", { ...good, vectors: {} }],
    ["vectors.energy.shape", { ...good, vectors: { energy: { data: [1], shape: [1] } } }],
  ];
  for (const [field, json] of bad)
    assert.throws(
      () => sampleSetFromDimod(json),
      (e: unknown) => e instanceof QuantumError && e.code === "SAMPLE_SET_INVALID" && e.details.field === field,
      field,
    );
});
