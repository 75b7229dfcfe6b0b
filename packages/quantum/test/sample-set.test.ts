import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aggregated,
  assignmentAt,
  bqmFromTerms,
  joined,
  lowest,
  QuantumError,
  sampleAt,
  sampleSetFromJson,
  sampleSetFromSpins,
  sampleSetToJson,
  truncated,
} from "../src/index.ts";

const model = bqmFromTerms({
  vartype: "BINARY",
  linear: [
    ["a", -1],
    ["b", 2],
  ],
  quadratic: [["a", "b", -4]],
});
const set = sampleSetFromSpins(model, [
  [1, -1],
  [1, 1],
  [-1, -1],
  [1, 1],
]);

test("spins become values of the model's vartype with the model's energies", () => {
  assert.deepEqual([...sampleAt(set, 1)], [1, 1]);
  assert.deepEqual([...set.energies], [-1, -3, 0, -3]);
  assert.deepEqual(
    [...assignmentAt(set, 0)],
    [
      ["a", 1],
      ["b", 0],
    ],
  );
});

test("aggregating sorts by energy and merges equal samples", () => {
  const merged = aggregated(set);
  assert.deepEqual([...merged.energies], [-3, -1, 0]);
  assert.deepEqual([...merged.occurrences], [2, 1, 1]);
  assert.deepEqual([...aggregated(joined([merged, set])).occurrences], [4, 2, 2]);
});

test("lowest keeps the rows of lowest energy, truncated the first of them", () => {
  assert.deepEqual([...lowest(set).energies], [-3, -3]);
  assert.deepEqual([...lowest(set, 2).energies], [-1, -3, -3]);
  assert.deepEqual([...truncated(set, 3).energies], [-3, -3, -1]);
});

test("a sample set survives JSON", () => {
  assert.deepEqual(sampleSetFromJson(JSON.parse(JSON.stringify(sampleSetToJson(set)))), set);
});

test("JSON that is no sample set is refused, naming the field", () => {
  const good = sampleSetToJson(set);
  const bad: [string, unknown][] = [
    ["value", null],
    ["type", { ...good, type: "x" }],
    ["vartype", { ...good, vartype: "TERNARY" }],
    ["size", { ...good, size: -1 }],
    ["samples", { ...good, samples: ["10", "1"] }],
    ["samples", { ...good, samples: ["12", "11", "00", "11"] }],
    ["energies", { ...good, energies: [1, 2] }],
    ["energies", { ...good, energies: [1, 2, null, 3] }],
    ["labels", { ...good, labels: ["a"] }],
  ];
  for (const [field, json] of bad) {
    assert.throws(
      () => sampleSetFromJson(json),
      (e: unknown) => e instanceof QuantumError && e.code === "SAMPLE_SET_INVALID" && e.details.field === field,
      field,
    );
  }
});
