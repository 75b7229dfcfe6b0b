/** `kill -9` while jobs are queued, at Leap and solved here, on a bad day: none is lost, none is sent twice, the budget is exact. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub } from "@entente/hub";
import { StandInLeap } from "../packages/hub/test/quantum/stand-in-leap.ts";
import { engines, withDatabase } from "../packages/hub/test/stores.ts";
import { badDay } from "../packages/quantum/test/leap/siege.ts";
import { hasEnded, start, untilReady, untilTrue } from "./hub-process.ts";
import { assertExact, clientAt, type Listed, submitted } from "./job-callers.ts";

const kills = 4;
// What takes longer hangs.
const patienceMs = 60_000;

for (const engine of engines)
  test(
    `${engine}: a hub killed ${kills} times with jobs in every state loses none, sends none twice, and counts its QPU time exactly`,
    {
      timeout: 240_000,
    },
    (t) =>
      withDatabase(t, engine, async (data, storeUrl) => {
        await using leap = await StandInLeap.start({ runMs: 150 });
        await leap.control("faults", { faults: badDay, seed: 5 });
        const settings = Object.entries({
          ...leap.settings,
          ...(storeUrl === "" ? {} : { "store.url": storeUrl }),
          "leap.settleMs": "300",
          "http.port": "0",
          "log.level": "warn",
        }).map(([key, value]) => `${key}=${value}`);
        const flags: [string, string][] = [
          ["data.dir", data],
          ["log.level", "silent"],
          ...(storeUrl === "" ? [] : ([["store.url", storeUrl]] as [string, string][])), // why: an empty list has no element type
        ];
        const kept = new Map<string, number>();
        let openAtKill = 0;
        for (let life = 0; life <= kills; life++) {
          const child = start(data, settings, "up");
          const ended = once(child, "close");
          try {
            const call = await clientAt(await untilReady(data, child));
            const before = (await leap.control("log")).jobs;
            const killed = new AbortController();
            const submitting = submitted(call, kept, life < kills ? 100 : 10, killed.signal);
            let refused: unknown;
            submitting.catch((error: unknown) => {
              refused = error;
            });
            if (life < kills) {
              // Somewhere among the submissions of this life, which then break off.
              const share = before + 3 + 3 * life;
              const isThere = async () => {
                if (refused !== undefined) throw refused;
                return (await leap.control("log")).jobs >= share;
              };
              await untilTrue(child, patienceMs, `seen at Leap with ${share} jobs`, isThere, 1);
              await sleep(life * 3);
              child.kill("SIGKILL");
              killed.abort();
              await submitting;
              await ended;
              await using hub = await openHub({ config: loadConfig({ flags }) });
              const flights = await hub.store.db.selectFrom("quantum_flights").selectAll().execute();
              openAtKill += flights.filter(({ closed_at }) => closed_at === null).length;
            } else {
              await submitting;
              const { jobs } = await call<Listed>("quantum_job_list", { limit: 1000 });
              for (const { job } of jobs) await call("quantum_job_get", { job, waitMs: 30_000 });
              const { jobs: last } = await call<Listed>("quantum_job_list", { limit: 1000 });
              const states = new Map(last.map(({ job, state, energy }) => [job, { state, energy }]));
              // Whoever was cut off while it submitted may find its job there or not; what was acknowledged is there.
              for (const [job, least] of kept) {
                assert.equal(states.get(job)?.state, "completed", `${job}: ${child.said()}`);
                assert.ok((states.get(job)?.energy ?? -99) >= least);
              }
              for (const { state } of last) assert.equal(state, "completed");
              child.kill("SIGTERM");
            }
          } finally {
            if (!hasEnded(child)) child.kill("SIGKILL");
            await ended;
          }
        }
        assert.ok(openAtKill >= kills, `${openAtKill} flights were open at ${kills} kills`);
        await using hub = await openHub({ config: loadConfig({ flags }) });
        await assertExact(hub.store, leap);
      }),
  );
