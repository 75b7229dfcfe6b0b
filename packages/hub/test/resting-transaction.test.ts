import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { withStore } from "./stores.ts";

test("postgres: a transaction that rests is rolled back, so that a hub that was stopped in one does not stop the others", (t) =>
  withStore(t, "postgres", async (store, reopen) => {
    const other = await reopen();
    const begun = Promise.withResolvers<void>();
    const resting = store.transaction(async (trx) => {
      await store.events.append(trx, [{ kind: "test.rested", actor: "hub", subject: "a", data: {} }]);
      begun.resolve();
      await sleep(14_000);
      await store.events.append(trx, [{ kind: "test.rested", actor: "hub", subject: "a", data: {} }]);
    });
    resting.catch(() => undefined);
    await begun.promise;
    const asked = performance.now();
    await other.events.record({ kind: "test.waited", actor: "hub", subject: "b", data: {} });
    assert.ok(performance.now() - asked < 13_000, "the other did not wait for it to end");
    await assert.rejects(resting);
    await store.events.record({ kind: "test.went-on", actor: "hub", subject: "a", data: {} });
    const kinds = (await other.events.read({ limit: 10 })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["test.waited", "test.went-on"]);
  }));
