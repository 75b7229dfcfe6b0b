/** The tasks scenarios of the official conformance suite, each against the fixture's tools. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { scratchFolder } from "../scratch.ts";

const suite = fileURLToPath(import.meta.resolve("@modelcontextprotocol/conformance/dist/index.js"));
const limitMs = 60_000;

// What each has to check; of one the suite says that it is not written yet.
const scenarios = {
  "tasks-lifecycle": 9,
  "tasks-capability-negotiation": 5,
  "tasks-wire-fields": 4,
  "tasks-request-state-removal": 3,
  "tasks-mrtr-input": 4,
  "tasks-request-headers": 5,
  "tasks-dispatch-and-envelope": 9,
  "tasks-status-notifications": 0,
  "tasks-required-task-error": 3,
  "tasks-mrtr-composition": 2,
};

test("every check of the conformance suite's tasks scenarios passes", { timeout: 3 * limitMs }, async (t) => {
  using folder = scratchFolder();
  const server = spawn(process.execPath, ["--conditions=entente", join(import.meta.dirname, "fixture-server.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const [url] = await once(createInterface(server.stdout), "line", { signal: AbortSignal.timeout(limitMs) });
    for (const [scenario, checks] of Object.entries(scenarios))
      await t.test(scenario, async () => {
        const { stdout } = await promisify(execFile)(process.execPath, [suite, "server", "--url", url, "--scenario", scenario], {
          cwd: folder.path,
          timeout: limitMs,
        });
        assert.match(stdout, new RegExp(`Passed: ${checks}/${checks}, 0 failed, 0 warnings`), stdout);
      });
  } finally {
    server.stdin.end();
    await once(server, "close");
  }
});
