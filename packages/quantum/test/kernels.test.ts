// The WASM kernels are what their source says, and do what their plain counterparts do.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { compiledKernels } from "../build-kernels.ts";
import { Lanes, type LaneType, laneTypeOf } from "../src/annealing/lanes.ts";
import { metropolisSweep } from "../src/annealing/metropolis.ts";
import { bqmFromPairs, loadSampler, spinProblem } from "../src/index.ts";
import { energyFrom, localFields, type SpinProblem } from "../src/models/spin-problem.ts";
import { Random } from "../src/random.ts";
import { boltzmann, randomModel } from "./models.ts";

const types: readonly LaneType[] = ["i8", "i16", "f32"];

test("the kernels in the package are what the compiler makes of assembly/", () => {
  assert.equal(readFileSync(join(import.meta.dirname, "../src/generated/kernels.ts"), "utf8"), compiledKernels());
});

test("lanes are as narrow as the largest field allows: int8 to 127 units, int16 to 32,767 and for rounded biases, f32 where rounding would lose too much", () => {
  const pair = (linear: number, bias: number) =>
    spinProblem(bqmFromPairs({ vartype: "SPIN", size: 2, linear: [linear, 0], rows: [0], columns: [1], biases: [bias] }));
  assert.equal(laneTypeOf(pair(100, 27)), "i8");
  assert.equal(laneTypeOf(pair(101, 27)), "i16");
  assert.equal(laneTypeOf(pair(25, 6.75)), "i8");
  assert.equal(laneTypeOf(pair(4e6, 2e6)), "i8");
  assert.equal(laneTypeOf(pair(32_000, 767)), "i16");
  assert.equal(laneTypeOf(pair(32_001, 767)), "i16");
  assert.equal(laneTypeOf(pair(0.1, 0.2)), "i16");
  assert.equal(new Lanes(pair(0.1, 0.2), new Random(1)).exact, false);
  assert.equal(new Lanes(pair(25, 6.75), new Random(1)).exact, true);
  const wide = randomModel(1, 200, { density: 0.1 });
  assert.equal(laneTypeOf(spinProblem({ ...wide, linear: wide.linear.with(0, 1e6) })), "f32");
});

function exactEnergy(problem: SpinProblem, spins: ArrayLike<number>): number {
  const local = new Float64Array(problem.size);
  localFields(problem, spins, local);
  return energyFrom(problem, spins, local);
}

for (const type of types) {
  test(`${type} lanes: after any sweeps every replica's energy is that of its spins, and a descent ends where no flip lowers it`, () => {
    for (const size of [1, 2, 5, 17, 300]) {
      const problem = spinProblem(randomModel(size, size, { density: Math.min(1, 8 / size), whole: true }));
      const lanes = new Lanes(problem, new Random(1), type);
      lanes.scatter(new Random(size));
      for (const beta of [0.01, 0.1, 1]) {
        lanes.sweep(beta, 7);
        const energies = lanes.energies();
        for (let lane = 0; lane < lanes.count; lane++)
          assert.ok(Math.abs(energies[lane]! - exactEnergy(problem, lanes.spins(lane))) < 1e-3, `size ${size}, lane ${lane}`);
      }
      lanes.descend();
      for (let lane = 0; lane < lanes.count; lane++) {
        const spins = lanes.spins(lane);
        const local = new Float64Array(size);
        localFields(problem, spins, local);
        assert.ok(spins.every((s, i) => s * local[i]! <= 1e-3));
      }
    }
  });

  test(`${type} lanes: at a fixed temperature mean energies are those of the Boltzmann distribution, by enumeration`, () => {
    const model = randomModel(4, 10, { density: 0.5, whole: true });
    const problem = spinProblem(model);
    const beta = 0.1;
    const lanes = new Lanes(problem, new Random(3), type);
    lanes.scatter(new Random(5));
    lanes.sweep(beta, 100);
    let sum = 0;
    const samples = 40_000 / lanes.count;
    for (let k = 0; k < samples; k++) {
      lanes.sweep(beta, 5);
      sum += lanes.energies().reduce((a, b) => a + b) / lanes.count;
    }
    const { mean, deviation } = boltzmann({ ...model, offset: 0 }, beta);
    // 5 sweeps apart at this temperature samples are nearly independent: five standard errors.
    assert.ok(
      Math.abs(sum / samples - mean) < (5 * deviation) / Math.sqrt(samples * lanes.count),
      `${sum / samples}, not ${mean}`,
    );
  });

  test(`${type} lanes: gathered replicas all begin at the given spins, and differ after a sweep`, () => {
    const problem = spinProblem(randomModel(8, 60, { density: 0.1, whole: true }));
    const lanes = new Lanes(problem, new Random(1), type);
    const spins = Int8Array.from({ length: 60 }, (_, i) => (i % 3 ? 1 : -1));
    lanes.gather(spins, new Random(2));
    for (let lane = 0; lane < lanes.count; lane++) assert.deepEqual(lanes.spins(lane), spins);
    lanes.sweep(0.05, 3);
    assert.equal(new Set(Array.from({ length: lanes.count }, (_, lane) => lanes.spins(lane).join(""))).size, lanes.count);
  });
}

test("lanes anneal to the same mean energy as the plain kernel: within five standard errors of 96 reads each", () => {
  const problem = spinProblem(randomModel(2, 500, { density: 0.02, whole: true }));
  const [hot, cold, sweeps, reads] = [0.02, 1, 60, 96];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / values.length);
  const beta = (s: number) => hot * (cold / hot) ** (s / (sweeps - 1));
  const plain = Array.from({ length: reads }, (_, r) => {
    const random = new Random(7, r);
    const spins = Float64Array.from({ length: problem.size }, () => (random.next() & 1) * 2 - 1);
    const local = new Float64Array(problem.size);
    localFields(problem, spins, local);
    const state = Int32Array.of(random.next() | 1);
    for (let s = 0; s < sweeps; s++) metropolisSweep(problem, { spins, local }, beta(s), state);
    return energyFrom(problem, spins, local);
  });
  for (const type of types) {
    const lanes = new Lanes(problem, new Random(11), type);
    const found: number[] = [];
    for (let batch = 0; found.length < reads; batch++) {
      lanes.scatter(new Random(13, batch));
      for (let s = 0; s < sweeps; s++) lanes.sweep(beta(s), 1);
      found.push(...lanes.energies());
    }
    const apart = Math.abs(mean(found) - mean(plain));
    assert.ok(apart < 5 * Math.hypot(spread(found), spread(plain)), `${type}: ${mean(found)}, plain ${mean(plain)}`);
  }
});

test("reads of simulated annealing are the same whether more are asked for or not", async () => {
  const sampler = await loadSampler("simulated-annealing");
  const model = randomModel(9, 40, { density: 0.2, whole: true });
  const few = await sampler.sample(model, { seed: 3, reads: 20, sweeps: 30 });
  const many = await sampler.sample(model, { seed: 3, reads: 50, sweeps: 30 });
  const energies = [...many.energies];
  for (const energy of few.energies) assert.ok(energies.includes(energy));
});
