import assert from "node:assert/strict";
import { test } from "node:test";
import { type StreamResponse, TaskState } from "@a2a-js/sdk";
import { TaskNotFoundError, UnsupportedOperationError } from "@a2a-js/sdk/errors";
import { ask } from "../wire.ts";
import { atOnce, clientOf, oldClientOf, taskOf, text, withAgents } from "./clients.ts";
import { openReceiver } from "./receiver.ts";

test("a client of protocol 0.3 finds its card, sends, streams, subscribes, reads, cancels and sets push configurations", () =>
  withAgents(async (house) => {
    const client = await oldClientOf(house, "teller");
    assert.equal(client.protocolVersion, "0.3");
    const task = taskOf(await client.sendMessage(text("2")));
    assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED);
    assert.deepEqual(
      task.artifacts.map((artifact) => artifact.parts.map((part) => part.content?.value)),
      [["piece 1", "piece 2"], ["2 pieces"]],
    );
    assert.equal((await client.getTask({ tenant: "", id: task.id })).status?.state, TaskState.TASK_STATE_COMPLETED);
    const streamed: StreamResponse[] = [];
    for await (const item of client.sendMessageStream(text("1"))) streamed.push(item);
    assert.deepEqual(
      streamed.map((item) => item.payload?.$case),
      ["task", "statusUpdate", "artifactUpdate", "artifactUpdate", "statusUpdate"],
    );
    const sleeper = await oldClientOf(house, "sleeper");
    const running = taskOf(await sleeper.sendMessage({ ...text("x"), configuration: atOnce }));
    const followed: StreamResponse[] = [];
    const following = (async () => {
      for await (const item of sleeper.resubscribeTask({ tenant: "", id: running.id })) followed.push(item);
    })();
    const config = {
      tenant: "",
      taskId: running.id,
      id: "one",
      url: "https://example.com/",
      token: "",
      authentication: undefined,
    };
    assert.equal((await sleeper.createTaskPushNotificationConfig(config)).id, "one");
    const name = { tenant: "", taskId: running.id, id: "one" };
    assert.equal((await sleeper.getTaskPushNotificationConfig(name)).url, "https://example.com/");
    const listed = await sleeper.listTaskPushNotificationConfig({ tenant: "", taskId: running.id, pageSize: 0, pageToken: "" });
    assert.equal(listed.configs.length, 1);
    await sleeper.deleteTaskPushNotificationConfig(name);
    const request = { tenant: "", id: running.id, metadata: undefined };
    assert.equal((await sleeper.cancelTask(request)).status?.state, TaskState.TASK_STATE_CANCELED);
    await following;
    assert.equal(followed[0]?.payload?.$case, "task");
    assert.equal(followed.at(-1)?.payload?.$case, "statusUpdate");
    await assert.rejects(sleeper.getTask({ tenant: "", id: "task_none" }), TaskNotFoundError);
    const ended = async () => {
      for await (const _ of sleeper.resubscribeTask({ tenant: "", id: running.id })) assert.fail("it ended");
    };
    await assert.rejects(ended(), UnsupportedOperationError);
  }));

test("the card is the 1.0 one unless 0.3 is asked for, and a known one is not sent again", () =>
  withAgents(async ({ served }) => {
    const path = "/a2a/echo/.well-known/agent-card.json";
    const now = await ask(served.url, path);
    assert.equal(JSON.parse(now.body).supportedInterfaces[0].protocolBinding, "JSONRPC");
    const old = await ask(served.url, path, { headers: { "a2a-version": "0.3" } });
    assert.equal(JSON.parse(old.body).preferredTransport, "JSONRPC");
    assert.equal(JSON.parse(old.body).url, new URL("/a2a/echo", served.url).href);
    const again = await ask(served.url, path, { headers: { "if-none-match": now.headers.etag ?? "" } });
    assert.equal(again.status, 304);
    assert.equal((await ask(served.url, "/a2a/echo/v0.3/.well-known/agent-card.json")).body, old.body);
  }));

test("a configuration made by a client of 0.3 is posted the task in the form of 0.3, and shown without a trace of that", async () => {
  using receiver = await openReceiver();
  await withAgents(
    async (house) => {
      const client = await oldClientOf(house, "teller");
      const config = { tenant: "", taskId: "", id: "one", url: receiver.url, token: "t", authentication: undefined };
      const configuration = { ...atOnce, taskPushNotificationConfig: config };
      const { id: taskId } = taskOf(await client.sendMessage({ ...text("1"), configuration }));
      await receiver.until(() => receiver.all.length === 5);
      const bodies: { kind: string; id: string; status: { state: string } }[] = receiver.all.map(({ body }) => JSON.parse(body));
      assert.ok(bodies.every(({ kind, id }) => kind === "task" && id === taskId));
      assert.equal(bodies.at(-1)?.status.state, "completed");
      const now = await clientOf(house, "teller", "JSONRPC");
      assert.deepEqual(await now.getTaskPushNotificationConfig({ tenant: "", taskId, id: "one" }), { ...config, taskId });
    },
    { "net.allowPrivate": receiver.host },
  );
});
