import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../src/base/clock.ts";
import { sha256 } from "../src/base/json.ts";
import { operator } from "../src/base/principals.ts";
import { Principals } from "../src/store/principals.ts";
import { openLog } from "../src/telemetry/log.ts";
import { withFront } from "./front.ts";
import { engines, withStore } from "./stores.ts";
import { ask, codeOf } from "./wire.ts";

for (const engine of engines) {
  test(`${engine}: a token finds its principal until it is revoked, and a revoked name may be given anew`, (t) =>
    withStore(t, engine, async (store) => {
      const principals = new Principals(store, systemClock, openLog("silent"));
      await principals.add("ada", sha256("one"), "operator");
      assert.deepEqual(await principals.find(sha256("one")), { id: "client:ada", kind: "client" });
      assert.equal(await principals.find(sha256("two")), undefined);
      await assert.rejects(principals.add("ada", sha256("two"), "operator"), { code: "PRINCIPAL_TAKEN" });
      await principals.revoke("ada", "operator");
      assert.equal(await principals.find(sha256("one")), undefined);
      await assert.rejects(principals.revoke("ada", "operator"), { code: "PRINCIPAL_UNKNOWN" });
      await principals.add("ada", sha256("two"), "operator");
      assert.equal((await principals.find(sha256("two")))?.id, "client:ada");
      const kinds = (await store.events.read({ kind: "principal.*", limit: 10 })).map((event) => event.kind);
      assert.deepEqual(kinds, ["principal.added", "principal.revoked", "principal.added"]);
    }));
}

test("a client's token opens the agents and nothing of the operator's, and its secret stands in no record", () =>
  withFront({}, async ({ url, served }) => {
    const made = await served.hub.dispatcher.call("hub_add_principal", { name: "ada" }, { principal: operator });
    const { token } = made as { token: string }; // why: the tool's own output
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    for (const [method, path] of [
      ["POST", "/mcp"],
      ["GET", "/events"],
      ["POST", "/console-link"],
    ] as const) {
      const answer = await ask(url, path, { method, headers });
      assert.equal(answer.status, 403, path);
      assert.equal(codeOf(answer), "OPERATOR_ONLY");
    }
    const rpc = { jsonrpc: "2.0", id: 1, method: "ListTasks", params: {} };
    const listed = await ask(url, "/a2a/librarian", {
      method: "POST",
      headers: { ...headers, "a2a-version": "1.0" },
      body: JSON.stringify(rpc),
    });
    assert.equal(listed.status, 200);
    assert.deepEqual(JSON.parse(listed.body).result.tasks, []);
    const log = JSON.stringify(await served.hub.store.events.read({ limit: 1000 }));
    assert.ok(!log.includes(token));
    await served.hub.dispatcher.call("hub_revoke_principal", { name: "ada" }, { principal: operator });
    assert.equal(codeOf(await ask(url, "/a2a/librarian", { method: "POST", headers })), "TOKEN_WRONG");
  }));
