/** Two hubs on one store: the jobs and flights of one that dies, or is only slow, are finished by the other, and nothing is sent or charged twice. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../packages/hub/src/base/clock.ts";
import { openStore, type Store } from "../packages/hub/src/store/store.ts";
import { StandInLeap } from "../packages/hub/test/quantum/stand-in-leap.ts";
import { withDatabase } from "../packages/hub/test/stores.ts";
import { badDay } from "../packages/quantum/test/leap/siege.ts";
import { type HubProcess, hasEnded, scratch, start, untilReady, untilTrue } from "./hub-process.ts";
import { assertExact, type Call, clientAt, type Listed, submitted } from "./job-callers.ts";

const leaseMs = 1500;
const patienceMs = 60_000;

interface Hub {
  readonly id: string;
  readonly process: HubProcess;
  readonly call: Call;
}

interface Two {
  readonly leap: StandInLeap;
  readonly store: Store;
  readonly begin: () => Promise<Hub>;
  /** The open flights of a hub. */
  readonly open: (hub: Hub) => Promise<number>;
  /** Waits until no job waits or runs. */
  readonly idle: (hub: Hub) => Promise<void>;
}

// A store, a stand-in for Leap, and as many hubs on them as are begun.
async function withHubs(t: TestContext, work: (two: Two) => Promise<void>): Promise<void> {
  await withDatabase(t, "postgres", async (dataFolder, url) => {
    await using leap = await StandInLeap.start({ runMs: 150 });
    await using store = await openStore({ url, dataFolder, clock: systemClock });
    const hubs: HubProcess[] = [];
    const folders: Disposable[] = [];
    const begin = async (): Promise<Hub> => {
      const folder = scratch();
      folders.push(folder);
      const settings = {
        ...leap.settings,
        "store.url": url,
        "a2a.leaseMs": String(leaseMs),
        "leap.settleMs": "600",
        "http.port": "0",
        "log.level": "warn",
      };
      const hub = start(
        folder.path,
        Object.entries(settings).map(([key, value]) => `${key}=${value}`),
        "up",
      );
      hubs.push(hub);
      const call = await clientAt(await untilReady(folder.path, hub));
      return { id: readFileSync(join(folder.path, "hub-id"), "utf8").trim(), process: hub, call };
    };
    const open = async ({ id }: Hub): Promise<number> => {
      const query = store.db.selectFrom("quantum_flights").select("key").where("hub", "=", id);
      return (await query.where("closed_at", "is", null).execute()).length;
    };
    const idle = (hub: Hub) =>
      untilTrue(hub.process, patienceMs, "done with all jobs", async () => {
        const { jobs } = await hub.call<Listed>("quantum_job_list", { limit: 1000 });
        return jobs.every(({ state }) => state !== "queued" && state !== "running");
      });
    try {
      await work({ leap, store, begin, open, idle });
    } finally {
      for (const hub of hubs) {
        if (hasEnded(hub)) continue;
        const closed = once(hub, "close");
        hub.kill("SIGKILL");
        await closed;
      }
      for (const folder of folders) folder[Symbol.dispose]();
    }
  });
}

async function assertKept(hub: Hub, kept: ReadonlyMap<string, number>): Promise<void> {
  const { jobs } = await hub.call<Listed>("quantum_job_list", { limit: 1000 });
  const found = new Map(jobs.map((job) => [job.job, job]));
  for (const [job, least] of kept) {
    assert.equal(found.get(job)?.state, "completed", job);
    assert.ok((found.get(job)?.energy ?? -99) >= least);
  }
  for (const { state } of jobs) assert.equal(state, "completed");
}

test(
  "the jobs and flights of a hub killed with jobs in every state are finished by another on its store",
  { timeout: 240_000 },
  (t) =>
    withHubs(t, async ({ leap, store, begin, open, idle }) => {
      await leap.control("faults", { faults: badDay, seed: 7 });
      const kept = new Map<string, number>();
      let heir: Hub | undefined;
      for (let life = 0; life < 2; life++) {
        const hub = await begin();
        const other = await begin();
        const killed = new AbortController();
        const submitting = submitted(hub.call, kept, 100, killed.signal);
        submitting.catch(() => undefined);
        await untilTrue(hub.process, patienceMs, "on the way with flights", async () => (await open(hub)) > 1, 1);
        await sleep(life * 7);
        const closed = once(hub.process, "close");
        hub.process.kill("SIGKILL");
        killed.abort();
        await submitting;
        await closed;
        assert.ok((await open(hub)) > 0, "flights were open at the kill");
        await idle(other);
        assert.equal(await open(hub), 0);
        const taken = await store.events.read({ limit: 100, kind: "quantum.jobs.taken", subject: hub.id });
        assert.equal(taken.length, 1);
        heir = other;
      }
      assert.ok(heir);
      await assertKept(heir, kept);
      await assertExact(store, leap);
    }),
);

test(
  "a hub that sleeps through its lease wakes to find its jobs taken: nothing is sent or charged twice, and it runs jobs again",
  {
    timeout: 240_000,
  },
  (t) =>
    withHubs(t, async ({ leap, store, begin, open, idle }) => {
      const kept = new Map<string, number>();
      const [slow, other] = [await begin(), await begin()];
      for (let nap = 1; nap <= 2; nap++) {
        const asleep = new AbortController();
        const submitting = submitted(slow.call, kept, 100, asleep.signal);
        submitting.catch(() => undefined);
        await untilTrue(slow.process, patienceMs, "on the way with flights", async () => (await open(slow)) > 1, 1);
        await sleep(nap * 11);
        slow.process.kill("SIGSTOP");
        try {
          asleep.abort();
          await submitting;
          await idle(other);
          assert.equal(await open(slow), 0);
        } finally {
          slow.process.kill("SIGCONT");
        }
        const taken = await store.events.read({ limit: 100, kind: "quantum.jobs.taken", subject: slow.id });
        assert.equal(taken.length, nap);
        // It has a lease again, under another epoch.
        await untilTrue(slow.process, patienceMs, "awake", async () => {
          const row = await store.db.selectFrom("quantum_runners").selectAll().where("hub", "=", slow.id).executeTakeFirst();
          return row !== undefined;
        });
      }
      other.process.kill("SIGTERM");
      await once(other.process, "close");
      await submitted(slow.call, kept, 6, new AbortController().signal);
      await idle(slow);
      await assertKept(slow, kept);
      await assertExact(store, leap);
      assert.match(slow.process.said(), /another hub has taken over/);
    }),
);

test("a hub that says good-bye leaves its flights to another at once", { timeout: 240_000 }, (t) =>
  withHubs(t, async ({ leap, store, begin, open, idle }) => {
    const kept = new Map<string, number>();
    const [first, other] = [await begin(), await begin()];
    await submitted(first.call, kept, 15, new AbortController().signal);
    await untilTrue(first.process, patienceMs, "on the way with a flight", async () => (await open(first)) > 0, 1);
    first.process.kill("SIGTERM");
    await once(first.process, "close");
    await idle(other);
    await assertKept(other, kept);
    await assertExact(store, leap);
  }),
);
