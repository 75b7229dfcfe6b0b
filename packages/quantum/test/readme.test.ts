import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the README's example is the tested one", () => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-example.ts"), "utf8").replace("../src/index.ts", "@entente/quantum").trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote test/readme-example.ts");
});

test("the README's example runs and prints what it should", async (t) => {
  const lines: unknown[][] = [];
  t.mock.method(console, "log", (...line: unknown[]) => lines.push(line));
  await import("./readme-example.ts");
  assert.deepEqual(lines, [
    [-7, "exact", { north: 1, centre: 0, south: 1 }],
    [2, true, true],
  ]);
});

test("the README's embedding example is the tested one, and runs", async (t) => {
  const here = import.meta.dirname;
  const file = readFileSync(join(here, "readme-embedding-example.ts"), "utf8");
  const example = file.replace("../src/index.ts", "@entente/quantum").trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote it");
  const lines: unknown[][] = [];
  t.mock.method(console, "log", (...line: unknown[]) => lines.push(line));
  await import("./readme-embedding-example.ts");
  assert.deepEqual(lines, [[-1]]);
});
