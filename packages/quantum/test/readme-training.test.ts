import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the README's example of the training helpers is the tested one and prints what it should", async (t) => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-training-example.ts"), "utf8")
    .replace("../src/index.ts", "@entente/quantum")
    .trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote the example");
  const lines: unknown[][] = [];
  t.mock.method(console, "log", (...line: unknown[]) => lines.push(line));
  await import("./readme-training-example.ts");
  assert.deepEqual(lines, [[["r16", "r8"], "exact"], [["rate", "optimiser"]], [6]]);
});
