import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the README's example is the compiled one", () => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-example.tsx"), "utf8").trim();
  assert.ok(readFileSync(join(here, "../README.md"), "utf8").includes(example), "README.md must quote test/readme-example.tsx");
});
