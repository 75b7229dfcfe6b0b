import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { sql } from "kysely";
import { systemClock } from "../src/base/clock.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { engines, withDatabase, withStore } from "./stores.ts";

const event = (subject: string) => ({ kind: "test.happened", actor: "test", subject, data: {} });

for (const engine of engines) {
  test(`${engine}: a transaction that does not wait for the disk is one like any other, and the next one waits again`, (t) =>
    withStore(t, engine, async (store) => {
      const waits = await waiting(store);
      await store.transaction((trx) => store.events.append(trx, [event("a")]), "behind");
      assert.equal(await waiting(store), waits);
      const failing = store.transaction(async (trx) => {
        await store.events.append(trx, [event("b")]);
        throw new Error("no");
      }, "behind");
      await assert.rejects(failing, /^Error: no$/);
      assert.equal(await waiting(store), waits);
      await Promise.all(
        ["c", "d", "e", "f"].map((subject, k) =>
          store.transaction((trx) => store.events.append(trx, [event(subject)]), k % 2 === 0 ? "behind" : "waits"),
        ),
      );
      const kept = await store.events.read({ kind: "test.*", limit: 10 });
      assert.deepEqual(kept.map(({ subject }) => subject).toSorted(), ["a", "c", "d", "e", "f"]);
      assert.equal((await store.events.verify()).problem, undefined);
      assert.equal(await waiting(store), waits);
    }));

  test(`${engine}: a transaction that did not wait for the disk survives a killed process`, (t) =>
    withDatabase(t, engine, async (dataFolder, url) => {
      const writer = spawn(
        process.execPath,
        ["--conditions=entente", join(import.meta.dirname, "peers", "writer-behind.ts"), dataFolder, url],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const [told] = await once(writer.stdout, "data");
      writer.kill("SIGKILL");
      await once(writer, "exit");
      await using store = await openStore({ url, dataFolder, clock: systemClock });
      const kept = await store.events.read({ kind: "test.*", limit: 1000 });
      assert.ok(kept.length >= Number(told), `wanted ${told} events or more; got ${kept.length}`);
      assert.equal((await store.events.verify()).problem, undefined);
    }));
}

// How long a commit waits, in the engine's own words.
async function waiting({ db, engine }: Store): Promise<string> {
  const { rows } = await (engine === "sqlite" ? sql`pragma synchronous` : sql`show synchronous_commit`).execute(db);
  return JSON.stringify(rows[0]);
}
