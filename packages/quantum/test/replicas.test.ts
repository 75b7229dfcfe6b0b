import assert from "node:assert/strict";
import { test } from "node:test";
import { isoenergeticMove } from "../src/annealing/isoenergetic-move.ts";
import { Replicas } from "../src/annealing/replicas.ts";
import { energyOf, spinProblem } from "../src/index.ts";
import { energyFrom, localFields } from "../src/models/spin-problem.ts";
import { Random } from "../src/random.ts";
import { boltzmann, randomModel } from "./models.ts";

test("every replica has its own temperature: mean energies are those of the Boltzmann distribution at each", () => {
  const model = { ...randomModel(6, 9, { density: 0.6, whole: true }), offset: 0 };
  const problem = spinProblem(model);
  const replicas = new Replicas(problem, new Random(1), 20);
  assert.equal(replicas.count, 32);
  for (let r = 0; r < replicas.count; r++) replicas.betas[r] = [0.02, 0.05, 0.1, 0.2][r % 4]!;
  replicas.sweep(200);
  const sums = new Float64Array(4);
  const samples = 3000;
  for (let k = 0; k < samples; k++) {
    replicas.sweep(6);
    for (let r = 0; r < replicas.count; r++) sums[r % 4]! += replicas.energies[r]!;
  }
  for (const [which, beta] of [0.02, 0.05, 0.1, 0.2].entries()) {
    const { mean, deviation } = boltzmann(model, beta);
    const found = sums[which]! / (samples * 8);
    // Six sweeps apart samples still resemble each other a little at the colder temperatures: six standard errors.
    assert.ok(Math.abs(found - mean) < (6 * deviation) / Math.sqrt(samples * 8), `beta ${beta}: ${found}, not ${mean}`);
  }
});

test("a replica that was put somewhere has the energy of its spins", () => {
  const problem = spinProblem(randomModel(2, 40, { density: 0.2, whole: true }));
  const replicas = new Replicas(problem, new Random(3), 16);
  replicas.betas.fill(1e9);
  const other = replicas.spins(3);
  replicas.put(7, other);
  replicas.settle();
  assert.deepEqual(replicas.spins(7), other);
  replicas.sweep(50);
  const local = new Float64Array(40);
  localFields(problem, replicas.spins(7), local);
  assert.equal(replicas.energies[7], energyFrom(problem, replicas.spins(7), local));
});

test("an isoenergetic move exchanges one cluster of differing spins: the sum of both energies stays, and so does what they have in common", () => {
  let moved = 0;
  for (let seed = 0; seed < 60; seed++) {
    const size = 40;
    const model = randomModel(seed, size, { density: 0.06 });
    const random = new Random(seed, 1);
    const first = Int8Array.from({ length: size }, () => (random.next() & 1) * 2 - 1);
    const second = first.map((s) => (random.below(3) === 0 ? -s : s));
    const [before, pairs] = [energyOf(model, first) + energyOf(model, second), first.map((s, i) => s + second[i]!)];
    const [one, other] = [first.slice(), second.slice()];
    const length = isoenergeticMove(spinProblem(model), one, other, random, new Int32Array(size));
    if (length === 0) continue;
    moved += 1;
    assert.ok(Math.abs(energyOf(model, one) + energyOf(model, other) - before) < 1e-9);
    assert.deepEqual(
      one.map((s, i) => s + other[i]!),
      pairs,
    );
    assert.equal(
      one.reduce((count, s, i) => count + (s === first[i] ? 0 : 1), 0),
      length,
    );
  }
  assert.ok(moved > 40);
});
