import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pipeErrorCodes } from "../src/index.ts";

test("the README's example is the tested one", () => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-example.ts"), "utf8").replace("../src/index.ts", "@entente/pipe").trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote test/readme-example.ts");
});

test("the README's example runs and prints an energy, two samples and an error's code", async (t) => {
  const lines: unknown[] = [];
  t.mock.method(console, "log", (line: unknown) => lines.push(line));
  await import("./readme-example.ts");
  assert.deepEqual(lines, [-1, "1 1", "1 -1", "NO_SPINS"]);
});

test("the README's table of error codes is the code's, in both directions", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  const table = readme.slice(readme.indexOf("## Error codes"), readme.indexOf("A `RemoteError`"));
  const listed = [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(listed.toSorted(), [...pipeErrorCodes].toSorted());
});
