import assert from "node:assert/strict";
import { test } from "node:test";
import type { Message, Task } from "@a2a-js/sdk";
import type { Client } from "@a2a-js/sdk/client";
import { TaskNotFoundError } from "@a2a-js/sdk/errors";
import type { operations } from "../../src/a2a/service.ts";
import { sha256 } from "../../src/base/json.ts";
import { newToken } from "../../src/security/token.ts";
import { atOnce, bindings, clientOf, type House, taskOf, text, withAgents } from "./clients.ts";

// Every operation of the protocol, done to a task as `client`.
const deeds: Readonly<Record<keyof typeof operations, (client: Client, id: string) => Promise<unknown>>> = {
  SendMessage: (client, id) => client.sendMessage(text("Eve", { taskId: id })),
  SendStreamingMessage: (client, id) => all(client.sendMessageStream(text("Eve", { taskId: id }))),
  GetTask: (client, id) => client.getTask({ tenant: "", id }),
  ListTasks: async (client, id) => {
    const page = await client.listTasks({ tenant: "", contextId: "", status: 0, pageToken: "", statusTimestampAfter: undefined });
    if (page.totalSize === 0 && page.tasks.length === 0) throw new TaskNotFoundError(notFound(id));
    return page;
  },
  CancelTask: (client, id) => client.cancelTask({ tenant: "", id, metadata: undefined }),
  SubscribeToTask: (client, id) => all(client.resubscribeTask({ tenant: "", id })),
  CreateTaskPushNotificationConfig: (client, taskId) =>
    client.createTaskPushNotificationConfig({
      tenant: "",
      taskId,
      id: "spy",
      url: "https://example.com/spy",
      token: "",
      authentication: undefined,
    }),
  GetTaskPushNotificationConfig: (client, taskId) => client.getTaskPushNotificationConfig({ tenant: "", taskId, id: "own" }),
  ListTaskPushNotificationConfigs: (client, taskId) =>
    client.listTaskPushNotificationConfig({ tenant: "", taskId, pageSize: 0, pageToken: "" }),
  DeleteTaskPushNotificationConfig: (client, taskId) =>
    client.deleteTaskPushNotificationConfig({ tenant: "", taskId, id: "own" }),
  // It is about no task; that it needs a token is tested with the bindings.
  GetExtendedAgentCard: (_client, id) => Promise.reject(new TaskNotFoundError(notFound(id))),
};

const notFound = (id: string): string => `there is no task "${id}" of yours here`;

async function all(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

async function principal({ served }: House, name: string): Promise<string> {
  const token = newToken();
  await served.hub.principals.add(name, sha256(token), "operator");
  return token;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await work };
  } catch (error) {
    return error;
  }
}

for (const binding of bindings)
  test(`${binding}: no operation does anything to a task of somebody else, nor tells it from one that is not there`, () =>
    withAgents(async (house) => {
      const [ada, eve] = [await principal(house, "ada"), await principal(house, "eve")];
      const owner = await clientOf(house, "asker", binding, { token: ada });
      const stranger = await clientOf(house, "asker", binding, { token: eve });
      const boss = await clientOf(house, "asker", binding);
      const { id } = taskOf(await owner.sendMessage(text("order")));
      const config = { tenant: "", taskId: id, id: "own", url: "https://example.com/own", token: "", authentication: undefined };
      await owner.createTaskPushNotificationConfig(config);
      const before = await owner.getTask({ tenant: "", id });
      for (const [name, deed] of Object.entries(deeds)) {
        const foreign = await errorOf(deed(stranger, id));
        const unknown = await errorOf(deed(stranger, "task_none"));
        assert.ok(foreign instanceof TaskNotFoundError, `${name}: ${JSON.stringify(foreign)}`);
        assert.ok(unknown instanceof TaskNotFoundError, `${name}: ${JSON.stringify(unknown)}`);
        const told = [foreign.message, unknown.message].map((message) =>
          message.replaceAll(id, "ID").replaceAll("task_none", "ID"),
        );
        assert.equal(told[0], told[1], name);
      }
      assert.deepEqual(await owner.getTask({ tenant: "", id }), before, "nothing happened to it");
      const configs = await owner.listTaskPushNotificationConfig({ tenant: "", taskId: id, pageSize: 0, pageToken: "" });
      assert.deepEqual(
        configs.configs.map((one) => one.id),
        ["own"],
      );
      const reference: Message | Task = await stranger.sendMessage({
        ...text("order", { referenceTaskIds: [id], contextId: before.contextId }),
        configuration: atOnce,
      });
      assert.equal(taskOf(reference).contextId, before.contextId, "a context is a name, not a way in");
      const seen = await boss.listTasks({ tenant: "", contextId: "", status: 0, pageToken: "", statusTimestampAfter: undefined });
      assert.equal(seen.totalSize, 2, "the operator sees all");
      assert.equal((await boss.getTask({ tenant: "", id })).id, id);
      assert.equal((await owner.cancelTask({ tenant: "", id, metadata: undefined })).id, id);
    }));
