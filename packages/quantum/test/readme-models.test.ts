import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the README's example of models is the tested one", () => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-models-example.ts"), "utf8")
    .replace("../src/index.ts", "@entente/quantum")
    .trim();
  assert.ok(
    readFileSync(join(here, "../README.md"), "utf8").includes(example),
    "README.md must quote test/readme-models-example.ts",
  );
});

test("the README names every problem builder", async () => {
  const { problemNames } = await import("../src/index.ts");
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  for (const name of problemNames()) assert.ok(readme.includes(`\`${name}\``), name);
});

test("the README's example of models runs and prints what it should", async (t) => {
  const lines: unknown[][] = [];
  t.mock.method(console, "log", (...line: unknown[]) => lines.push(line));
  await import("./readme-models-example.ts");
  assert.deepEqual(lines, [[{ crates: 0, chairs: 4 }, true, -12], [2], [["tent", "lamp"], 13, []], [9]]);
});
