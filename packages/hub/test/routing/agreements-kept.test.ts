import assert from "node:assert/strict";
import { test } from "node:test";
import { AgreementsKept } from "../../src/joins/agreements-kept.ts";
import { engines, withStore } from "../stores.ts";

for (const engine of engines)
  test(`the share of agreements kept is read behind the back of who asks, and again after a while (${engine})`, async (t) => {
    await withStore(t, engine, async (store) => {
      const sign = (id: string, contractor: string, status: string) =>
        store.db
          .insertInto("agreements")
          .values({
            id,
            negotiation_id: "n",
            initiator: "i",
            contractor,
            document_json: "{}",
            signatures_json: "{}",
            status,
            task_id: null,
            due_at: 0,
            created_at: 0,
            closed_at: null,
            outcome_json: null,
          })
          .execute();
      await store.db
        .insertInto("negotiations")
        .values({
          id: "n",
          protocol: "contract-net",
          run_id: null,
          subject: "s",
          status: "closed",
          terms_json: "{}",
          events_json: "[]",
          outcome_json: null,
          created_at: 0,
          updated_at: 0,
        })
        .execute();
      for (const [i, status] of ["fulfilled", "fulfilled", "late", "failed", "active", "cancelled"].entries())
        await sign(`agr_${i}`, "a", status);
      let now = 0;
      const kept = new AgreementsKept(store, () => now);
      assert.equal(kept.of("a"), undefined, "the first asking only begins to read");
      await kept.settled();
      assert.equal(kept.of("a"), (2 + 9) / (4 + 10));
      assert.equal(kept.of("newcomer"), undefined);
      await sign("agr_9", "a", "fulfilled");
      now = 6_000;
      kept.of("a");
      await kept.settled();
      assert.equal(kept.of("a"), (3 + 9) / (5 + 10));
    });
  });
