import assert from "node:assert/strict";
import { test } from "node:test";
import { type AnnealingRange, annealingRange } from "../src/annealing/annealing-range.ts";
import { descend, randomWalker } from "../src/annealing/descent.ts";
import { metropolisSweep } from "../src/annealing/metropolis.ts";
import { bqmFromPairs, spinProblem } from "../src/index.ts";
import { energyFrom, localFields, type SpinProblem } from "../src/models/spin-problem.ts";
import { Random } from "../src/random.ts";
import { randomModel } from "./models.ts";

// The usual worst-case formula: hot where the largest possible change is accepted half the time, cold from the smallest bias.
function worstCase({ size, field, start, weight }: SpinProblem): AnnealingRange {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < size; i++) {
    const biases = [field[i]!, ...weight.subarray(start[i]!, start[i + 1]!)].map(Math.abs).filter((b) => b > 0);
    most = Math.max(
      most,
      biases.reduce((a, b) => a + b, 0),
    );
    const smallest = Math.min(...biases);
    if (smallest < least) [least, count] = [smallest, 1];
    else if (smallest === least) count++;
  }
  return { hot: Math.LN2 / (2 * most), cold: Math.log(count / 0.01) / (2 * least) };
}

function meanEnergy(problem: SpinProblem, { hot, cold }: AnnealingRange, sweeps: number, reads: number): number {
  let sum = 0;
  for (let r = 0; r < reads; r++) {
    const random = new Random(11, r);
    const walker = randomWalker(problem, random);
    const state = Int32Array.of(random.next() | 1);
    for (let s = 0; s < sweeps; s++) metropolisSweep(problem, walker, hot * (cold / hot) ** (s / (sweeps - 1)), state);
    descend(problem, walker);
    sum += energyFrom(problem, walker.spins, walker.local);
  }
  return sum / reads;
}

for (const [what, model] of [
  ["whole biases", randomModel(1, 600, { density: 0.01, whole: true })],
  ["real biases", randomModel(2, 600, { density: 0.01 })],
] as const) {
  test(`at equal sweeps the measured range anneals to lower energies than the worst-case formula: ${what}`, () => {
    const problem = spinProblem(model);
    const measured = annealingRange(problem, new Random(1));
    const [ours, usual] = [meanEnergy(problem, measured, 200, 20), meanEnergy(problem, worstCase(problem), 200, 20)];
    assert.ok(ours < usual, `${ours} is not below ${usual}`);
  });
}

test("the measured range follows the scale of the biases", () => {
  const model = randomModel(3, 300, { density: 0.02 });
  const scaled = { ...model, linear: model.linear.map((h) => 1000 * h), biases: model.biases.map((b) => 1000 * b) };
  const [a, b] = [annealingRange(spinProblem(model), new Random(1)), annealingRange(spinProblem(scaled), new Random(1))];
  assert.ok(Math.abs(a.hot / b.hot / 1000 - 1) < 1e-6 && Math.abs(a.cold / b.cold / 1000 - 1) < 1e-6);
});

test("Metropolis sweeps visit the states of a small model with Boltzmann's frequencies", () => {
  const model = bqmFromPairs({
    vartype: "SPIN",
    size: 3,
    linear: [0.3, -0.2, 0.1],
    rows: [0, 1],
    columns: [1, 2],
    biases: [0.5, -0.7],
  });
  const problem = spinProblem(model);
  const beta = 0.8;
  const walker = randomWalker(problem, new Random(5));
  const state = Int32Array.of(12345);
  const visits = new Float64Array(8);
  const sweeps = 400_000;
  for (let s = 0; s < sweeps; s++) {
    metropolisSweep(problem, walker, beta, state);
    visits[walker.spins.reduce((code, v, i) => code + (v > 0 ? 1 << i : 0), 0)]!++;
  }
  const weights = Float64Array.from({ length: 8 }, (_, code) => {
    const spins = Float64Array.from({ length: 3 }, (_, i) => ((code >> i) & 1 ? 1 : -1));
    const local = new Float64Array(3);
    localFields(problem, spins, local);
    return Math.exp(-beta * energyFrom(problem, spins, local));
  });
  const total = weights.reduce((a, b) => a + b, 0);
  for (let code = 0; code < 8; code++) {
    const [seen, wanted] = [visits[code]! / sweeps, weights[code]! / total];
    assert.ok(Math.abs(seen - wanted) < 0.005, `state ${code}: seen ${seen}, Boltzmann ${wanted}`);
  }
});
