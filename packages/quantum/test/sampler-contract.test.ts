// What every file in src/samplers must keep.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Bqm,
  bqmFromPairs,
  converted,
  energyOf,
  loadSampler,
  type Progress,
  QuantumError,
  type SampleSet,
  sampleAt,
  samplerNames,
} from "../src/index.ts";
import { bruteForce, randomModel } from "./models.ts";

const names = samplerNames();
const coded = (code: string) => (e: unknown) => e instanceof QuantumError && e.code === code;
const size = 14;

test("there are samplers, and an unknown name is refused with the known ones", async () => {
  assert.ok(names.length >= 4);
  await assert.rejects(loadSampler("../solve"), (e: unknown) => coded("SAMPLER_UNKNOWN")(e) && String(e).includes(names[0]!));
});

for (const name of names) {
  const sampler = await loadSampler(name);
  const sample = (model: Bqm, options = {}) => sampler.sample(model, { seed: 1, reads: 8, ...options });

  test(`${name}: the default export is a sampler of the file's name with a limit`, () => {
    assert.equal(sampler.name, name);
    assert.ok(sampler.limits.maxVariables >= 20);
  });

  for (const vartype of ["SPIN", "BINARY"] as const) {
    test(`${name}: ${vartype} samples have values of the vartype, energies recomputed from the model, lowest first, no two alike`, async () => {
      for (const whole of [true, false]) {
        const model = randomModel(3, size, { vartype, whole });
        const set = await sample(model);
        assert.ok(set.count >= 1 && set.count <= 8);
        for (let r = 0; r < set.count; r++) assert.equal(set.energies[r], energyOf(model, sampleAt(set, r)));
        assert.deepEqual(
          [...set.energies],
          [...set.energies].sort((a, b) => a - b),
        );
        assert.equal(new Set(rows(set)).size, set.count);
      }
    });
  }

  test(`${name}: the same seed gives the same samples, also in the other vartype`, async () => {
    const model = randomModel(5, size, { whole: true });
    const first = await sample(model);
    assert.deepEqual(await sample(model), first);
    const other = await sample(converted(model, "BINARY"));
    assert.deepEqual([...other.energies], [...first.energies]);
    assert.deepEqual(rows(other), rows(first));
  });

  test(`${name}: every sample is a local minimum, and the best of many reads is the lowest energy of a small model`, async () => {
    for (let seed = 0; seed < 4; seed++) {
      const model = randomModel(seed, 9, { vartype: "BINARY", density: 0.6 });
      const set = await sampler.sample(model, { seed, reads: 200 });
      assert.ok(Math.abs(set.energies[0]! - bruteForce(model, energyOf)) < 1e-9);
      const best = sampleAt(set, 0);
      for (let i = 0; i < 9; i++)
        assert.ok(
          energyOf(
            model,
            best.map((v, k) => (k === i ? 1 - v : v)),
          ) >=
            set.energies[0]! - 1e-9,
        );
    }
  });

  test(`${name}: models with no variable, one variable, no couplings and only zeros have their lowest energy found`, async () => {
    const none = { rows: [], columns: [], biases: [] };
    for (const vartype of ["SPIN", "BINARY"] as const) {
      const empty = await sample(bqmFromPairs({ vartype, size: 0, offset: 3, ...none }));
      assert.deepEqual([empty.count, empty.energies[0]], [1, 3]);
      const one = await sample(bqmFromPairs({ vartype, size: 1, linear: [2], offset: 1, ...none }));
      assert.equal(one.energies[0], vartype === "SPIN" ? -1 : 1);
      const uncoupled = await sample(bqmFromPairs({ vartype, size: 3, linear: [1, -2, 3], ...none }));
      assert.equal(uncoupled.energies[0], vartype === "SPIN" ? -6 : -2);
      const zeros = await sample(bqmFromPairs({ vartype, size: 4, rows: [0, 2], columns: [1, 3], biases: [0, 0] }));
      assert.equal(zeros.energies[0], 0);
    }
  });

  test(`${name}: isolated variables and disconnected parts are solved too`, async () => {
    const model = bqmFromPairs({
      vartype: "SPIN",
      size: 6,
      linear: [0, 0, 0, 0, 0, 1],
      rows: [0, 2],
      columns: [1, 3],
      biases: [1, -1],
    });
    assert.equal((await sample(model)).energies[0], -3);
  });

  test(`${name}: a cancelled signal rejects before the start and in the middle with its reason`, async () => {
    await assert.rejects(sample(randomModel(1, size), { signal: AbortSignal.abort(new Error("stop")) }), /stop/);
    // Long enough that it must pause: cancelled from the first progress report.
    const large = randomModel(2, Math.min(sampler.limits.maxVariables, 300), { density: 1 });
    const controller = new AbortController();
    const progress = () => controller.abort(new Error("enough"));
    await assert.rejects(sampler.sample(large, { seed: 1, reads: 1_000_000, signal: controller.signal, progress }), /enough/);
  });

  test(`${name}: progress never falls, ends at 1 and reports the lowest energy`, async () => {
    const seen: Progress[] = [];
    const model = randomModel(6, 18, { density: 1 });
    const set = await sampler.sample(model, { seed: 1, reads: 300, progress: (p) => seen.push(p) });
    for (const [i, p] of seen.entries()) {
      assert.ok(p.fraction >= (seen[i - 1]?.fraction ?? 0) && p.fraction <= 1);
      assert.ok(p.energy <= (seen[i - 1]?.energy ?? Number.POSITIVE_INFINITY));
    }
    assert.equal(seen.at(-1)?.fraction, 1);
    assert.ok(Math.abs(seen.at(-1)!.energy - set.energies[0]!) < 1e-9);
  });

  test(`${name}: a target that is reached ends the run early, a time limit ends it with samples`, async () => {
    const model = randomModel(7, 18, { density: 1, whole: true });
    const { energies } = await sampler.sample(model, { seed: 1, reads: 100 });
    const set = await sampler.sample(model, { seed: 1, reads: 2 ** 18, target: energies[0]! });
    assert.equal(set.energies[0], energies[0]);
    assert.ok(set.occurrences.reduce((sum, o) => sum + o, 0) < 2 ** 18);
    const limited = await sampler.sample(randomModel(2, Math.min(sampler.limits.maxVariables, 200)), {
      seed: 1,
      reads: 1_000_000,
      timeLimitMs: 40,
    });
    assert.ok(limited.count >= 1);
  });

  test(`${name}: a model above the limit, and options that make no sense, are refused`, async () => {
    const most = sampler.limits.maxVariables;
    const large = bqmFromPairs({ vartype: "SPIN", size: most + 1, rows: [], columns: [], biases: [] });
    await assert.rejects(sample(large), coded("SAMPLER_LIMIT_EXCEEDED"));
    for (const bad of [
      { seed: -1 },
      { seed: 0.5 },
      { reads: 0 },
      { sweeps: 0 },
      { timeLimitMs: 0 },
      { betaRange: [2, 1] },
      { betaRange: [0, 1] },
      { target: Number.NaN },
    ]) {
      await assert.rejects(sample(randomModel(1, 3), bad), coded("OPTION_INVALID"));
    }
  });
}

function rows(set: SampleSet): string[] {
  return Array.from({ length: set.count }, (_, r) => Array.from(sampleAt(set, r), (v) => (v === 1 ? "1" : "0")).join(""));
}
