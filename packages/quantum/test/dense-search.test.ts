import assert from "node:assert/strict";
import { test } from "node:test";
import { bqmFromPairs, converted, energyOf, spinProblem } from "../src/index.ts";
import { Random } from "../src/random.ts";
import { loadSampler } from "../src/sampler-folder.ts";
import { DenseSearch, type MatrixType, matrixTypeOf } from "../src/tabu/dense-search.ts";
import { ElitePool } from "../src/tabu/elite-pool.ts";
import { bruteForce, randomModel } from "./models.ts";

const types: readonly MatrixType[] = ["i8", "i16", "f32"];

for (const type of types)
  test(`the ${type} tabu kernel takes the same steps as the plain one, through restarts and relinkings`, () => {
    for (const size of [1, 2, 3, 18, 33, 64]) {
      const problem = spinProblem(randomModel(size, size, { density: 0.7, whole: true }));
      const [wasm, plain] = [
        new DenseSearch(problem, new Random(size), { type }),
        new DenseSearch(problem, new Random(size), { type, kernel: "plain" }),
      ];
      for (let slice = 0; slice < 40; slice++) {
        wasm.run(501);
        plain.run(501);
        assert.deepEqual(wasm.trace, plain.trace, `size ${size}, slice ${slice}`);
      }
      assert.deepEqual(wasm.best, plain.best);
      assert.equal(wasm.bestEnergy, plain.bestEnergy);
    }
  });

test("f32 follows the plain kernel on real biases too, and its best energy is that of its best spins in double precision", () => {
  for (let seed = 0; seed < 5; seed++) {
    const model = { ...randomModel(seed, 50, { density: 0.9 }), offset: 0 };
    const problem = spinProblem(model);
    assert.equal(matrixTypeOf(problem), "f32");
    const [wasm, plain] = [new DenseSearch(problem, new Random(1)), new DenseSearch(problem, new Random(1), { kernel: "plain" })];
    for (let slice = 0; slice < 10; slice++) {
      wasm.run(700);
      plain.run(700);
      assert.deepEqual(wasm.trace, plain.trace);
      assert.ok(Math.abs(wasm.bestEnergy - energyOf(model, wasm.best)) < 1e-9);
    }
  }
});

test("a matrix is int8 up to couplings of 63 units, int16 to 16,383, f32 beyond and for biases that are no multiples", () => {
  const coupled = (bias: number) =>
    spinProblem(bqmFromPairs({ vartype: "SPIN", size: 3, rows: [0, 1], columns: [1, 2], biases: [bias, 1] }));
  assert.deepEqual(
    [63, 64, 16_383, 16_384, 0.3].map((bias) => matrixTypeOf(coupled(bias))),
    ["i8", "i16", "i16", "f32", "f32"],
  );
});

test("searches of small dense models end at the lowest energy", () => {
  for (let seed = 0; seed < 10; seed++) {
    const model = randomModel(seed, 12, { density: 1, vartype: "BINARY" });
    const search = new DenseSearch(spinProblem(model), new Random(seed));
    search.run(3000);
    assert.ok(Math.abs(search.bestEnergy + spinProblem(model).offset - bruteForce(model, energyOf)) < 1e-9);
    assert.ok(Math.abs(energyOf(converted(model, "SPIN"), search.best) - bruteForce(model, energyOf)) < 1e-9);
  }
});

test("the elite pool keeps the ten lowest, none twice, and gives no pair before it has four", () => {
  const pool = new ElitePool(20);
  const random = new Random(1);
  const spins = (bits: number) => Int8Array.from({ length: 20 }, (_, i) => ((bits >> i) & 1 ? 1 : -1));
  for (let k = 0; k < 3; k++) for (let again = 0; again < 2; again++) pool.offer(spins(127 << (3 * k)), k);
  assert.ok(Array.from({ length: 50 }, () => pool.pair(random)).every((pair) => pair === undefined));
  for (let k = 3; k < 14; k++) pool.offer(spins(k * 7919), k);
  const seen = new Set(
    Array.from({ length: 400 }, () => pool.pair(random)).flatMap((pair) => (pair ? pair.map((s) => s.join()) : [])),
  );
  assert.ok(seen.size <= 10 && seen.size >= 8, `${seen.size} elites seen`);
  assert.ok(!seen.has(spins(13 * 7919).join()));
});

test("a search on memory that another one has given back takes the same steps as on new memory", () => {
  const small = spinProblem(randomModel(3, 20, { density: 0.7, whole: true }));
  const [first, expected] = [new DenseSearch(small, new Random(5)), new DenseSearch(small, new Random(5))];
  for (const search of [first, expected]) search.run(3000);
  first[Symbol.dispose]();
  for (const size of [64, 40]) {
    using between = new DenseSearch(spinProblem(randomModel(size, size, { density: 1 })), new Random(1));
    between.run(2000);
  }
  using again = new DenseSearch(small, new Random(5));
  again.run(3000);
  assert.deepEqual([again.trace, again.best, again.bestEnergy], [expected.trace, expected.best, expected.bestEnergy]);
});

test("a search tells how many of its rounds ended at the lowest energy, and tabu ends once enough did", async () => {
  const model = randomModel(7, 40, { density: 0.8, whole: true });
  const tabu = await loadSampler("tabu");
  const steps: number[] = [];
  for (const confirmations of [1, 4, 16]) {
    using search = new DenseSearch(spinProblem(model), new Random(1, 0));
    let taken = 0;
    for (; search.confirmations < confirmations && taken < 1e6; taken += search.stall) search.run(search.stall);
    steps.push(taken);
    const set = await tabu.sample(model, { seed: 1, sweeps: 1_000_000, confirmations });
    assert.ok(Math.abs(set.energies[0]! - (search.bestEnergy + spinProblem(model).offset)) < 1e-9);
  }
  assert.ok(steps[0]! < steps[1]! && steps[1]! < steps[2]! && steps[2]! < 50_000, `${steps}`);
  await assert.rejects(tabu.sample(model, { seed: 1, confirmations: 0 }), { code: "OPTION_INVALID" });
});
