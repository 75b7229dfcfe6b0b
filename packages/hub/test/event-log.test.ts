import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sql, type Transaction } from "kysely";
import { systemClock } from "../src/base/clock.ts";
import type { Database } from "../src/store/schema.ts";
import { openStore } from "../src/store/store.ts";
import { scratchFolder } from "./scratch.ts";
import { engines, withStore } from "./stores.ts";

const event = (n: number) => ({ kind: n % 2 ? "test.odd" : "test.even", actor: "tester", subject: `s${n % 3}`, data: { n } });

function addTo(trx: Transaction<Database>, owner: string) {
  return sql`update quantum_usage set amount_ms = amount_ms + 1 where owner = ${owner}`.execute(trx);
}

for (const engine of engines) {
  test(`${engine}: events recorded at once keep one gapless chain, also after reopening`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      await Promise.all(Array.from({ length: 200 }, (_, n) => store.events.record(event(n))));
      const again = await reopen();
      await again.events.record(event(200));
      const report = await again.events.verify();
      assert.deepEqual({ checked: report.checked, brokenAt: report.brokenAt }, { checked: 201, brokenAt: undefined });
      const seen = (await again.events.read({ limit: 1000 })).map((e) => e.data.n);
      assert.deepEqual(
        seen,
        Array.from({ length: 201 }, (_, n) => n),
      );
    }));

  test(`${engine}: a changed, a removed and a cut-off event are each found`, (t) =>
    withStore(t, engine, async (store) => {
      for (let n = 0; n < 5; n++) await store.events.record(event(n));
      const { data_json } = await store.db
        .selectFrom("events")
        .select("data_json")
        .where("seq", "=", 3)
        .executeTakeFirstOrThrow();
      await store.db.updateTable("events").set({ data_json: '{"n":99}' }).where("seq", "=", 3).execute();
      assert.deepEqual(await brokenAt(), [3, "its content was changed"]);
      await store.db.updateTable("events").set({ data_json }).where("seq", "=", 3).execute();
      assert.equal((await store.events.verify()).brokenAt, undefined);
      await store.db.deleteFrom("events").where("seq", "=", 5).execute();
      assert.deepEqual(await brokenAt(), [5, "the log should end at event 5"]);
      await store.db.deleteFrom("events").where("seq", "=", 2).execute();
      assert.deepEqual(await brokenAt(), [2, "event 2 is missing"]);
      async function brokenAt() {
        const { brokenAt, problem } = await store.events.verify();
        return [brokenAt, problem];
      }
    }));

  test(`${engine}: events are found by kind, prefix, subject and number`, (t) =>
    withStore(t, engine, async (store) => {
      for (let n = 0; n < 12; n++) await store.events.record(event(n));
      const numbers = async (filter: object) => (await store.events.read({ limit: 100, ...filter })).map((e) => e.seq);
      assert.deepEqual(await numbers({ kind: "test.odd" }), [2, 4, 6, 8, 10, 12]);
      assert.deepEqual((await numbers({ kind: "test.*", newestFirst: true })).slice(0, 3), [12, 11, 10]);
      assert.deepEqual(await numbers({ subject: "s1", after: 4, before: 10 }), [5, 8]);
    }));

  test(`${engine}: one transaction that appends and then changes a row, and one the other way round, both succeed`, (t) =>
    withStore(t, engine, async (store) => {
      await store.db.insertInto("quantum_usage").values({ owner: "a", lane: "local", amount_ms: 0, at: 0 }).execute();
      await Promise.all(
        [true, false].map((isFirst) =>
          store.transaction(async (trx) => {
            if (isFirst) await store.events.append(trx, [event(0)]);
            else await addTo(trx, "a");
            await sleep(50);
            if (isFirst) await addTo(trx, "a");
            else await store.events.append(trx, [event(1)]);
          }),
        ),
      );
      const { amount_ms } = await store.db.selectFrom("quantum_usage").select("amount_ms").executeTakeFirstOrThrow();
      assert.equal(amount_ms, 2);
      assert.equal((await store.events.verify()).checked, 2);
    }));

  test(`${engine}: a transaction that was undone because others and it waited for each other runs again`, (t) =>
    withStore(t, engine, async (store) => {
      for (const owner of ["a", "b"])
        await store.db.insertInto("quantum_usage").values({ owner, lane: "local", amount_ms: 0, at: 0 }).execute();
      let runs = 0;
      const crossing = (owners: readonly string[]) =>
        store.transaction(async (trx) => {
          runs += 1;
          for (const owner of owners) {
            await addTo(trx, owner);
            await sleep(50);
          }
          await store.events.append(trx, [event(0)]);
        });
      await Promise.all([crossing(["a", "b"]), crossing(["b", "a"])]);
      const rows = await store.db.selectFrom("quantum_usage").select("amount_ms").execute();
      assert.deepEqual(
        rows.map(({ amount_ms }) => amount_ms),
        [2, 2],
      );
      assert.equal((await store.events.verify()).checked, 2);
      assert.equal(runs, engine === "postgres" ? 3 : 2);
    }));

  test(`${engine}: an event in a transaction that fails is not there`, (t) =>
    withStore(t, engine, async (store) => {
      await assert.rejects(
        store.transaction(async (trx) => {
          await store.events.append(trx, [event(0)]);
          throw new Error("no");
        }),
      );
      await store.events.record(event(1));
      assert.equal((await store.events.verify()).checked, 1);
    }));
}

test("postgres: two hubs on one store append to one chain", (t) =>
  withStore(t, "postgres", async (first, reopen) => {
    const second = await reopen();
    await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? first : second).events.record(event(n))));
    assert.equal((await first.events.verify()).brokenAt, undefined);
    assert.equal((await first.events.read({ limit: 100 })).length, 40);
  }));

test("sqlite: a hub and a command in another process append to one chain", async () => {
  using folder = scratchFolder();
  const child = spawn(process.execPath, ["--conditions=entente", "--input-type=module", "-e", recorder(folder.path, 200)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  await using store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
  for (let n = 0; n < 200; n++) await store.events.record(event(n));
  assert.deepEqual(await ended, [0, null]);
  const report = await store.events.verify();
  assert.deepEqual([report.checked, report.brokenAt], [400, undefined]);
});

test("sqlite: processes that start together on an empty folder all find their tables", async () => {
  for (let round = 0; round < 2; round++) {
    using folder = scratchFolder();
    const args = ["--conditions=entente", "--input-type=module", "-e", recorder(folder.path, 1)];
    const children = [1, 2, 3].map(() => spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] }));
    for (const [code] of await Promise.all(children.map((child) => once(child, "exit")))) assert.equal(code, 0);
  }
});

test("kill -9 while recording loses no acknowledged event", async () => {
  using folder = scratchFolder();
  const source = recorder(folder.path, Number.POSITIVE_INFINITY);
  let acknowledged = -1;
  for (let round = 0; round < 6; round++) {
    const child = spawn(process.execPath, ["--conditions=entente", "--input-type=module", "-e", source], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const wanted = acknowledged + 5 + round * 7;
    let text = "";
    for await (const chunk of child.stdout) {
      text += chunk;
      const last = Number(
        text
          .trimEnd()
          .split("\n")
          .slice(text.endsWith("\n") ? -1 : -2)[0] ?? -1,
      );
      acknowledged = Math.max(acknowledged, last);
      if (last >= wanted) break;
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    await using store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
    const report = await store.events.verify();
    assert.equal(report.brokenAt, undefined);
    const seen = (await store.events.read({ limit: 100_000 })).map((e) => e.data.n);
    assert.deepEqual(
      seen,
      Array.from({ length: report.checked }, (_, n) => n),
      "each once, in order",
    );
    assert.ok(report.checked > acknowledged, `acknowledged ${acknowledged}, kept ${report.checked}`);
  }
});

// A program that records events, from the number of those there on, and prints each number once it is acknowledged.
function recorder(folder: string, count: number): string {
  return `
    const { openStore } = await import(${JSON.stringify(new URL("../src/store/store.ts", import.meta.url).href)});
    const store = await openStore({ url: "", dataFolder: ${JSON.stringify(folder)}, clock: { now: () => Date.now() } });
    const { seq } = await store.db.selectFrom("event_head").select("seq").executeTakeFirstOrThrow();
    for (let i = 0; i < ${count}; i++) { await store.events.record({ kind: "k.k", actor: "a", subject: "s", data: { n: seq + i } }); process.stdout.write(seq + i + "\\n"); }
    await store[Symbol.asyncDispose]();`;
}
