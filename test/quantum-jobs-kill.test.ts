/** `kill -9` while jobs are queued, at Leap and solved here, on a bad day: none is lost, none is sent twice, the budget is exact. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, openHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StandInLeap } from "../packages/hub/test/quantum/stand-in-leap.ts";
import { engines, withDatabase } from "../packages/hub/test/stores.ts";
import { badDay } from "../packages/quantum/test/leap/siege.ts";
import { hasEnded, start, untilReady, untilTrue } from "./hub-process.ts";

const kills = 4;
// What takes longer hangs.
const patienceMs = 60_000;

interface Listed {
  readonly jobs: readonly { readonly job: string; readonly state: string; readonly energy: number | null }[];
}

// A ring of spins in which one coupling cannot be satisfied: the ground state has energy 2 - size.
function ring(size: number) {
  return { vartype: "SPIN", quadratic: Array.from({ length: size }, (_, i) => [i, (i + 1) % size, i === 0 ? 1 : -1]) };
}

async function clientAt({ url, token }: { readonly url: string; readonly token: string }) {
  const client = new Client({ name: "kill-test", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }));
  return async <T>(tool: string, input: object, signal?: AbortSignal): Promise<T> => {
    // Of a hub that was killed a client may hear nothing for a minute.
    const result = await client.callTool({ name: tool, arguments: { ...input } }, signal ? { signal } : {});
    if (result.isError) throw new Error(JSON.stringify(result.content));
    return result.structuredContent as T; // why: the test knows what each tool gives
  };
}

type Call = <T>(tool: string, input: object, signal?: AbortSignal) => Promise<T>;

// Jobs one after another, of all kinds, until `count` are kept or the hub is gone.
async function submitted(call: Call, kept: Map<string, number>, count: number, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < count; i++) {
    const size = 4 + (i % 5);
    const where = i % 5 === 0 ? "local" : i % 5 === 1 ? "hybrid" : "qpu";
    const order = { terms: ring(size), where, seconds: 0.1, reads: 5 + i, chainStrength: 4 };
    try {
      const { job } = await call<{ job: string }>("quantum_job_submit", order, signal);
      kept.set(job, 2 - size);
    } catch (error) {
      if (signal.aborted) return; // Killed.
      throw error;
    }
  }
}

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
        const { twice, charged, jobs } = await leap.control("log");
        await using hub = await openHub({ config: loadConfig({ flags }) });
        const flights = await hub.store.db.selectFrom("quantum_flights").selectAll().execute();
        const reserved = await hub.store.db.selectFrom("quantum_reservations").selectAll().execute();
        assert.deepEqual(twice, [], "labels that Leap accepted twice");
        assert.ok(jobs <= flights.length, `${jobs} submissions for ${flights.length} flights`);
        assert.ok(flights.every(({ closed_at }) => closed_at !== null));
        assert.deepEqual(
          reserved.filter(({ state }) => state === "held"),
          [],
        );
        assert.equal(
          reserved.reduce((sum, { us }) => sum + us, 0),
          charged,
        );
        const journal = await hub.store.db.selectFrom("quantum_leap_journal").selectAll().execute();
        assert.deepEqual(journal, [], "nothing is left open in the journal");
      }),
  );
