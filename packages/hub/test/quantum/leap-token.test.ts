import assert from "node:assert/strict";
import { test } from "node:test";
import { operator } from "../../src/base/principals.ts";
import { serveHub } from "../../src/serving.ts";
import { configOn, scratchFolder } from "../scratch.ts";
import { StandInLeap } from "./stand-in-leap.ts";

const terms = { vartype: "SPIN", quadratic: [["a", "b", 1]] };

test("Leap's token comes from the vault, a new one is used from the next request on, and neither stands in a record", async () => {
  using folder = scratchFolder();
  await using leap = await StandInLeap.start();
  const settings = { ...leap.settings, "leap.token": "" };
  await using served = await serveHub(configOn(folder.path, settings));
  const { hub } = served;
  const call = (tool: string, input: object) => hub.dispatcher.call(tool, input, { principal: operator });
  const job = async () => {
    const { job: id } = await call("quantum_job_submit", { terms, where: "qpu", fallback: false });
    return call("quantum_job_get", { job: id, waitMs: 30_000 });
  };
  assert.equal(Object(await job()).error.code, "LEAP_TOKEN_MISSING");
  await call("vault_put_secret", { name: "leap-token", secret: "DEV-mistaken" });
  assert.equal(Object(await job()).error.code, "LEAP_AUTH_REFUSED");
  const { version } = await call("vault_put_secret", { name: "leap-token", secret: leap.token });
  assert.equal(version, 2);
  const done = await job();
  assert.deepEqual([done.state, done.place], ["completed", "qpu"]);
  await call("vault_forget_secret", { name: "leap-token" });
  assert.equal(Object(await job()).error.code, "LEAP_AUTH_REFUSED");
  const records = JSON.stringify([done, await hub.store.events.read({ limit: 1000 }), await call("vault_list_secrets", {})]);
  for (const secret of [leap.token, "DEV-mistaken"]) assert.equal(records.includes(secret), false);
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
