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
  assert.deepEqual(chosen(randomModel(1, 12), "auto"), { name: "exact", why: "12 variables are few enough to try every sample" });
  assert.equal(chosen(randomModel(1, 60), "auto").name, "tabu");
  assert.match(chosen(randomModel(1, 60), "auto").why, /^dense: 60 variables/);
  const ring = bqmFromPairs({
    vartype: "SPIN",
    size: 100,
    rows: [...Array(99).keys()],
    columns: Array.from({ length: 99 }, (_, i) => i + 1),
    biases: new Float64Array(99).fill(1),
  });
  assert.equal(chosen(ring, "auto").name, "simulated-annealing");
  assert.deepEqual(chosen(ring, "tabu"), { name: "tabu", why: "asked for by name" });
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
  const { provenance } = await solve(randomModel(4, 120, { density: 0.05 }), { timeLimitMs: 150, progress: (p) => seen.push(p) });
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
