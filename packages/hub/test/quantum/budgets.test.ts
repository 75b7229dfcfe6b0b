import assert from "node:assert/strict";
import { test } from "node:test";
import { Budgets, hold, settle } from "../../src/quantum/jobs/budgets.ts";
import { periods, startOf } from "../../src/quantum/jobs/period.ts";
import { JobRecords } from "../../src/quantum/jobs/records.ts";
import { sharedOut } from "../../src/quantum/jobs/shares.ts";
import type { Store } from "../../src/store/store.ts";
import { engines, withStore } from "../stores.ts";

const noon = Date.UTC(2026, 5, 15, 12);

async function jobOf(store: Store, id: string, owner: string): Promise<void> {
  const order = {
    solve: { problem: { text: "", format: "qubo" as const }, solver: "auto", seconds: 1, seed: 1 },
    fallback: true,
    qpu: { reads: 1, chainBreaks: "majority" as const },
  };
  await new JobRecords(store).begin(
    {
      ...{ id, owner, label: "", wanted: "qpu", place: "qpu", priority: "normal", state: "queued", costMs: 1, order },
      ...{ deadlineAt: undefined, notes: [], detours: [], flight: undefined, cancel: false, answer: undefined },
      ...{ error: undefined, submittedAt: noon, startedAt: undefined, endedAt: undefined },
    },
    1000,
  );
}

async function held(store: Store, key: string, job: string, owner: string, us: number, now = noon): Promise<void> {
  await store.transaction(async (trx) => {
    const values = { key, hub: "h", solver: "s", plan_json: "{}", created_at: now, closed_at: null };
    await trx.insertInto("quantum_flights").values(values).execute();
    await hold(trx, store.engine === "postgres", key, [{ job, owner, us }], now);
  });
}

for (const engine of engines) {
  test(`${engine}: of claims that race for the last of a budget, exactly those that fit are held`, (t) =>
    withStore(t, engine, async (store) => {
      const budgets = new Budgets(store);
      await budgets.set("*", "day", 1000, "operator", noon);
      for (let i = 0; i < 20; i++) await jobOf(store, `job_${i}`, "operator");
      const ends = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) => held(store, `flight_${i}`, `job_${i}`, "operator", 90)),
      );
      assert.equal(ends.filter(({ status }) => status === "fulfilled").length, 11);
      for (const end of ends) if (end.status === "rejected") assert.equal(end.reason.code, "QPU_BUDGET_EXCEEDED");
      assert.deepEqual(await budgets.used(undefined, "day", noon), { heldUs: 990, spentUs: 0 });
    }));

  test(`${engine}: what was held becomes what was taken, or is free again, and a new day begins at nothing`, (t) =>
    withStore(t, engine, async (store) => {
      const budgets = new Budgets(store);
      await budgets.set("client:ada", "day", 1000, "operator", noon);
      await budgets.set("client:ada", "month", 1500, "operator", noon);
      for (const id of ["a", "b", "c", "d"]) await jobOf(store, id, "client:ada");
      await held(store, "f1", "a", "client:ada", 600);
      await assert.rejects(held(store, "f2", "b", "client:ada", 500), { code: "QPU_BUDGET_EXCEEDED" });
      await store.transaction((trx) => settle(trx, "f1", 450, [{ job: "a", weight: 7 }]));
      await held(store, "f2", "b", "client:ada", 500);
      await store.transaction((trx) => settle(trx, "f2", 0, [{ job: "b", weight: 1 }]));
      assert.deepEqual(await budgets.used("client:ada", "day", noon), { heldUs: 0, spentUs: 450 });
      const tomorrow = noon + 86_400_000;
      await held(store, "f3", "c", "client:ada", 1000, tomorrow);
      await assert.rejects(held(store, "f4", "d", "client:ada", 100, tomorrow + 86_400_000), /this month/);
    }));
}

test("shares of a flight add up to the whole, whatever the weights, and follow them within a microsecond", () => {
  let seed = 7;
  const next = (limit: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % limit;
  };
  for (let round = 0; round < 500; round++) {
    const weights = Array.from({ length: 1 + next(20) }, () => 1 + next(1000));
    const us = next(1_000_000);
    const parts = sharedOut(us, weights);
    assert.equal(
      parts.reduce((sum, part) => sum + part, 0),
      us,
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (const [i, part] of parts.entries()) assert.ok(Math.abs(part - (us * weights[i]!) / total) < 1);
  }
});

test("a period begins at midnight UTC, of the day or of the first of the month", () => {
  assert.deepEqual(
    periods.map((period) => new Date(startOf(period, noon)).toISOString()),
    ["2026-06-15T00:00:00.000Z", "2026-06-01T00:00:00.000Z"],
  );
});
