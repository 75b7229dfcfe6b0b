import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { leapSettings, openLeap } from "../../src/index.ts";

test("the stand-in runs as a process of its own, takes faults, shows its log, and ends with its input", {
  timeout: 30_000,
}, async () => {
  const program = join(import.meta.dirname, "stand-in-server.ts");
  const child = spawn(process.execPath, ["--conditions=entente", program, '{"runMs":1}'], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close");
  try {
    const [line] = await once(createInterface(child.stdout), "line");
    const { endpoint, origin, token } = JSON.parse(line);
    const control = async (what: string, body = {}) => {
      const response = await fetch(`${origin}/control/${what}`, { method: "POST", body: JSON.stringify(body) });
      return JSON.parse(await response.text());
    };
    await control("faults", { faults: [{ kind: "drop", method: "POST", after: true }] });
    await using client = await openLeap(leapSettings({ endpoint, token }), { submission: { settleMs: 100 } });
    const solver = await client.solver({ category: "qpu" });
    const { result } = await client.submit({ solver, type: "ising", problem: { linear: [[0, 1]], quadratic: [] } });
    const { timing } = await result;
    const { log, jobs, twice, charged } = await control("log");
    assert.deepEqual([jobs, twice, charged], [1, [], timing.qpu_access_time]);
    assert.ok(log.some(({ query }: { query: { label?: string } }) => query.label !== undefined));
  } finally {
    child.stdin.end();
    await ended;
  }
});
