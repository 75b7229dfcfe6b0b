import assert from "node:assert/strict";
import { test } from "node:test";
import { BulkInsert } from "../src/store/bulk.ts";
import { engines, withStore } from "./stores.ts";

for (const engine of engines)
  test(`${engine}: any number of rows is written, each once and in order`, (t) =>
    withStore(t, engine, async (store) => {
      const insert = new BulkInsert(engine, "task_events", ["task_id", "seq", "event_json"]);
      let seq = 0;
      for (const count of [0, 1, 2, 31, 32, 33, 63, 64, 65, 200, 1000]) {
        const rows = Array.from({ length: count }, () => ["t", ++seq, `${seq}'"`]);
        await store.transaction((trx) => insert.run(trx, rows));
      }
      const kept = await store.db.selectFrom("task_events").selectAll().orderBy("seq").execute();
      assert.equal(kept.length, seq);
      assert.ok(kept.every((row, at) => row.seq === at + 1 && row.event_json === `${at + 1}'"`));
    }));
