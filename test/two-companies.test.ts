/** The example of four agents of two companies, run as its first lines say. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { loadConfig, serveHub } from "@entente/hub";
import { openHub } from "@entente/sdk";
import { scratch } from "./hub-process.ts";

const run = promisify(execFile);

test("two companies agree, do a job, miss its deadline once on purpose, and bargain again", async () => {
  using folder = scratch();
  const flags = [
    ["data.dir", folder.path],
    ["http.port", "0"],
    ["log.level", "silent"],
  ] as const;
  await using _served = await serveHub(loadConfig({ flags }));
  const socket = `unix:${join(folder.path, "run", "hub.sock")}`;
  const example = join(import.meta.dirname, "..", "examples", "two-companies", "run.ts");
  const options = { env: { ...process.env, ENTENTE_HUB: socket }, timeout: 120_000 };
  const { stdout } = await run(process.execPath, ["--conditions=entente", example], options);
  const lines = stdout.trim().split("\n");
  const agreed = lines.filter((line) => line.startsWith("Agreed after"));
  assert.equal(agreed.length, 2, stdout);
  assert.match(agreed[0] ?? "", /1000 ms.*data in eu/);
  assert.match(stdout, /Network 1, 3200 roads: .* broken: total\./);
  assert.match(lines.at(-1) ?? "", /3 networks split for \d+ credits/);

  await using hub = await openHub({ hub: socket });
  const { agreements } = (await hub.call("agreement_list", {})) as unknown as { agreements: { id: string; status: string }[] }; // why: the tool's own output
  const [second, first] = agreements;
  assert.equal(first?.status, "failed", "the new agreement took its place");
  const old = await hub.call("agreement_get", { id: first?.id ?? "" });
  assert.deepEqual(old.outcome, { replacedBy: second?.id });
  for (const { id } of agreements) assert.equal((await hub.call("agreement_verify", { id })).holds, true);
  const known = await hub.tools();
  assert.ok(!known.some(({ name }) => name === "agent__birch_desk"), "they left");
});
