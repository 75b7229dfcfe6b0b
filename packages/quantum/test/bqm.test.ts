import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bqmFromPairs,
  bqmFromTerms,
  converted,
  densityOf,
  energyOf,
  labelOf,
  QuantumError,
  quboFromDense,
  spinProblem,
} from "../src/index.ts";
import { energyFrom, localFields } from "../src/models/spin-problem.ts";
import { Random } from "../src/random.ts";
import { randomModel } from "./models.ts";

const seed = 20261124;
const coded = (code: string, text?: RegExp) => (e: unknown) =>
  e instanceof QuantumError && e.code === code && (text?.test(e.message) ?? true);
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a)), `${a} is not ${b}`);

test("a dense QUBO gives x'Qx, as an upper triangle and as a symmetric matrix", () => {
  const upper = quboFromDense([
    [1, 2, 0],
    [0, -3, 4],
    [0, 0, 5],
  ]);
  const symmetric = quboFromDense([
    [1, 1, 0],
    [1, -3, 2],
    [0, 2, 5],
  ]);
  for (let bits = 0; bits < 8; bits++) {
    const x: [number, number, number] = [bits & 1, (bits >> 1) & 1, bits >> 2];
    const wanted = x[0] + 2 * x[0] * x[1] - 3 * x[1] + 4 * x[1] * x[2] + 5 * x[2];
    assert.equal(energyOf(upper, x), wanted);
    assert.equal(energyOf(symmetric, x), wanted);
  }
  assert.equal(upper.biases.length, 2, "zeros are no couplings");
});

test("a matrix that is neither symmetric nor an upper triangle is refused, naming both entries", () => {
  const q = Array.from({ length: 8 }, () => new Array<number>(8).fill(0));
  q[3]![7] = 2;
  q[7]![3] = 1.5;
  assert.throws(
    () => quboFromDense(q),
    coded("QUBO_NOT_SYMMETRIC", /^Q\[3,7\] is 2 but Q\[7,3\] is 1.5; give an upper triangle or a symmetric matrix$/),
  );
  assert.throws(() => quboFromDense([[1, 2], [3]]), coded("QUBO_NOT_SQUARE", /row 1 has 1/));
  assert.throws(() => quboFromDense([[Number.NaN]]), coded("BQM_NUMBER_INVALID"));
});

test("the energy of a model in the other vartype is the same for every sample", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 0, max: 12 }),
      fc.constantFrom("SPIN" as const, "BINARY" as const),
      (s, n, vartype) => {
        const model = randomModel(s, n, { vartype });
        const other = converted(model, vartype === "SPIN" ? "BINARY" : "SPIN");
        const random = new Random(s, 7);
        const bits = Array.from({ length: n }, () => random.below(2));
        const as = (v: string) => bits.map((b) => (v === "SPIN" ? 2 * b - 1 : b));
        close(energyOf(model, as(model.vartype)), energyOf(other, as(other.vartype)));
        const back = converted(other, vartype);
        close(energyOf(back, as(vartype)), energyOf(model, as(vartype)));
      },
    ),
    { seed, numRuns: 200 },
  );
});

test("the CSR view gives the same energies and the energy change of each flip", () => {
  for (let s = 0; s < 20; s++) {
    const model = randomModel(s, 15, { vartype: "BINARY" });
    const problem = spinProblem(model);
    const random = new Random(s, 1);
    const spins = Float64Array.from({ length: 15 }, () => random.below(2) * 2 - 1);
    const local = new Float64Array(15);
    localFields(problem, spins, local);
    const x = spins.map((v) => (v + 1) / 2);
    close(energyFrom(problem, spins, local) + problem.offset, energyOf(model, x));
    for (let i = 0; i < 15; i++) close(energyOf(model, x.with(i, 1 - x[i]!)) - energyOf(model, x), -2 * spins[i]! * local[i]!);
  }
});

test("labelled terms become indexes in order of appearance, and repeated terms add up", () => {
  const model = bqmFromTerms({
    vartype: "BINARY",
    linear: [
      ["tea", 1],
      ["milk", -2],
      ["tea", 1],
    ],
    quadratic: [
      ["milk", "tea", 3],
      ["tea", "milk", 1],
      ["milk", "sugar", 5],
    ],
    offset: 7,
  });
  assert.deepEqual(
    [0, 1, 2].map((i) => labelOf(model, i)),
    ["tea", "milk", "sugar"],
  );
  assert.deepEqual([...model.linear], [2, -2, 0]);
  assert.deepEqual(
    [[...model.rows], [...model.columns], [...model.biases]],
    [
      [0, 1],
      [1, 2],
      [4, 5],
    ],
  );
  assert.equal(energyOf(model, [1, 1, 1]), 7 + 2 - 2 + 4 + 5);
});

test("couplings in any order and either way round give the same sorted model", () => {
  const a = bqmFromPairs({ vartype: "SPIN", size: 4, rows: [3, 0, 2], columns: [1, 2, 1], biases: [1, 2, 3] });
  const b = bqmFromPairs({ vartype: "SPIN", size: 4, rows: [1, 1, 2], columns: [2, 3, 0], biases: [3, 1, 2] });
  assert.deepEqual(a, b);
  assert.deepEqual([...a.rows], [0, 1, 1]);
  assert.equal(densityOf(a), 0.5);
});

test("couplings that make no sense are refused with the pair in the message", () => {
  const base = { vartype: "SPIN", size: 3, rows: [0], columns: [1], biases: [1] } as const;
  assert.throws(() => bqmFromPairs({ ...base, columns: [3] }), coded("BQM_INDEX_OUT_OF_RANGE", /from 0 to 2; got 3/));
  assert.throws(() => bqmFromPairs({ ...base, columns: [-1] }), coded("BQM_INDEX_OUT_OF_RANGE"));
  assert.throws(() => bqmFromPairs({ ...base, columns: [0.5] }), coded("BQM_INDEX_OUT_OF_RANGE"));
  assert.throws(() => bqmFromPairs({ ...base, columns: [0] }), coded("BQM_SELF_COUPLING"));
  assert.throws(() => bqmFromPairs({ ...base, biases: [Number.POSITIVE_INFINITY] }), coded("BQM_NUMBER_INVALID", /\(0,1\)/));
  assert.throws(() => bqmFromPairs({ ...base, biases: [] }), coded("BQM_LENGTHS_DIFFER"));
  assert.throws(() => bqmFromPairs({ ...base, linear: [1] }), coded("BQM_LENGTHS_DIFFER", /wanted 3 entries; got 1/));
  assert.throws(() => bqmFromPairs({ ...base, labels: ["a", "b", "a"] }), coded("BQM_LABEL_REPEATED"));
  assert.throws(() => bqmFromPairs({ ...base, size: -1 }), coded("OPTION_INVALID"));
  const twice = { ...base, rows: [0, 1], columns: [1, 0], biases: [1, 1] };
  assert.throws(() => bqmFromPairs({ ...twice, repeated: "refuse" }), coded("BQM_PAIR_REPEATED", /\(0,1\)/));
  assert.deepEqual([...bqmFromPairs(twice).biases], [2]);
});

test("a sample of the wrong length or with a wrong value has no energy", () => {
  const model = randomModel(1, 3, { vartype: "BINARY" });
  assert.throws(() => energyOf(model, [1, 0]), coded("SAMPLE_INVALID", /3 values/));
  assert.throws(() => energyOf(model, [1, 0, -1]), coded("SAMPLE_INVALID", /0 or 1 for variable 2; got -1/));
});
