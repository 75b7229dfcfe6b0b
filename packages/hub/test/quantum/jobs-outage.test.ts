/** A store that is away for a moment, at the worst moments: no job stays running, none is sent twice, no time stays held. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../../src/store/store.ts";
import { frustrated, type View, withHub } from "./jobs-hub.ts";
import { StandInLeap } from "./stand-in-leap.ts";

type Transaction = Parameters<Store["transaction"]>[0];

/** What a store does wrong, until `end`: nothing gets in, or it is committed and the answer to that is lost. */
interface Outage {
  readonly kind: "before" | "after";
  readonly strikes: number;
}

// Lets the next transactions of a store that touch a table fail.
function breakStore(store: Store, table: string, { kind, strikes }: Outage): { readonly left: () => number } {
  let left = strikes;
  const transaction = store.transaction.bind(store);
  store.transaction = async (work: Transaction, disk) => {
    let touched = false;
    const watched: Transaction = (trx) => {
      const seen = new Proxy(trx, {
        get(target, name) {
          if (name === "updateTable" || name === "insertInto")
            return (to: unknown) => {
              touched ||= to === table;
              return Reflect.apply(target[name], target, [to]);
            };
          const value = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
      return work(seen);
    };
    const fails = async (trx: Parameters<Transaction>[0]) => {
      const result = await watched(trx);
      if (kind === "before" && touched && left > 0) {
        left -= 1;
        throw new Error("the store is away");
      }
      return result;
    };
    const result = await transaction(fails, disk);
    if (kind === "after" && touched && left > 0) {
      left -= 1;
      throw new Error("the answer of the store was lost");
    }
    return result as never; // why: the type of what the work gives is the caller's
  };
  return { left: () => left };
}

async function untilRunning(call: <T>(tool: string, input?: object) => Promise<T>, job: string): Promise<void> {
  for (let looks = 0; looks < 400; looks++) {
    if ((await call<View>("quantum_job_get", { job })).state !== "queued") return;
    await sleep(25);
  }
  throw new Error(`job ${job} did not begin within 10 s`);
}

for (const kind of ["before", "after"] as const) {
  const when = kind === "before" ? "cannot be reached" : "loses its answers";
  test(`a job that runs here ends when the store ${when} for a moment at its end, and is counted once`, () =>
    withHub({}, async (call, { hub }) => {
      const long = { terms: frustrated, where: "local", seconds: 1.5, solver: "simulated-annealing" };
      const { job } = await call<View>("quantum_job_submit", long);
      await untilRunning(call, job);
      const outage = breakStore(hub.store, "quantum_jobs", { kind, strikes: 3 });
      const ended = await call<View>("quantum_job_get", { job, waitMs: 30_000 });
      assert.deepEqual([ended.state, ended.answer?.energy], ["completed", -1]);
      assert.ok(outage.left() < 3, "the outage struck");
      const ends = (await hub.store.events.read({ limit: 100, kind: "quantum.job.ended" })).length;
      assert.equal(ends, 1);
    }));

  test(`a job goes on elsewhere when the store ${when} for a moment while it is refused`, async () => {
    await using leap = await StandInLeap.start();
    await withHub(leap.settings, async (call, { hub }) => {
      await leap.control("faults", {
        faults: [
          { kind: "offline", method: "POST", path: "problems/$" },
          { kind: "slow", ms: 1000, path: "problems/$" },
        ],
      });
      const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu" });
      await untilRunning(call, job);
      const outage = breakStore(hub.store, "quantum_jobs", { kind, strikes: 2 });
      const ended = await call<View>("quantum_job_get", { job, waitMs: 40_000 });
      assert.deepEqual([ended.state, ended.answer?.energy], ["completed", -1]);
      assert.ok(outage.left() < 2, "the outage struck");
      const { charged, twice } = await leap.control("log");
      assert.deepEqual(twice, []);
      const { used } = await call<{ used: { day: object } }>("quantum_budget_get");
      assert.deepEqual(used.day, { heldUs: 0, spentUs: charged });
    });
  });

  test(`a flight is sent once and lands once when the store ${when} for a moment while it is held and closed`, async () => {
    await using leap = await StandInLeap.start();
    await withHub(leap.settings, async (call, { hub }) => {
      const outage = breakStore(hub.store, "quantum_flights", { kind, strikes: 4 });
      const submitted = [10, 20, 30].map((reads) =>
        call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", reads, fallback: false }),
      );
      const ids = (await Promise.all(submitted)).map(({ job }) => job);
      const ended = await Promise.all(ids.map((job) => call<View>("quantum_job_get", { job, waitMs: 40_000 })));
      assert.deepEqual(
        ended.map(({ state, error }) => [state, error]),
        ended.map(() => ["completed", null]),
      );
      assert.equal(outage.left(), 0);
      const { charged, twice } = await leap.control("log");
      assert.deepEqual(twice, []);
      const { used } = await call<{ used: { day: object } }>("quantum_budget_get");
      assert.deepEqual(used.day, { heldUs: 0, spentUs: charged });
    });
  });

  test(`jobs begin when the store ${when} for a moment while they are claimed`, () =>
    withHub({}, async (call, { hub }) => {
      const outage = breakStore(hub.store, "quantum_jobs", { kind, strikes: 3 });
      const ids: string[] = [];
      while (ids.length < 4) {
        // Whoever submits hears of the outage and asks again.
        const one = await call<View>("quantum_job_submit", { terms: frustrated, where: "local", seconds: 0.1 }).catch(
          () => undefined,
        );
        if (one !== undefined) ids.push(one.job);
      }
      for (const job of ids) assert.equal((await call<View>("quantum_job_get", { job, waitMs: 20_000 })).state, "completed");
      assert.equal(outage.left(), 0);
    }));
}

test("jobs wait for nothing when the journal of the Leap client could not be read at first", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap.settings, async (call, { hub }) => {
    const selectFrom = hub.store.db.selectFrom.bind(hub.store.db);
    let strikes = 2;
    hub.store.db.selectFrom = ((table: never) => {
      if (table === "quantum_leap_journal" && strikes-- > 0) throw new Error("the store is away");
      return selectFrom(table);
    }) as never; // why: one method among many overloads
    const { job } = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu" });
    const ended = await call<View>("quantum_job_get", { job, waitMs: 40_000 });
    assert.deepEqual([ended.state, ended.answer?.energy], ["completed", -1]);
    const next = await call<View>("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    assert.equal((await call<View>("quantum_job_get", { job: next.job, waitMs: 40_000 })).state, "completed");
    assert.ok(strikes <= 0, "the outage struck");
  });
});
