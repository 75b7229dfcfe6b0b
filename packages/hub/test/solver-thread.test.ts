import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { asEntenteError } from "../src/base/errors.ts";
import { operator } from "../src/base/principals.ts";
import { openHub } from "../src/gateway.ts";
import { type Following, Solving } from "../src/quantum/pillar.ts";
import { selectItems } from "../src/quantum/select-items.ts";
import type { SelectOrder, SolveOrder, Step } from "../src/quantum/solver-interface.ts";
import { stepsOf } from "../src/quantum/steps.ts";
import { code } from "./code.ts";
import { configOn, scratchFolder } from "./scratch.ts";

const quiet: Following = { signal: new AbortController().signal, progress: () => {} };
const dying = new URL("./fixtures/dying-solver.worker.ts", import.meta.url);
const pair = { text: "p qubo 0 2 2 1\n0 0 -1\n1 1 -1\n0 1 3\n", format: "qubo" } as const;
// A ring with signs all over: nothing that ends at once.
const ring = (n: number): string =>
  `${n} ${n}\n${Array.from({ length: n }, (_, i) => `${i + 1} ${((i + 1) % n) + 1} ${((i * 7919) % 5) - 2 || 1}`).join("\n")}\n`;
const order = (more: Partial<SolveOrder> = {}): SolveOrder => ({ problem: pair, solver: "auto", seconds: 1, seed: 1, ...more });
const endless = (seed = 1): SolveOrder =>
  order({ problem: { text: ring(2000), format: "mc" }, solver: "simulated-annealing", seconds: 600, seed });
async function until(met: () => boolean): Promise<void> {
  while (!met()) await sleep(2);
}

describe("the solver thread", () => {
  test("starts with the first call and ends after a time without calls; the next call starts another", async () => {
    await using solving = new Solving({ idleMs: 20 });
    assert.equal(solving.running, false);
    for (let round = 0; round < 2; round++) {
      const [one, two] = await Promise.all([solving.solve(order(), quiet), solving.solve(order({ seed: 2 }), quiet)]);
      assert.equal(one.energy, -1);
      assert.deepEqual(two.sample, { 0: 0, 1: 1 });
      assert.equal(solving.running, true);
      await until(() => !solving.running);
    }
  });

  test("the main thread goes on ticking while a big model is read and solved", async () => {
    await using solving = new Solving();
    let ticks = 0;
    const ticking = setInterval(() => {
      ticks += 1;
    }, 1);
    const done: number[] = [];
    const problem = { text: ring(20_000), format: "mc" } as const;
    const answer = await solving.solve(order({ problem, solver: "simulated-annealing", seconds: 0.5 }), {
      ...quiet,
      progress: (step) => done.push(step.done),
    });
    clearInterval(ticking);
    assert.equal(answer.variables, 20_000);
    assert.ok(ticks > 20, `${ticks} ticks`);
    assert.ok(done.length > 1);
    assert.deepEqual(
      done,
      done.toSorted((a, b) => a - b),
      "progress never falls",
    );
    assert.ok(done.every((share) => share >= 0 && share <= 1));
  });

  test("a cancel ends the call with its reason and frees the thread", async () => {
    await using solving = new Solving();
    const stop = new AbortController();
    let steps = 0;
    const call = solving.solve(endless(), {
      signal: stop.signal,
      progress: () => {
        steps += 1;
        stop.abort(new Error("enough"));
      },
    });
    await assert.rejects(call, /enough/);
    assert.ok(steps >= 1);
    const answer = await solving.solve(order(), quiet);
    assert.equal(answer.energy, -1, "the same thread answers");
    await assert.rejects(solving.solve(order(), { ...quiet, signal: AbortSignal.abort(new Error("before")) }), /before/);
  });

  for (const [seed, reason] of [
    [13, /exited with code 9/],
    [14, /out of memory, say/],
  ] as const) {
    test(`a thread that dies in the middle of a solve (${reason.source}) is SOLVER_ENDED, and the next call works`, async () => {
      await using solving = new Solving({ worker: dying });
      const beside = solving.solve(endless(), quiet);
      const ended = [solving.solve(endless(seed), quiet), beside];
      for (const call of await Promise.allSettled(ended)) {
        assert.equal(call.status, "rejected");
        code("SOLVER_ENDED", reason)(call.reason);
      }
      assert.equal(solving.running, false);
      assert.equal((await solving.solve(order(), quiet)).energy, -1);
    });
  }

  test("a close ends what is under way with SOLVER_ENDED", async () => {
    const solving = new Solving();
    const begun = Promise.withResolvers<void>();
    const call = solving.solve(endless(), { ...quiet, progress: () => begun.resolve() });
    const failed = assert.rejects(call, code("SOLVER_ENDED", /shutting down/));
    await begun.promise;
    await solving[Symbol.asyncDispose]();
    await failed;
    assert.equal(solving.running, false);
  });

  test("an error of the library keeps its code, its sentence and its facts", async () => {
    await using solving = new Solving();
    const bad = solving.solve(order({ problem: { text: "p qubo 0 3 1 1\n0 0 -1\n0 1 zz\n", format: "qubo" } }), quiet);
    await assert.rejects(bad, (thrown) => {
      const error = asEntenteError(thrown);
      assert.equal(error.code, "FORMAT_SYNTAX");
      assert.match(error.message, /line 3: wanted a finite number; got "zz"/);
      assert.equal(error.details.line, 3);
      return true;
    });
    await assert.rejects(
      solving.solve(order({ solver: "oracle" }), quiet),
      (thrown) => asEntenteError(thrown).code === "SAMPLER_UNKNOWN",
    );
  });

  test("a subset chosen in the thread is the one chosen without it", async () => {
    const items = (): SelectOrder => {
      const vectors = Array.from({ length: 30 }, (_, i) => [Math.cos(i % 7), Math.sin(i % 7)]);
      const sizes = vectors.map((_, i) => 1 + (i % 3));
      const embeddings = Float32Array.from(vectors.flat());
      return { embeddings, dimensions: 2, sizes, budget: 20, method: "greedy", seconds: 1, seed: 5 };
    };
    await using solving = new Solving();
    const { timeMs: _, ...there } = await solving.select(items(), quiet);
    const { timeMs: __, ...here } = await selectItems(items(), quiet.signal, () => {});
    assert.deepEqual(there, here);
    assert.ok(there.size <= 20 && there.selected.length > 0);
  });
});

test("steps give the newest progress and then the answer, and a slow reader misses only what was replaced", async () => {
  const gate = Promise.withResolvers<void>();
  const steps = stepsOf<string>(async (report) => {
    for (const done of [0.1, 0.2, 0.3]) report(done, `at ${done}`);
    await gate.promise;
    report(1, "at 1");
    return "answer";
  });
  assert.deepEqual((await steps.next()).value, { done: 0.3, message: "at 0.3" });
  gate.resolve();
  const rest: Step<string>[] = [];
  for await (const step of steps) rest.push(step);
  assert.deepEqual(rest, [{ done: 1, message: "at 1" }, { answer: "answer" }]);
});

test("steps throw what the work throws, after its progress", async () => {
  const steps = stepsOf(async (report) => {
    report(0.5, "half");
    throw new Error("no more");
  });
  assert.deepEqual((await steps.next()).value, { done: 0.5, message: "half" });
  await assert.rejects(steps.next(), /no more/);
});

test("over the hub, the tools keep their contract: a solve, a missing problem, a cancelled call", async () => {
  using folder = scratchFolder();
  await using hub = await openHub({ config: configOn(folder.path) });
  const call = (input: object, signal?: AbortSignal) =>
    hub.dispatcher.call("quantum_solve", input, { principal: operator, signal });
  const terms = { vartype: "SPIN", quadratic: [["a", "b", 1]] };
  const { energy, sample, provenance } = await call({ terms });
  assert.equal(energy, -1);
  assert.deepEqual(Object.keys(Object(sample)), ["a", "b"]);
  assert.equal(Object(provenance).solver, "exact");
  await assert.rejects(call({}), code("PROBLEM_MISSING"));
  const stop = new AbortController();
  const { problem, ...rest } = endless();
  const endlessCall = call({ ...problem, ...rest }, stop.signal);
  setTimeout(() => stop.abort(new Error("that will do")), 50);
  await assert.rejects(endlessCall, code("CANCELLED", /that will do/));
});
