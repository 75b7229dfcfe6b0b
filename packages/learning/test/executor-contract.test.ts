// What every executor must do; run against each file of src/executors.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Executor } from "../src/index.ts";
import { evaluate, readModel } from "../src/index.ts";
import { dryRun } from "./examples/dry-run.ts";
import { tinyCorpus } from "./tiny-run.ts";

const folder = join(import.meta.dirname, "../src/executors");
const corpus = await tinyCorpus();
after(() => corpus[Symbol.asyncDispose]());

const isExecutor = (value: unknown): value is Executor =>
  typeof value === "object" && value !== null && "name" in value && "run" in value && typeof value.run === "function";

const names = readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".worker.ts"))
  .map((file) => file.slice(0, -3));

test("there is at least one executor", () => assert.ok(names.length > 0));

for (const name of names) {
  const exported: Record<string, unknown> = await import(join(folder, `${name}.ts`));
  const executor = Object.values(exported).find(isExecutor);

  test(`${name}: exports an executor of the file's name`, () => assert.equal(executor?.name, name));
  if (executor === undefined) continue;

  test(`${name}: trains to a checkpoint that can be read and evaluated`, async () => {
    const result = await executor.run(corpus.spec(`${name}-trains`));
    assert.deepEqual([result.stopped, result.steps], ["steps", 20]);
    assert.equal(result.tokens > 0 && Number.isFinite(result.loss), true);
    assert.ok((await readModel(result.checkpoint)).parameters.size > 0);
    const { overall } = await evaluate({
      checkpoint: result.checkpoint,
      documents: [{ id: "x", slice: "x", text: "const x = 1;" }],
    });
    assert.ok(overall.bitsPerByte > 0);
  });

  test(`${name}: goes on from the newest checkpoint`, async () => {
    await executor.run(corpus.spec(`${name}-resumes`, { budget: { steps: 5 } }));
    const result = await executor.run(corpus.spec(`${name}-resumes`, { budget: { steps: 9 } }));
    assert.equal(result.steps, 9);
    assert.deepEqual(result.curve[0]?.[0], 1, "the curve goes back to the first run");
  });

  test(`${name}: cancelled in the middle, it resolves with a whole checkpoint`, async () => {
    const cancel = new AbortController();
    const spec = corpus.spec(`${name}-cancelled`, { budget: { steps: 1_000_000 } });
    const result = await executor.run(spec, { signal: cancel.signal, progress: () => cancel.abort() });
    assert.equal(result.stopped, "cancelled");
    assert.ok((await readModel(result.checkpoint)).parameters.size > 0);
  });

  test(`${name}: cancelled before the start, it rejects with the signal's reason`, async () => {
    const reason = new Error("not now");
    await assert.rejects(executor.run(corpus.spec(`${name}-never`), { signal: AbortSignal.abort(reason) }), reason);
  });

  test(`${name}: refuses an impossible spec with RUN_SPEC_INVALID`, async () => {
    for (const change of [{ batch: 0 }, { shards: [] }, { budget: { steps: 0 } }, { seed: -1 }, { sequence: 33 }]) {
      await assert.rejects(
        executor.run(corpus.spec(`${name}-bad`, change)),
        { code: "RUN_SPEC_INVALID" },
        JSON.stringify(change),
      );
    }
  });
}

test("the folder's README quotes an example that compiles and can be cancelled", async () => {
  const example = await readFile(join(import.meta.dirname, "examples/dry-run.ts"), "utf8");
  assert.ok((await readFile(join(folder, "README.md"), "utf8")).includes(`\`\`\`ts\n${example}\`\`\``));
  const cancel = new AbortController();
  const result = await dryRun.run(corpus.spec("dry"), {
    signal: cancel.signal,
    progress: ({ step }) => step === 3 && cancel.abort(),
  });
  assert.deepEqual([result.stopped, result.steps], ["cancelled", 3]);
});
