import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bqmFromPairs,
  chosen,
  cutOf,
  energyOf,
  graphFromEdges,
  maxCutModel,
  type Progress,
  QuantumError,
  sampleAt,
  solve,
} from "../src/index.ts";
import { bruteForce, randomModel } from "./models.ts";

test("a small model is enumerated, a dense one searched by tabu, a sparse one annealed, each with its reason", () => {
  assert.deepEqual(chosen(randomModel(1, 12), "auto"), {
    name: "exact",
    why: "12 variables are few enough to try every sample",
    rivals: [],
  });
  assert.equal(chosen(randomModel(1, 80), "auto").name, "tabu");
  assert.match(chosen(randomModel(1, 80), "auto").why, /^dense: 80 variables/);
  assert.equal(chosen(randomModel(1, 40, { density: 0.2 }), "auto").name, "tabu");
  const ring = bqmFromPairs({
    vartype: "SPIN",
    size: 100,
    rows: [...Array(99).keys()],
    columns: Array.from({ length: 99 }, (_, i) => i + 1),
    biases: new Float64Array(99).fill(1),
  });
  assert.equal(chosen(ring, "auto").name, "crossover-annealing");
  assert.deepEqual(chosen(ring, "tabu"), { name: "tabu", why: "asked for by name", rivals: [] });
});

test("the answer carries the solver, the seed, the reads and the recomputed energy", async () => {
  const model = randomModel(2, 10, { vartype: "BINARY" });
  const { samples, provenance } = await solve(model, { seed: 5 });
  assert.equal(provenance.kind, "classical");
  assert.equal(provenance.solver, "exact");
  assert.equal(provenance.seed, 5);
  assert.equal(provenance.energy, energyOf(model, sampleAt(samples, 0)));
  assert.ok(Math.abs(provenance.energy - bruteForce(model, energyOf)) < 1e-9);
});

test("without a time limit the same seed gives the same samples", async () => {
  const model = randomModel(3, 80);
  const [a, b] = [await solve(model, { seed: 9 }), await solve(model, { seed: 9 })];
  assert.deepEqual(a.samples, b.samples);
  assert.equal(a.provenance.reads, 10);
});

test("with a time limit rounds go on until it has passed, and progress rises to its end", async () => {
  const seen: Progress[] = [];
  const model = randomModel(4, 120, { density: 0.05 });
  const { provenance } = await solve(model, { solver: "simulated-annealing", timeLimitMs: 150, progress: (p) => seen.push(p) });
  assert.ok(provenance.rounds >= 2, `${provenance.rounds} rounds`);
  for (const [i, p] of seen.entries()) {
    assert.ok(p.fraction >= (seen[i - 1]?.fraction ?? 0) && p.fraction <= 1);
    assert.ok(p.energy <= (seen[i - 1]?.energy ?? Number.POSITIVE_INFINITY));
    assert.ok(p.reads >= (seen[i - 1]?.reads ?? 0));
  }
  assert.ok(seen.length > 3);
});

test("a reached target ends a timed run long before its limit", async () => {
  const model = randomModel(5, 40, { whole: true });
  const best = (await solve(model)).provenance.energy;
  const { provenance } = await solve(model, { target: best, timeLimitMs: 600_000, seed: 77 });
  assert.ok(provenance.energy <= best);
});

test("cancelling rejects with the signal's reason", async () => {
  const controller = new AbortController();
  const run = solve(randomModel(6, 400, { density: 1 }), { timeLimitMs: 600_000, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("changed my mind")), 30);
  await assert.rejects(run, /changed my mind/);
});

test("an unknown solver is refused, naming the known ones", async () => {
  await assert.rejects(
    solve(randomModel(1, 3), { solver: "magic" }),
    (e: unknown) => e instanceof QuantumError && e.code === "SAMPLER_UNKNOWN",
  );
});

test("a cut's weight is minus the model's energy and is counted on the graph", async () => {
  const graph = graphFromEdges(5, [
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 0, 2.5],
  ]);
  const { samples, provenance } = await solve(maxCutModel(graph));
  const cut = cutOf(graph, sampleAt(samples, 0));
  assert.equal(cut.weight, 5.5);
  assert.equal(provenance.energy, -5.5);
  assert.equal(cut.sides[0].length + cut.sides[1].length, 5);
  assert.throws(
    () => cutOf(graph, [1]),
    (e: unknown) => e instanceof QuantumError && e.code === "GRAPH_INVALID",
  );
});

test("importing the package loads no sampler", async () => {
  const { spawnSync } = await import("node:child_process");
  const entry = new URL("../src/index.ts", import.meta.url).href;
  const program = `process.on("exit", () => console.log(JSON.stringify(loaded))); const loaded = []; const { registerHooks } = await import("node:module");
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } }); await import(${JSON.stringify(entry)});`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=entente", "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  const loaded: string[] = JSON.parse(stdout || `"${stderr}"`);
  assert.ok(
    loaded.some((url) => url === entry),
    "the hook sees nothing",
  );
  assert.deepEqual(
    loaded.filter((url) => url.includes("/samplers/") || url.includes("node_modules")),
    [],
  );
});

test("where the choice is open, samplers race for a moment, and the answer says how it ended", async () => {
  const model = randomModel(8, 300, { density: 0.15, whole: true });
  const { provenance } = await solve(model, { timeLimitMs: 500 });
  assert.equal(provenance.race.length, 2);
  assert.equal(provenance.race[0]!.solver, provenance.solver);
  assert.ok(provenance.race[0]!.energy <= provenance.race[1]!.energy);
  assert.match(provenance.why, /race of 30 ms each: .+, .+/);
  assert.deepEqual((await solve(randomModel(8, 300, { density: 0.01 }), { timeLimitMs: 300 })).provenance.race, []);
});

test("an enumerated answer is its own bound; where nothing is known none is claimed", async () => {
  const small = (await solve(randomModel(2, 10))).provenance;
  assert.equal(small.bound, small.energy);
  assert.equal(small.gap, 0);
  const { bound, gap } = (await solve(randomModel(2, 60))).provenance;
  assert.deepEqual([bound, gap], [null, null]);
});

test("a narrow model is eliminated, and its answer proven", async () => {
  const size = 400;
  const model = bqmFromPairs({
    vartype: "BINARY",
    size,
    linear: Float64Array.from({ length: size }, (_, i) => ((i * 7) % 11) - 5),
    rows: Array.from({ length: size - 1 }, (_, i) => i),
    columns: Array.from({ length: size - 1 }, (_, i) => i + 1),
    biases: Array.from({ length: size - 1 }, (_, i) => ((i * 5) % 7) - 3),
  });
  const { samples, provenance } = await solve(model);
  assert.equal(provenance.solver, "elimination");
  assert.equal(provenance.gap, 0);
  assert.equal(provenance.energy, energyOf(model, sampleAt(samples, 0)));
  assert.ok((await solve(model, { reads: 12 })).samples.count > 1, "who asks for reads gets samples, not one proof");
  const annealed = await solve(model, { solver: "crossover-annealing", target: provenance.energy, timeLimitMs: 5000 });
  assert.ok(annealed.provenance.energy >= provenance.energy);
});

test("a model that roof duality fixes whole is answered without a search, and proven", async () => {
  const base = randomModel(13, 90, { vartype: "BINARY", density: 0.15 });
  const model = { ...base, linear: base.linear.map((h) => 100 * (h < 0 ? h - 1 : h + 1)) };
  const { samples, provenance } = await solve(model, { timeLimitMs: 400 });
  assert.deepEqual([provenance.fixed, provenance.gap, samples.size], [90, 0, 90]);
  assert.equal(provenance.energy, energyOf(model, sampleAt(samples, 0)));
  assert.ok(provenance.timeMs < 400);
});

test("what roof duality fixes is not searched for, and its bound tells the gap", async () => {
  // Strong fields on most variables, a knot of weak ones in between.
  const base = randomModel(12, 300, { vartype: "BINARY", density: 0.02 });
  const model = { ...base, linear: base.linear.map((h, i) => (i % 3 === 0 ? h : 40 * h)) };
  const { samples, provenance } = await solve(model, { timeLimitMs: 400 });
  assert.ok(provenance.fixed > 150, `${provenance.fixed} fixed`);
  assert.equal(samples.size, 300);
  assert.equal(provenance.energy, energyOf(model, sampleAt(samples, 0)));
  assert.ok(provenance.bound !== null && provenance.bound <= provenance.energy);
  const plain = await solve(model, { timeLimitMs: 400, solver: "crossover-annealing" });
  assert.equal(plain.provenance.fixed, 0);
  assert.ok(provenance.energy <= plain.provenance.energy + 1e-9);
});

test("up to 64 variables a call without limits finds the lowest energy with a fixed short effort", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const model = randomModel(seed, 21 + seed * 3, { density: 1, whole: seed % 2 === 0, vartype: "BINARY" });
    const { provenance } = await solve(model);
    const long = await solve(model, { solver: "tabu", seed: 99, reads: 20 });
    assert.equal(provenance.reads, 1);
    assert.ok(Math.abs(provenance.energy - long.provenance.energy) < 1e-9, `seed ${seed}`);
  }
});

test("a number of threads that makes no sense is refused", async () => {
  await assert.rejects(
    solve(randomModel(1, 30), { threads: 0 }),
    (e: unknown) => e instanceof QuantumError && e.code === "OPTION_INVALID",
  );
});

test("threads: the same seed and number of threads give the same samples, thread 0 those of no threads, labels and vartype stay", async () => {
  const labels = Array.from({ length: 60 }, (_, i) => `v${i}`);
  const model = { ...randomModel(3, 60, { density: 0.1, whole: true, vartype: "BINARY" }), labels };
  const options = { solver: "simulated-annealing", seed: 5, reads: 12, sweeps: 20 };
  const [first, second, alone] = [
    await solve(model, { ...options, threads: 2 }),
    await solve(model, { ...options, threads: 2 }),
    await solve(model, { ...options, reads: 6 }),
  ];
  assert.deepEqual(first.samples, second.samples);
  assert.equal(first.provenance.reads, 12);
  assert.equal(first.provenance.threads, 2);
  assert.deepEqual(first.samples.labels, labels);
  const rows = new Set(Array.from({ length: first.samples.count }, (_, r) => sampleAt(first.samples, r).join("")));
  for (let r = 0; r < alone.samples.count; r++) assert.ok(rows.has(sampleAt(alone.samples, r).join("")));
  assert.equal(first.provenance.energy, energyOf(model, sampleAt(first.samples, 0)));
});

test("threads: a reached target ends all of them, cancelling rejects with the signal's reason, errors keep their codes", async () => {
  const model = randomModel(6, 200, { density: 0.03, whole: true });
  const best = (await solve(model, { timeLimitMs: 200 })).provenance.energy;
  const { provenance } = await solve(model, { target: best, timeLimitMs: 600_000, threads: 2 });
  assert.ok(provenance.energy <= best);
  const controller = new AbortController();
  const run = solve(model, { timeLimitMs: 600_000, threads: 2, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("changed my mind")), 200);
  await assert.rejects(run, /changed my mind/);
  await assert.rejects(
    solve(model, { solver: "exact", threads: 2 }),
    (e: unknown) => e instanceof QuantumError && e.code === "SAMPLER_LIMIT_EXCEEDED",
  );
  await assert.rejects(
    solve(model, { solver: "magic", threads: 2, reads: 2 }),
    (e: unknown) => e instanceof QuantumError && e.code === "SAMPLER_UNKNOWN",
  );
});
