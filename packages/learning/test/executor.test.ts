import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import {
  checkpointSteps,
  ortExecutor,
  type RunProgress,
  type RunSpec,
  saveTokenizer,
  trainTokenizer,
  weightsHash,
} from "../src/index.ts";
import { tinyCorpus } from "./tiny-run.ts";

const corpus = await tinyCorpus();
after(() => corpus[Symbol.asyncDispose]());

const finalHash = async (spec: RunSpec): Promise<string> => weightsHash((await ortExecutor.run(spec)).checkpoint);
const whole = await finalHash(corpus.spec("whole"));

test("the same seed, shards and single thread give bit-identical weights", async () => {
  assert.equal(await finalHash(corpus.spec("again")), whole);
});

test("another seed gives other weights", async () => {
  assert.notEqual(await finalHash(corpus.spec("other-seed", { seed: 2 })), whole);
});

test("a run that is cancelled and resumed ends with the weights of one that was not", async () => {
  const cancel = new AbortController();
  // A constant rate, so that weights depend on the steps done and not on the budget.
  const base = corpus.spec("cancelled", { budget: { steps: 100_000 } });
  const spec = { ...base, optimizer: { ...base.optimizer, decay: "constant" as const } };
  const first = await ortExecutor.run(spec, { signal: cancel.signal, progress: () => cancel.abort() });
  assert.equal(first.stopped, "cancelled");
  assert.ok(first.steps > 0 && first.steps < 100_000, `${first.steps} steps`);
  const budget = { steps: first.steps + 10 };
  const resumed = await ortExecutor.run({ ...spec, budget });
  assert.deepEqual([resumed.stopped, resumed.steps], ["steps", first.steps + 10]);
  const straight = await finalHash({ ...spec, budget, outDir: join(corpus.folder, "straight") });
  assert.equal(await weightsHash(resumed.checkpoint), straight);
});

test("twenty steps equal ten steps and ten more after a resumption", async () => {
  const spec = corpus.spec("ten-and-ten");
  const constant = { ...spec, optimizer: { ...spec.optimizer, decay: "constant" as const } };
  const straight = await finalHash({ ...constant, outDir: join(corpus.folder, "twenty") });
  await ortExecutor.run({ ...constant, budget: { steps: 10 } });
  assert.equal(await finalHash(constant), straight);
});

test("a process killed with SIGKILL in the middle of a run leaves whole checkpoints, and the resumed run ends with the same weights", async () => {
  const spec = corpus.spec("killed", { budget: { steps: 1200 }, checkpointEverySteps: 3 });
  const straight = await finalHash({ ...spec, outDir: join(corpus.folder, "not-killed"), checkpointEverySteps: 100 });
  const program = join(import.meta.dirname, "programs/train.ts");
  let kills = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    const child = spawn(process.execPath, ["--conditions=entente", program, JSON.stringify(spec)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
    for await (const _ of createInterface({ input: child.stdout })) {
      child.kill("SIGKILL");
      break;
    }
    // A later attempt may reach its end before the kill on a fast machine; the first has all steps before it.
    if ((await exited) === "SIGKILL") kills++;
    assert.ok((await checkpointSteps(spec.outDir)).length > 0);
  }
  assert.ok(kills >= 1);
  const resumed = await ortExecutor.run(spec);
  assert.equal(resumed.steps, 1200);
  assert.equal(await weightsHash(resumed.checkpoint), straight);
  assert.deepEqual(
    (await readdir(spec.outDir)).filter((name) => name.includes("partial")),
    [],
  );
});

test("the loss falls, and progress reports carry the step, rate, speed and time left", async () => {
  const reports: RunProgress[] = [];
  const result = await ortExecutor.run(corpus.spec("falls", { budget: { steps: 600 }, batch: 4 }), {
    progress: (report) => reports.push(report),
  });
  const [first, last] = [result.curve[0]!, result.curve.at(-1)!];
  assert.equal(first[0], 1);
  assert.equal(last[0], 600);
  assert.ok(Math.abs(first[1] - Math.log(320)) < 0.5, `an untrained model should be near ln 320; got ${first[1]}`);
  // One batch is a noisy figure; the mean of the last twenty points is not.
  const end = result.curve.slice(-20).reduce((sum, [, loss]) => sum + loss, 0) / 20;
  assert.ok(end < first[1] - 1.2, `${first[1]} fell only to ${end}`);
  const final = reports.at(-1)!;
  assert.equal(final.step, 600);
  assert.ok(final.tokensPerSecond > 0 && final.gradientNorm > 0 && final.learningRate > 0);
  assert.equal(final.etaMs, 0);
});

test("a time budget ends the run and the result says so", async () => {
  const result = await ortExecutor.run(corpus.spec("timed", { budget: { steps: 1_000_000, seconds: 0.3 } }));
  assert.equal(result.stopped, "seconds");
  assert.ok(result.seconds >= 0.3);
});

test("a checkpoint can start another run, with its tokenizer and weights", async () => {
  const first = await ortExecutor.run(corpus.spec("base", { budget: { steps: 150 } }));
  const { config: _, tokenizerPath: __, ...spec } = corpus.spec("tuned", { budget: { steps: 5 }, initFrom: first.checkpoint });
  const second = await ortExecutor.run(spec);
  assert.ok(
    second.curve[0]![1] < Math.log(320) - 1,
    `a trained model should start below the untrained loss; got ${second.curve[0]![1]}`,
  );
});

test("only the two newest checkpoints are kept", async () => {
  const spec = corpus.spec("kept", { checkpointEverySteps: 4 });
  await ortExecutor.run(spec);
  assert.deepEqual(await checkpointSteps(spec.outDir), [16, 20]);
});

test("a resumption with another batch size is refused with RUN_NOT_RESUMABLE", async () => {
  await assert.rejects(ortExecutor.run(corpus.spec("whole", { batch: 3, budget: { steps: 30 } })), { code: "RUN_NOT_RESUMABLE" });
});

test("shards made by another tokenizer are refused with SHARD_INVALID", async () => {
  const other = join(corpus.folder, "other-tokenizer.json");
  await saveTokenizer(await trainTokenizer({ documents: ["abab abab abab"], vocabularySize: 260 }), other);
  await assert.rejects(ortExecutor.run(corpus.spec("mismatch", { tokenizerPath: other })), { code: "SHARD_INVALID" });
});

test("a spec with a sequence beyond the model's positions is refused with RUN_SPEC_INVALID", async () => {
  await assert.rejects(ortExecutor.run(corpus.spec("long", { sequence: 64 })), { code: "RUN_SPEC_INVALID" });
});

test("a signal that is aborted before the start rejects with its reason and writes nothing", async () => {
  const reason = new Error("not now");
  await assert.rejects(ortExecutor.run(corpus.spec("never"), { signal: AbortSignal.abort(reason) }), reason);
  await assert.rejects(readdir(join(corpus.folder, "never")));
});
