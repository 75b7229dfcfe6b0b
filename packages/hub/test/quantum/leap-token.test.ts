import assert from "node:assert/strict";
import { test } from "node:test";
import { operator } from "../../src/base/principals.ts";
import type { Hub } from "../../src/gateway.ts";
import { serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder } from "../scratch.ts";
import { StandInLeap } from "./stand-in-leap.ts";

type Call = (tool: string, input: object) => Promise<Record<string, unknown>>;

interface Ended {
  readonly state: string;
  readonly place: string;
  readonly error: { readonly code: string } | null;
}

const terms = { vartype: "SPIN", quadratic: [["a", "b", 1]] };

// A hub whose Leap token is nowhere but in the vault, and how to run a job at Leap.
async function withHub(
  leap: StandInLeap,
  work: (hub: Hub, call: Call, job: () => Promise<Ended>) => Promise<void>,
): Promise<void> {
  using folder = scratchFolder();
  await using served = await serveHub(configOn(folder.path, { ...leap.settings, "leap.token": "" }));
  const call: Call = (tool, input) => served.hub.dispatcher.call(tool, input, { principal: operator });
  await work(served.hub, call, async () => {
    const { job: id } = await call("quantum_job_submit", { terms, where: "qpu", fallback: false });
    return Object(await call("quantum_job_get", { job: id, waitMs: 30_000 }));
  });
}

test("Leap's token comes from the vault, a new one is used from the next request on, and neither stands in a record", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap, async (hub, call, job) => {
    assert.equal((await job()).error?.code, "LEAP_TOKEN_MISSING");
    await call("vault_put_secret", { name: "leap-token", secret: "DEV-mistaken" });
    assert.equal((await job()).error?.code, "LEAP_AUTH_REFUSED");
    const { version } = await call("vault_put_secret", { name: "leap-token", secret: leap.token });
    assert.equal(version, 2);
    const done = await job();
    assert.deepEqual([done.state, done.place], ["completed", "qpu"]);
    const records = JSON.stringify([done, await hub.store.events.read({ limit: 1000 }), await call("vault_list_secrets", {})]);
    for (const secret of [leap.token, "DEV-mistaken"]) assert.equal(records.includes(secret), false);
  });
});

test("a token that is forgotten in the vault is used no more, also by the client that was opened with it", async () => {
  await using leap = await StandInLeap.start();
  await withHub(leap, async (_hub, call, job) => {
    await call("vault_put_secret", { name: "leap-token", secret: leap.token });
    assert.equal((await job()).state, "completed");
    await call("vault_forget_secret", { name: "leap-token" });
    const refused = await job();
    assert.equal(refused.state, "failed");
    assert.equal(refused.error?.code, "LEAP_AUTH_REFUSED");
  });
});

test("clients neither keep secrets nor hear of them", async () => {
  using folder = scratchFolder();
  await using served = await serveHub(configOn(folder.path, {}));
  const client = { principal: { id: "client:ada", kind: "client" } as const };
  for (const [tool, input] of [
    ["vault_put_secret", { name: "leap-token", secret: "mine" }],
    ["vault_list_secrets", {}],
    ["vault_forget_secret", { name: "leap-token" }],
    ["vault_rotate_key", {}],
  ] as const)
    await assert.rejects(served.hub.dispatcher.call(tool, input, client), { code: "VAULT_OPERATOR_ONLY" });
});
