/** A hub that is killed while it follows a task elsewhere. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Task } from "../../src/a2a/protocol.ts";
import { toolCall } from "../front.ts";
import { startSdkAgent } from "../peers/sdk-agent.ts";
import { engines, withDatabase } from "../stores.ts";
import { type RunningHub, startHub } from "./hub-child.ts";
import { openReceiver, wordOf } from "./receiver.ts";

async function rpc<T>({ url, headers }: RunningHub, method: string, params: object): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const answer = await fetch(`${url}/a2a/far-counter`, { method: "POST", headers, body });
  const { result, error }: { result: T; error?: unknown } = JSON.parse(await answer.text());
  assert.equal(error, undefined, JSON.stringify(error));
  return result;
}

for (const engine of engines)
  test(`${engine}: the end of a task elsewhere is pushed after kill -9, when the hub had seen it and had not queued its notifications`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      await using peer = await startSdkAgent();
      using receiver = await openReceiver();
      const hub = await startHub(folder, url, "first", "127.0.0.0/8");
      const { headers, body } = toolCall("agent_add", { url: peer.url });
      const added = await fetch(`${hub.url}/mcp`, { method: "POST", headers: { ...hub.headers, ...headers }, body });
      assert.match(await added.text(), /far-counter/);
      // Whoever follows the task hears nothing of it, so that only its sender sees the end.
      peer.hush("subscriptions");
      const taskPushNotificationConfig = { url: `${receiver.url}/hook` };
      const { task } = await rpc<{ task: Task }>(hub, "SendMessage", {
        message: { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: "count" }] },
        configuration: { taskPushNotificationConfig },
      });
      const { id, contextId } = task;
      const ended = await rpc<{ task: Task }>(hub, "SendMessage", {
        message: { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: "to 3" }], taskId: id, contextId },
      });
      assert.equal(ended.task.status.state, "TASK_STATE_COMPLETED");
      hub.child.kill("SIGKILL");
      await once(hub.child, "close");
      assert.ok(!receiver.all.some(({ item }) => wordOf(item) === "TASK_STATE_COMPLETED"), "it was told before the kill");

      // The agent is of no help any more: what was seen is enough.
      peer.forget();
      const ends = () => receiver.all.filter(({ item }) => wordOf(item) === "TASK_STATE_COMPLETED");
      const again = await startHub(folder, url, "second", "127.0.0.0/8");
      try {
        await receiver.until(() => ends().length > 0);
      } finally {
        again.child.kill("SIGTERM");
        await once(again.child, "close");
      }
      assert.match(ends()[0]?.body ?? "", new RegExp(id));
      const third = await startHub(folder, url, "second", "127.0.0.0/8");
      try {
        // A task that is pushed anew afterwards shows that the start is over and the sender at work.
        peer.hush(false);
        await rpc(third, "SendMessage", {
          message: { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: "to 2" }] },
          configuration: { taskPushNotificationConfig },
        });
        await receiver.until(() => ends().some((one) => !one.body.includes(id)));
      } finally {
        third.child.kill("SIGTERM");
        await once(third.child, "close");
      }
      // One that was cut off by the stop before its answer was heard comes again under its id.
      const ids = ends().flatMap(({ body, headers }) => (body.includes(id) ? [headers["x-a2a-notification-id"]] : []));
      assert.equal(new Set(ids).size, 1, "and once");
    }));
