import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { sdkErrorCodes } from "../src/index.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

test("the README's example is the tested one", () => {
  const example = readFileSync(join(import.meta.dirname, "readme-example.ts"), "utf8").replace("../src/index.ts", "@entente/sdk");
  assert.ok(readme.includes(example.trim()), "README.md must quote test/readme-example.ts");
});

test("the README lists every error code, and no other", () => {
  const listed = [...readme.matchAll(/^\| `([A-Z]+_[A-Z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(listed.sort(), [...sdkErrorCodes].sort());
});
