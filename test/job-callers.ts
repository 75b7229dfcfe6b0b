/** Callers of hubs whose jobs are disturbed, and what must hold afterwards. */
import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Store } from "../packages/hub/src/store/store.ts";
import type { StandInLeap } from "../packages/hub/test/quantum/stand-in-leap.ts";

/** What `quantum_job_list` gives, as far as these tests look. */
export interface Listed {
  readonly jobs: readonly { readonly job: string; readonly state: string; readonly energy: number | null }[];
}

/** A ring of spins in which one coupling cannot be satisfied: the ground state has energy 2 - size. */
export function ring(size: number) {
  return { vartype: "SPIN", quadratic: Array.from({ length: size }, (_, i) => [i, (i + 1) % size, i === 0 ? 1 : -1]) };
}

/** Calls the tools of a hub as its operator. */
export async function clientAt({ url, token }: { readonly url: string; readonly token: string }) {
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

/** Calls a tool. */
export type Call = <T>(tool: string, input: object, signal?: AbortSignal) => Promise<T>;

// As many as may be, and those are three.
const three = {
  variables: [{ label: "n", kind: "integer", upper: 5 }],
  objective: { linear: [["n", -1]] },
  constraints: [{ label: "few", linear: [["n", 1]], sense: "<=", right: 3 }],
};

/** Submits jobs one after another, of all kinds, until `count` are kept or the signal says that the hub is gone; notes the energy of each. */
export async function submitted(call: Call, kept: Map<string, number>, count: number, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < count; i++) {
    const size = 4 + (i % 5);
    const where = i % 5 === 0 ? "local" : i % 5 === 1 ? "hybrid" : "qpu";
    const isConstrained = i % 7 === 6;
    const problem = isConstrained ? { cqm: three } : { terms: ring(size) };
    const order = { ...problem, where, seconds: 0.1, reads: 5 + i, chainStrength: 4 };
    try {
      const { job } = await call<{ job: string }>("quantum_job_submit", order, signal);
      kept.set(job, isConstrained ? -3 : 2 - size);
    } catch (error) {
      if (signal.aborted) return; // Killed.
      throw error;
    }
  }
}

/** That nothing was sent twice or is open, and that the QPU time counted is what Leap charged. */
export async function assertExact(store: Store, leap: StandInLeap): Promise<void> {
  const { twice, charged, jobs } = await leap.control("log");
  const flights = await store.db.selectFrom("quantum_flights").selectAll().execute();
  const reserved = await store.db.selectFrom("quantum_reservations").selectAll().execute();
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
  const journal = await store.db.selectFrom("quantum_leap_journal").selectAll().execute();
  assert.deepEqual(journal, [], "nothing is left open in the journal");
  const ends = await store.db.selectFrom("events").select("subject").where("kind", "=", "quantum.job.ended").execute();
  assert.equal(new Set(ends.map(({ subject }) => subject)).size, ends.length, "jobs that ended twice");
}
