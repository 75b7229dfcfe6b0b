import assert from "node:assert/strict";
import { test } from "node:test";
import { type StreamResponse, TaskState } from "@a2a-js/sdk";
import { TaskNotFoundError, UnsupportedOperationError } from "@a2a-js/sdk/errors";
import { operator } from "../../src/base/principals.ts";
import { ask } from "../wire.ts";
import { atOnce, bindings, clientOf, oldClientOf, taskOf, text, withAgents } from "./clients.ts";
import { openReceiver } from "./receiver.ts";

for (const binding of bindings)
  test(`${binding}: a client of protocol 0.3 finds its card, sends, streams, subscribes, reads, cancels and sets push configurations`, () =>
    withAgents(async (house) => {
      const client = await oldClientOf(house, "teller", binding);
      assert.deepEqual([client.protocolVersion, client.transport.protocolName], ["0.3", binding]);
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
      const sleeper = await oldClientOf(house, "sleeper", binding);
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

test("HTTP+JSON of 0.3, by hand: content, files, data, blocking, states and errors as its a2a.proto spells them", () =>
  withAgents(async (house) => {
    const { served, token } = house;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const post = (path: string, body: object | null) =>
      ask(served.url, path, { method: "POST", headers, body: JSON.stringify(body) });
    const content = [
      { text: "look" },
      { file: { fileWithUri: "https://example.com/a.txt", mimeType: "text/plain", name: "a.txt" } },
      { file: { file_with_bytes: "AAEC" } },
      { data: { data: { answer: 42 } }, metadata: { from: "test" } },
    ];
    const message = { message_id: "m1", role: "ROLE_USER", content };
    const sent = await post("/a2a/echo/v1/message:send", { message });
    assert.equal(sent.status, 201);
    const { task } = JSON.parse(sent.body);
    assert.equal(task.status.state, "TASK_STATE_COMPLETED");
    assert.deepEqual(task.history[0].content, [content[0], content[1], { file: { fileWithBytes: "AAEC" } }, content[3]]);
    assert.deepEqual(task.artifacts[0].parts, [{ text: "you said: look" }, { data: { data: { answer: 42 } } }]);
    assert.ok(!sent.body.includes("mediaType"), "nothing is spelled as in 1.0");

    // Who sends a configuration without `blocking` does not wait.
    const begun = await post("/a2a/sleeper/v1/message:send", {
      message: { ...message, content: [{ text: "x" }] },
      configuration: {},
    });
    const { id } = JSON.parse(begun.body).task;
    const stopped = await post(`/a2a/sleeper/v1/tasks/${id}:cancel`, null);
    assert.equal(JSON.parse(stopped.body).status.state, "TASK_STATE_CANCELLED");
    const short = await ask(served.url, `/a2a/echo/v1/tasks/${task.id}?historyLength=0`, { headers });
    assert.equal(JSON.parse(short.body).history, undefined);

    const stream = await post("/a2a/teller/v1/message:stream", { message: { ...message, content: [{ text: "1" }] } });
    const items = [...stream.body.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ""));
    assert.deepEqual(
      items.map((item) => [Object.keys(item)[0], item.statusUpdate?.final]),
      [
        ["task", undefined],
        ["statusUpdate", false],
        ["artifactUpdate", undefined],
        ["artifactUpdate", undefined],
        ["statusUpdate", true],
      ],
    );

    const card = await ask(served.url, "/a2a/guarded/v1/card", {
      headers: { ...headers, "a2a-extensions": "https://example.com/required" },
    });
    const { description, preferredTransport, security, securitySchemes } = JSON.parse(card.body);
    assert.equal(description, "Particular, and has more to offer.");
    assert.equal(preferredTransport, "JSONRPC");
    assert.deepEqual(security, [{ schemes: { hubToken: {} } }]);
    assert.equal(securitySchemes.hubToken.httpAuthSecurityScheme.scheme, "Bearer");

    const unknown = await ask(served.url, "/a2a/echo/v1/tasks/none", { headers });
    assert.deepEqual([unknown.status, JSON.parse(unknown.body).code], [404, -32001]);
    const wrong = await post("/a2a/echo/v1/message:send", {
      message: { messageId: "m", role: "ROLE_USER", content: [{ text: 1 }] },
    });
    assert.deepEqual([wrong.status, JSON.parse(wrong.body).code], [400, -32602]);
    assert.match(wrong.body, /wanted a string, got 1/);
    assert.equal((await ask(served.url, "/a2a/echo/v1/tasks", { headers })).status, 404, "0.3 has no lists");
    assert.equal((await ask(served.url, `/a2a/echo/v1/tasks/${task.id}`)).status, 401);
    const newer = { ...headers, "a2a-version": "1.0" };
    assert.match((await ask(served.url, "/a2a/echo/v1/tasks", { headers: newer })).body, /"tasks":\[\]/, "v1 is a tenant of 1.0");
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

test("a client of 0.3 over gRPC says whom it means, has a token, and sees its own tasks only", () =>
  withAgents(async (house) => {
    const add = (name: string) => house.served.hub.dispatcher.call("hub_add_principal", { name }, { principal: operator });
    const [ada, bob] = [String((await add("ada")).token), String((await add("bob")).token)];
    const hers = await oldClientOf({ ...house, token: ada }, "echo", "GRPC");
    const { id } = taskOf(await hers.sendMessage(text("hello")));
    assert.equal((await hers.getTask({ tenant: "", id })).id, id);
    const his = await oldClientOf({ ...house, token: bob }, "echo", "GRPC");
    await assert.rejects(his.getTask({ tenant: "", id }), TaskNotFoundError);
    const nobodys = await oldClientOf({ ...house, token: "none" }, "echo", "GRPC");
    await assert.rejects(nobodys.getTask({ tenant: "", id }), /16/);
    const unnamed = await oldClientOf(house, "", "GRPC");
    await assert.rejects(unnamed.getTask({ tenant: "", id }), /a2a-agent/);
    const sleeper = await oldClientOf({ ...house, token: ada }, "sleeper", "GRPC");
    const streaming = (async () => {
      for await (const item of sleeper.sendMessageStream(text("x")))
        if (item.payload?.$case === "task")
          await house.served.hub.dispatcher.call("hub_revoke_principal", { name: "ada" }, { principal: operator });
    })();
    await assert.rejects(streaming, /16/, "it ends with its token");
  }));
