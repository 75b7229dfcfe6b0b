import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import pino from "pino";
import { systemClock } from "../../src/base/clock.ts";
import { hubsWithEstates, moveEstate } from "../../src/quantum/jobs/estate.ts";
import { StoreJournal } from "../../src/quantum/jobs/journal.ts";
import { RunnerLease } from "../../src/quantum/jobs/runner-lease.ts";
import type { Store } from "../../src/store/store.ts";
import { engines, withStore } from "../stores.ts";

const leaseMs = 300;
const log = pino({ level: "silent" });
const takenOver = { code: "JOBS_TAKEN_OVER" };

function leaseOf(store: Store, hub: string, lost: () => void = () => undefined) {
  return new RunnerLease({ store, clock: systemClock, log, hub, leaseMs, lost });
}

// A flight of a hub, with one entry in the journal of its client.
async function flight(store: Store, hub: string, key: string, account: string | null): Promise<void> {
  const values = { key, hub, solver: "s", plan_json: "{}", created_at: 1, closed_at: null, account };
  await store.db.insertInto("quantum_flights").values(values).execute();
  await new StoreJournal(store, hub).append([{ at: "submitted", key, id: `id of ${key}` }]);
}

const keysOf = async (store: Store, hub: string) => {
  const rows = await store.db.selectFrom("quantum_flights").select("key").where("hub", "=", hub).orderBy("key").execute();
  const entries = await new StoreJournal(store, hub).entries();
  return { flights: rows.map(({ key }) => key), journal: entries.map(({ key }) => key) };
};

for (const engine of engines) {
  test(`${engine}: a hub that lives is left alone; one that stands still for a lease loses its flights with their journal, and all it would write`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      let losses = 0;
      const other = await reopen();
      const [slow, heir] = [leaseOf(other, "slow", () => losses++), leaseOf(store, "heir")];
      await slow.take();
      await heir.take();
      const journal = new StoreJournal(other, "slow", (work) => slow.transaction(work));
      await flight(store, "heir", "own", "a");
      for (const key of ["k1", "k2"]) await flight(store, "slow", key, "a");
      await flight(store, "slow", "foreign", "b");
      const move = () => heir.takeOver(["slow"], (trx, hub) => moveEstate(trx, hub, { hub: "heir", account: "a" }));
      for (let looks = 0; looks < 10; looks++) {
        assert.equal(await move(), 0);
        await sleep(leaseMs / 5);
      }
      slow.checkFresh();
      await journal.append([{ at: "cancelling", key: "k1" }]);
      assert.deepEqual(await hubsWithEstates(store.db, { hub: "heir", account: "a" }), ["slow"]);
      // The store is away for it from here.
      const { updateTable } = other.db;
      other.db.updateTable = () => {
        throw new Error("the store is away");
      };
      let taken = 0;
      const until = performance.now() + 20 * leaseMs;
      while (taken === 0 && performance.now() < until) {
        taken = await move();
        await sleep(10);
      }
      other.db.updateTable = updateTable;
      assert.equal(taken, 1);
      assert.deepEqual(await keysOf(store, "heir"), { flights: ["k1", "k2", "own"], journal: ["own", "k1", "k2", "k1"] });
      // The flight of another account waits for a hub that has it.
      assert.deepEqual(await keysOf(store, "slow"), { flights: ["foreign"], journal: ["foreign"] });
      assert.deepEqual(await hubsWithEstates(store.db, { hub: "heir", account: "a" }), []);
      assert.deepEqual(await hubsWithEstates(store.db, { hub: "heir", account: "b" }), ["slow"]);
      await assert.rejects(journal.append([{ at: "cancelling", key: "k1" }]), takenOver);
      await assert.rejects(
        slow.transaction(async () => undefined),
        takenOver,
      );
      assert.throws(() => slow.checkFresh(), takenOver);
      assert.equal(losses, 1);
      await slow.end();
      await heir.end();
      assert.deepEqual(await store.db.selectFrom("quantum_runners").selectAll().execute(), []);
    }));

  test(`${engine}: a hub that said good-bye leaves what it had at once; one that begins again on its folder has it back from its old process`, (t) =>
    withStore(t, engine, async (store) => {
      let losses = 0;
      const old = leaseOf(store, "one", () => losses++);
      await old.take();
      await flight(store, "one", "k", null);
      const again = leaseOf(store, "one");
      await again.take();
      await assert.rejects(
        old.transaction(async () => undefined),
        takenOver,
      );
      await old.end();
      await again.transaction(async () => undefined);
      await again.end();
      const heir = leaseOf(store, "heir");
      await heir.take();
      const count = await heir.takeOver(["one"], (trx, hub) => moveEstate(trx, hub, { hub: "heir", account: undefined }));
      assert.deepEqual([count, losses], [1, 1]);
      assert.deepEqual(await keysOf(store, "heir"), { flights: ["k"], journal: ["k"] });
      await heir.end();
    }));

  test(`${engine}: of two hubs that take over from a third one has all of it`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      for (let i = 0; i < 10; i++) await flight(store, "gone", `k${i}`, null);
      const stores = [store, await reopen()];
      const heirs = stores.map((one, i) => leaseOf(one, `heir_${i}`));
      for (const heir of heirs) await heir.take();
      const take = (heir: RunnerLease, i: number) =>
        heir.takeOver(["gone"], (trx, hub) => moveEstate(trx, hub, { hub: `heir_${i}`, account: undefined }));
      const counts: PromiseSettledResult<number>[] = [];
      // SQLite has one writer, which another connection of the same thread would wait for in vain.
      if (engine === "sqlite")
        for (const [i, heir] of heirs.entries()) counts.push(...(await Promise.allSettled([take(heir, i)])));
      else counts.push(...(await Promise.allSettled(heirs.map(take))));
      const shares = await Promise.all(heirs.map(async (_, i) => (await keysOf(store, `heir_${i}`)).journal.length));
      assert.deepEqual(
        shares.toSorted((a, b) => a - b),
        [0, 10],
      );
      assert.ok(counts.some((count) => count.status === "fulfilled" && count.value === 1));
      for (const heir of heirs) await heir.end();
    }));
}

test("nothing is sent after two thirds of a lease without a sign of life, or when the clock was set", (t) =>
  withStore(t, "sqlite", async (store) => {
    let now = 1_000_000;
    const lease = new RunnerLease({ store, clock: { now: () => now }, log, hub: "h", leaseMs: 60_000, lost: () => undefined });
    assert.throws(() => lease.checkFresh(), takenOver);
    await lease.take();
    lease.checkFresh();
    now += 39_000;
    lease.checkFresh();
    now += 2_000;
    assert.throws(() => lease.checkFresh(), takenOver);
    now -= 100_000;
    assert.throws(() => lease.checkFresh(), takenOver);
    await lease.end();
  }));
