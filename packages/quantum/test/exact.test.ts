import assert from "node:assert/strict";
import { test } from "node:test";
import { eliminationOrder, groundState } from "../src/exact/elimination.ts";
import { bqmFromPairs, converted, energyOf, roofDual, solve, spinProblem } from "../src/index.ts";
import { Random } from "../src/random.ts";
import { loadSampler } from "../src/sampler-folder.ts";
import { bruteForce, randomModel } from "./models.ts";

const lowestOf = (model: Parameters<typeof energyOf>[0]) => bruteForce(model, energyOf);

function grid(rows: number, columns: number, seed: number) {
  const random = new Random(seed);
  const pairs: [number, number][] = [];
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      if (c + 1 < columns) pairs.push([r * columns + c, r * columns + c + 1]);
      if (r + 1 < rows) pairs.push([r * columns + c, (r + 1) * columns + c]);
    }
  return bqmFromPairs({
    vartype: "SPIN",
    size: rows * columns,
    linear: Float64Array.from({ length: rows * columns }, () => random.below(3) - 1),
    rows: pairs.map(([u]) => u),
    columns: pairs.map(([, v]) => v),
    biases: pairs.map(() => (random.next() & 1 ? 1 : -1)),
  });
}

test("elimination finds the lowest state of any small model, in both vartypes", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const vartype = seed % 2 ? "SPIN" : "BINARY";
    const model = randomModel(seed, 1 + (seed % 13), { vartype, density: (seed % 5) / 4 });
    const found = await groundState(model, { maxWidth: 13 });
    assert.ok(found);
    assert.ok(Math.abs(found.energy - lowestOf(model)) < 1e-9);
    assert.ok(Math.abs(energyOf(converted(model, "SPIN"), found.spins) - found.energy) < 1e-9);
  }
});

test("trees have width 1, rings 2, and a grid of 8 x 40 is solved exactly, as low as annealing with crossover comes", async () => {
  const chain = bqmFromPairs({
    vartype: "SPIN",
    size: 5000,
    rows: [...Array(4999).keys()],
    columns: Array.from({ length: 4999 }, (_, i) => i + 1),
    biases: new Float64Array(4999).fill(1),
  });
  assert.equal(eliminationOrder(spinProblem(chain), 3)?.width, 1);
  assert.equal((await groundState(chain))?.energy, -4999);
  const ring = bqmFromPairs({
    vartype: "SPIN",
    size: 7,
    rows: [0, 1, 2, 3, 4, 5, 0],
    columns: [1, 2, 3, 4, 5, 6, 6],
    biases: new Float64Array(7).fill(1),
  });
  assert.deepEqual(await groundState(ring).then((found) => [found?.width, found?.energy]), [2, -5]);
  const model = grid(8, 40, 3);
  const found = await groundState(model);
  assert.ok(found && found.width >= 8 && found.width <= 16, `width ${found?.width}`);
  assert.equal(energyOf(model, found.spins), found.energy);
  assert.equal(
    (await solve(model, { timeLimitMs: 2000, target: found.energy, solver: "crossover-annealing" })).provenance.energy,
    found.energy,
  );
});

test("what is wider than allowed is left alone, and a cancelled signal rejects", async () => {
  assert.equal(await groundState(randomModel(1, 30, { density: 1 })), undefined);
  await assert.rejects(groundState(grid(3, 60, 1), { signal: AbortSignal.abort(new Error("stop")) }), /stop/);
});

test("roof duality bounds every model from below, and what it fixes holds in every lowest state", async () => {
  let [fixedInAll, tight] = [0, 0];
  for (let seed = 0; seed < 80; seed++) {
    const vartype = seed % 2 ? "SPIN" : "BINARY";
    const size = 3 + (seed % 8);
    const model = randomModel(seed, size, { vartype, density: 0.4, whole: seed % 3 === 0 });
    const { bound, fixed } = await roofDual(model);
    const lowest = lowestOf(model);
    assert.ok(bound <= lowest + 1e-9, `seed ${seed}: bound ${bound}, lowest ${lowest}`);
    if (Math.abs(bound - lowest) < 1e-9) tight += 1;
    const low = vartype === "SPIN" ? -1 : 0;
    for (let bits = 0; bits < 2 ** size; bits++) {
      const sample = Array.from({ length: size }, (_, i) => ((bits >> i) & 1 ? 1 : low));
      if (energyOf(model, sample) > lowest + 1e-9) continue;
      for (const [i, value] of fixed.entries())
        if (value !== undefined) assert.equal(sample[i], value, `seed ${seed}, variable ${i}`);
    }
    fixedInAll += fixed.filter((value) => value !== undefined).length;
  }
  assert.ok(fixedInAll > 100 && tight > 10, `${fixedInAll} fixed, ${tight} tight`);
});

test("a submodular model is solved by roof duality alone: the bound is its lowest energy", async () => {
  const random = new Random(4);
  const model = { ...randomModel(5, 12, { vartype: "BINARY", density: 0.5 }) };
  const submodular = {
    ...model,
    biases: model.biases.map((b) => -Math.abs(b)),
    linear: model.linear.map(() => random.unit() * 10),
  };
  assert.ok(Math.abs((await roofDual(submodular)).bound - lowestOf(submodular)) < 1e-9);
});

test("enumeration gives the lowest energies of all samples, in order, whatever lies above the bits that flip most often", async () => {
  const exact = await loadSampler("exact");
  for (let seed = 0; seed < 24; seed++) {
    const size = 5 + (seed % 7);
    const vartype = seed % 2 ? "SPIN" : "BINARY";
    const model = randomModel(seed, size, { vartype, density: (seed % 4) / 3, whole: seed % 3 === 0 });
    const low = vartype === "SPIN" ? -1 : 0;
    const all = Array.from({ length: 2 ** size }, (_, bits) =>
      energyOf(
        model,
        Array.from({ length: size }, (_, i) => ((bits >> i) & 1 ? 1 : low)),
      ),
    ).sort((a, b) => a - b);
    const { energies, count } = await exact.sample(model, { seed: 1, reads: 25 });
    assert.equal(count, 25);
    for (const [r, energy] of energies.entries()) assert.ok(Math.abs(energy - all[r]!) < 1e-9, `seed ${seed}, sample ${r}`);
  }
});
