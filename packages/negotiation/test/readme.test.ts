import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the README's example is the tested one", () => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-example.ts"), "utf8").replace("../src/index.ts", "@entente/negotiation").trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote test/readme-example.ts");
});

test("the README's example runs and prints the award with its reason", async (t) => {
  const lines: string[] = [];
  t.mock.method(console, "log", (line: string) => lines.push(line));
  await import("./readme-example.ts");
  assert.deepEqual(lines, ["bob leads ada by 0.475 on reliability (+0.400), promised time (+0.125)", "success"]);
});
