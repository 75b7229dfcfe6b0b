import assert from "node:assert/strict";
import { test } from "node:test";
import { JobRecords } from "../../src/quantum/jobs/records.ts";
import { engines, withStore } from "../stores.ts";

const order = {
  solve: { problem: { text: "", format: "qubo" }, solver: "auto", seconds: 1, seed: 1 },
  fallback: true,
  qpu: { reads: 1, chainBreaks: "majority" },
};

function row(id: string, place: string, submitted_at: number) {
  return {
    ...{ id, owner: "operator", label: "", wanted: place, place, priority: "normal", state: "queued", cost_ms: 1 },
    ...{ order_json: JSON.stringify(order), notes_json: '{"notes":[],"detours":[]}', cancel: 0, submitted_at },
  };
}

for (const engine of engines)
  test(`${engine}: however many jobs wait for Leap, those that wait for this machine are seen, and the oldest of each first`, (t) =>
    withStore(t, engine, async (store) => {
      const far = Array.from({ length: 2100 }, (_, i) => row(`job_far_${String(i).padStart(4, "0")}`, "qpu", i));
      for (let from = 0; from < far.length; from += 300)
        await store.db
          .insertInto("quantum_jobs")
          .values(far.slice(from, from + 300))
          .execute();
      await store.db
        .insertInto("quantum_jobs")
        .values([row("job_near", "local", 9000)])
        .execute();
      const waiting = await new JobRecords(store).waiting((job, error) => assert.fail(`${job}: ${String(error)}`));
      const near = waiting.filter(({ place }) => place === "local").map(({ id }) => id);
      assert.deepEqual(near, ["job_near"]);
      assert.equal(waiting.find(({ place }) => place === "qpu")?.id, "job_far_0000");
    }));
