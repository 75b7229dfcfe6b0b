import assert from "node:assert/strict";
import { test } from "node:test";
import { PartitionCrossover } from "../src/annealing/partition-crossover.ts";
import { energyOf, spinProblem } from "../src/index.ts";
import { Random } from "../src/random.ts";
import { randomModel } from "./models.ts";

const randomSpins = (random: Random, size: number) => Int8Array.from({ length: size }, () => (random.next() & 1) * 2 - 1);

test("a child is the best of all choices between the parents in each component of their differences", () => {
  for (let seed = 0; seed < 40; seed++) {
    const size = 24;
    const model = { ...randomModel(seed, size, { density: 0.08 }), offset: 0 };
    const problem = spinProblem(model);
    const random = new Random(seed);
    const [mother, father] = [randomSpins(random, size), randomSpins(random, size)];
    // Components by repeated merging of labels, another way than the crossover's.
    const label = Array.from({ length: size }, (_, i) => i);
    const differs = (i: number) => mother[i] !== father[i];
    for (let changed = true; changed; ) {
      changed = false;
      for (let k = 0; k < model.biases.length; k++) {
        const [u, v] = [model.rows[k]!, model.columns[k]!];
        if (!differs(u) || !differs(v) || label[u] === label[v]) continue;
        label[u] = label[v] = Math.min(label[u]!, label[v]!);
        changed = true;
      }
    }
    const components = [...new Set(label.filter((_, i) => differs(i)))];
    let best = Number.POSITIVE_INFINITY;
    for (let choice = 0; choice < 2 ** components.length; choice++) {
      const child = mother.map((s, i) => (differs(i) && (choice >> components.indexOf(label[i]!)) & 1 ? father[i]! : s));
      best = Math.min(best, energyOf(model, child));
    }
    const before = energyOf(model, mother);
    const gained = new PartitionCrossover(problem).improve(mother, father, new Random(1));
    assert.ok(Math.abs(energyOf(model, mother) - best) < 1e-9);
    assert.ok(Math.abs(before - gained - best) < 1e-9);
  }
});

test("without fields the nearer of the other sample and its opposite is crossed, and a sample gains nothing from itself", () => {
  const size = 60;
  const model = { ...randomModel(3, size, { density: 0.05 }), linear: new Float64Array(size), offset: 0 };
  const crossover = new PartitionCrossover(spinProblem(model));
  const random = new Random(5);
  const [mother, father] = [randomSpins(random, size), randomSpins(random, size)];
  const opposite = father.map((s) => -s);
  const [first, second] = [mother.slice(), mother.slice()];
  assert.equal(crossover.improve(first, father, new Random(2)), crossover.improve(second, opposite, new Random(2)));
  assert.deepEqual(first, second);
  assert.equal(crossover.improve(first, first.slice(), random), 0);
  assert.equal(
    crossover.improve(
      first,
      first.map((s) => -s),
      random,
    ),
    0,
  );
});
