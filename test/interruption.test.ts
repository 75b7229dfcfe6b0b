import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub } from "@entente/hub";
import { run, scratch, smallRun, start, untilReady, writeProse } from "./hub-process.ts";

// What must hold after any number of kills: an unbroken log, each file once, one version for the run, one promotion, and
// nothing left half-written.
async function audit(data: string, files: number): Promise<void> {
  await using hub = await openHub({
    config: loadConfig({
      flags: [
        ["data.dir", data],
        ["log.level", "silent"],
      ],
    }),
  });
  const { db, events } = hub.store;
  assert.equal((await events.verify()).brokenAt, undefined);
  const documents = await db.selectFrom("documents").select(["path", "status"]).execute();
  assert.equal(documents.filter((document) => document.status === "indexed").length, files);
  assert.equal(new Set(documents.map((document) => document.path)).size, files);
  const passages = await db.selectFrom("passages").select(["content_hash", "ordinal"]).execute();
  assert.equal(new Set(passages.map((passage) => `${passage.content_hash}:${passage.ordinal}`)).size, passages.length);
  const runs = await hub.learning.runs.list(10);
  assert.deepEqual(
    runs.map((one) => one.status),
    ["promoted"],
  );
  assert.equal((await hub.learning.versions.list("house")).length, 1);
  const told = await events.read({ limit: 100_000 });
  const count = (kind: string): number => told.filter((event) => event.kind === kind).length;
  for (const kind of [
    "run.started",
    "source.ingested",
    "version.registered",
    "version.passed",
    "version.promoted",
    "run.promoted",
  ]) {
    // Ingesting again after a kill is told again; everything else happens once.
    if (kind === "source.ingested") assert.ok(count(kind) >= 1);
    else assert.equal(count(kind), 1, kind);
  }
  const signed = told
    .filter((event) => event.kind === "agreement.signed")
    .map((event) => `${event.data.about} ${event.data.contractor}`);
  assert.equal(new Set(signed).size, signed.length, `each agreement once: ${signed}`);
  const active = await db.selectFrom("agreements").select("id").where("status", "=", "active").execute();
  assert.deepEqual(active, []);
  const champion = await hub.learning.versions.champion("house");
  assert.equal(champion?.status, "champion");
}

test("a run that is killed again and again goes on where it was: nothing lost, nothing twice", async () => {
  using folder = scratch();
  const [data, files] = [join(folder.path, "data"), join(folder.path, "files")];
  writeProse(files, 120);
  let state = 20261124;
  for (let kills = 0; kills < 6; kills++) {
    const child = start(data, smallRun, "up", "--learn", files);
    await untilReady(data, child);
    state = (state * 48271) % 2147483647;
    await sleep(50 + (state % 2200));
    child.kill("SIGKILL");
    await once(child, "close");
  }
  const last = await run(data, smallRun, "learn", files);
  assert.equal(last.code, 0, last.said);
  await audit(data, 120);
});

test("SIGTERM closes the hub in the middle of a run with code 130, and the next start goes on", async () => {
  using folder = scratch();
  const [data, files] = [join(folder.path, "data"), join(folder.path, "files")];
  writeProse(files, 60);
  const child = start(data, smallRun, "up", "--learn", files);
  await untilReady(data, child);
  for (let waited = 0; !/awards "train"/.test(child.said()); waited += 50) {
    assert.ok(waited < 60_000, child.said());
    await sleep(50);
  }
  child.kill("SIGTERM");
  const [code] = await once(child, "close");
  assert.ok(code === 0 || code === 130, `ended with ${code}: ${child.said()}`);
  const last = await run(data, smallRun, "learn", files);
  assert.equal(last.code, 0, last.said);
  await audit(data, 60);
});

test("a second run over unchanged files ends at once, and a rollback without an earlier champion is refused", async () => {
  using folder = scratch();
  const [data, files] = [join(folder.path, "data"), join(folder.path, "files")];
  writeProse(files, 60);
  assert.equal((await run(data, smallRun, "learn", files)).code, 0);
  const again = await run(data, smallRun, "learn", files);
  assert.equal(again.code, 0);
  assert.match(again.said, /Nothing new to learn/);
  const back = await run(data, smallRun, "rollback");
  assert.equal(back.code, 1);
  assert.match(back.said, /NO_PREVIOUS_CHAMPION/);
  const asked = await run(data, smallRun, "--json", "ask", "river stone garden");
  const { passages, written } = JSON.parse(asked.said);
  assert.ok(passages.length > 0 && typeof passages[0].startLine === "number");
  assert.match(written.notice, /guess/);
});
