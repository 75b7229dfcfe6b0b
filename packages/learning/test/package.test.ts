import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const execute = promisify(execFile);
const root = join(import.meta.dirname, "..");

async function modulesLoadedBy(entry: string): Promise<string[]> {
  const program = `await import(${JSON.stringify(entry)}); console.log(JSON.stringify(process.report.getReport().sharedObjects))`;
  const { stdout } = await execute(process.execPath, ["--conditions=entente", "--input-type=module", "-e", program]);
  return JSON.parse(stdout);
}

test("importing the package loads no native runtime", async () => {
  const loaded = await modulesLoadedBy(join(root, "src/index.ts"));
  assert.ok(loaded.length > 0);
  assert.deepEqual(
    loaded.filter((file) => file.includes("onnxruntime")),
    [],
  );
  const session = await modulesLoadedBy(join(root, "src/runtime/session.ts"));
  assert.ok(
    session.some((file) => file.includes("onnxruntime")),
    "the check itself should see the runtime where it is loaded",
  );
});

test("no source file exceeds 300 lines", async () => {
  const files = (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".ts"));
  for (const file of files) {
    const lines = (await readFile(join(root, "src", file), "utf8")).split("\n").length;
    assert.ok(lines <= 300, `${file} has ${lines} lines`);
  }
});

test("compiled to JavaScript, the package trains, evaluates and writes", async () => {
  // Below the package, so that the compiled files find its dependencies.
  await mkdir(join(root, "dist"), { recursive: true });
  await using out = await mkdtempDisposable(join(root, "dist", "compiled-"));
  const flags = [
    "-p",
    root,
    "--emitDeclarationOnly",
    "false",
    "--composite",
    "false",
    "--incremental",
    "false",
    "--outDir",
    out.path,
  ];
  await execute(join(root, "../../node_modules/.bin/tsc"), flags);
  const program = join(out.path, "program.mjs");
  await writeFile(
    program,
    `import { ortExecutor, evaluate, openModel } from "./src/index.js";
     import { tinyCorpus } from "./test/tiny-run.js";
     await using corpus = await tinyCorpus();
     const { checkpoint } = await ortExecutor.run(corpus.spec("m", { budget: { steps: 3 } }));
     const { overall } = await evaluate({ checkpoint, documents: [{ id: "a", slice: "s", text: "hello world" }] });
     await using model = await openModel(checkpoint);
     const pieces = await Array.fromAsync(model.generate("x", { maxTokens: 4 }));
     console.log(JSON.stringify({ bytes: overall.bytes, pieces: pieces.length }));`,
  );
  const { stdout } = await execute(process.execPath, [program]);
  assert.deepEqual(JSON.parse(stdout), { bytes: 11, pieces: 4 });
});
