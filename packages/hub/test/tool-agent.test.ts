import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { operator } from "../src/base/principals.ts";
import { InputNeeded, type Tool } from "../src/base/tool.ts";
import { toolAgent } from "../src/desk/tool-agent.ts";
import { withFront } from "./front.ts";

const order: Tool = {
  name: "test_order",
  description: "Orders something, once it knows the size.",
  input: z.object({ what: z.string() }),
  output: z.object({ ordered: z.string() }),
  hints: {},
  run: async (input, ctx) => {
    if (!ctx.answer)
      throw new InputNeeded(
        "Which size?",
        { type: "object", properties: { size: { type: "string" } }, required: ["size"] },
        { step: 1 },
      );
    assert.deepEqual(ctx.answer.state, { step: 1 });
    ctx.progress({ done: 1, message: "on its way" });
    return { ordered: `${String(ctx.answer.content.size)} ${String(input.what)}` };
  },
};

test("a tool's question becomes its task's, and the answer, in words or as data, goes on with it", () =>
  withFront({}, async ({ served }) => {
    const { hub } = served;
    hub.dispatcher.catalogue.replace("test", [order]);
    const agent = toolAgent(hub.dispatcher.catalogue, ["test_order"]);
    assert.ok(agent);
    await hub.addAgent({ ...agent, profile: { ...agent.profile, name: "orders" } });
    const { service } = hub.registry.get("orders");
    const call = { principal: operator, extensions: [], tenant: "", version: "1.0", signal: AbortSignal.timeout(10_000) };
    const say = (parts: readonly object[], more: object = {}) =>
      service.sendMessage({ message: { messageId: `m${Math.random()}`, role: "ROLE_USER", parts, ...more } }, call);
    for (const answer of [{ text: "large" }, { data: { size: "large" } }]) {
      const asked = await say([{ data: { tool: "test_order", input: { what: "tea" } } }]);
      assert.ok("task" in asked);
      assert.equal(asked.task.status.state, "TASK_STATE_INPUT_REQUIRED");
      assert.match(JSON.stringify(asked.task.status), /Which size\?.*"size"/);
      const done = await say([answer], { taskId: asked.task.id });
      assert.match(JSON.stringify(done), /TASK_STATE_COMPLETED.*large tea|large tea.*TASK_STATE_COMPLETED/s);
    }
  }));
