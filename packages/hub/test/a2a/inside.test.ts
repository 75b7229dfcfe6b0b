import assert from "node:assert/strict";
import { test } from "node:test";
import { operator } from "../../src/base/principals.ts";
import { withAgents } from "./clients.ts";

test("a tool asks an agent, hears its question and answers it", () =>
  withAgents(async ({ served }) => {
    const send = (input: object) =>
      served.hub.dispatcher.call("agent_send_message", { agent: "asker", ...input }, { principal: operator });
    const first = await send({ text: "order" });
    assert.deepEqual([first.state, first.text], ["TASK_STATE_INPUT_REQUIRED", "what is your name?"]);
    const second = await send({ text: "Ada", taskId: first.taskId });
    assert.deepEqual([second.taskId, second.state, second.text], [first.taskId, "TASK_STATE_INPUT_REQUIRED", "which size?"]);
    const last = await send({ text: "", data: "large", taskId: first.taskId });
    assert.deepEqual([last.state, last.text], ["TASK_STATE_COMPLETED", 'order: Ada, "large"']);
  }));

test("what a tool's call sends is cancelled when the call is", () =>
  withAgents(async ({ served }) => {
    const { dispatcher, store } = served.hub;
    const stop = new AbortController();
    const called = dispatcher.call(
      "agent_send_message",
      { agent: "sleeper", text: "x" },
      { principal: operator, signal: stop.signal },
    );
    const state = async () =>
      (await store.db.selectFrom("tasks").select("state").where("agent", "=", "sleeper").executeTakeFirst())?.state;
    for (let waited = 0; (await state()) !== "TASK_STATE_WORKING"; waited += 5) {
      assert.ok(waited < 5000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    stop.abort(new Error("never mind"));
    assert.equal((await called).state, "TASK_STATE_CANCELED");
    assert.equal(await state(), "TASK_STATE_CANCELED");
  }));
