import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { StandIn } from "./stand-in.ts";

test("the README's Leap example is the tested one, and prints what it should", async (t) => {
  const here = import.meta.dirname;
  const example = readFileSync(join(here, "readme-leap.ts"), "utf8").replace("../../src/index.ts", "@entente/quantum").trim();
  assert.ok(
    readFileSync(join(here, "../../README.md"), "utf8").includes(example),
    "README.md must quote test/leap/readme-leap.ts",
  );

  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), "entente-leap-"));
  await using standIn = await StandIn.start();
  process.env.DWAVE_API_ENDPOINT = standIn.endpoint;
  process.env.DWAVE_API_TOKEN = standIn.token;
  process.chdir(folder);
  try {
    const lines: unknown[][] = [];
    t.mock.method(console, "log", (...line: unknown[]) => lines.push(line));
    await import("./readme-leap.ts");
    assert.deepEqual(lines, [[-1.5, 2], [true]]);
  } finally {
    process.chdir(home);
    rmSync(folder, { recursive: true });
  }
});
