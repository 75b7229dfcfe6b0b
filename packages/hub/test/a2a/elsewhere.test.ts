/** An agent elsewhere (the official SDK's server), reached through the hub by official clients on every binding. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { test } from "node:test";
import { AgentCard, TaskState } from "@a2a-js/sdk";
import { TaskNotFoundError } from "@a2a-js/sdk/errors";
import { operator } from "../../src/base/principals.ts";
import { routedSending } from "../../src/joins/routed-sending.ts";
import { type SdkAgent, startSdkAgent } from "../peers/sdk-agent.ts";
import { bindings, clientOf, type House, taskOf, text, withAgents } from "./clients.ts";

const loopback = { "net.allowPrivate": "127.0.0.0/8" };

async function withElsewhere(
  work: (house: House, peer: SdkAgent) => Promise<void>,
  { input, ...peerOptions }: { readonly streaming?: boolean; readonly grpc?: object; readonly input?: object } = {},
): Promise<void> {
  await using peer = await startSdkAgent(peerOptions);
  await withAgents(async (house) => {
    await call(house, "agent_add", { url: peer.url, ...input });
    await work(house, peer);
  }, loopback);
}

const call = ({ served }: House, tool: string, input: object): Promise<Record<string, unknown>> =>
  served.hub.dispatcher.call(tool, input, { principal: operator });

async function tokenFor(house: House, name: string): Promise<string> {
  return String((await call(house, "hub_add_principal", { name })).token);
}

const kinds = [
  ["that streams", {}],
  ["that does not stream", { streaming: false }],
  ["that speaks only gRPC", { grpc: {} }],
  ["that speaks only gRPC and does not stream", { grpc: {}, streaming: false }],
] as const;
for (const binding of bindings)
  for (const [kind, options] of kinds)
    test(`${binding}: an agent elsewhere ${kind} is sent a message, followed, asked and cancelled through the hub`, () =>
      withElsewhere(async (house) => {
        const client = await clientOf(house, "far-counter", binding);
        const items = await Array.fromAsync(client.sendMessageStream(text("to 3")));
        assert.equal(items[0]?.payload?.$case, "task");
        const pieces = items.flatMap(({ payload }) =>
          payload?.$case === "artifactUpdate" ? (payload.value.artifact?.parts.map((part) => part.content?.value) ?? []) : [],
        );
        assert.deepEqual(pieces, ["1 2 3"]);
        const last = items.at(-1)?.payload;
        assert.ok(last?.$case === "statusUpdate" && last.value.status?.state === TaskState.TASK_STATE_COMPLETED);

        const asked = taskOf(await client.sendMessage(text("count")));
        assert.equal(asked.status?.state, TaskState.TASK_STATE_INPUT_REQUIRED);
        const done = taskOf(await client.sendMessage(text("to 2", { taskId: asked.id, contextId: asked.contextId })));
        assert.equal(done.status?.state, TaskState.TASK_STATE_COMPLETED);
        assert.deepEqual(await client.getTask({ tenant: "", id: done.id }).then((task) => task.id), done.id);

        let cancelled = TaskState.TASK_STATE_UNSPECIFIED;
        for await (const { payload } of client.sendMessageStream(text("wait 60000")))
          if (payload?.$case === "task")
            cancelled =
              (await client.cancelTask({ tenant: "", id: payload.value.id, metadata: undefined })).status?.state ?? cancelled;
        assert.equal(cancelled, TaskState.TASK_STATE_CANCELED);
      }, options));

test("its card leads through the hub, is signed by the hub, and can be checked by the key that it names", () =>
  withElsewhere(async (house, peer) => {
    const { served } = house;
    const url = new URL("/a2a/far-counter/.well-known/agent-card.json", served.url);
    const card = AgentCard.fromJSON(await (await fetch(url)).json());
    assert.equal(card.name, "Far Counter");
    assert.ok(!JSON.stringify(AgentCard.toJSON(card)).includes(peer.url), "nothing of it leads past the hub");
    assert.deepEqual(
      card.supportedInterfaces.map((one) => `${one.protocolBinding} ${one.protocolVersion}`),
      ["JSONRPC 1.0", "HTTP+JSON 1.0", "GRPC 1.0", "https://entente.dev/a2a/pipe/v1 1.0", "JSONRPC 0.3", "HTTP+JSON 0.3"],
    );
    // A second hub takes the first hub's agent as it would any other: by the key that its origin publishes.
    await withAgents(async (other) => {
      const { agent } = await call(other, "agent_add", {
        url: new URL("/a2a/far-counter", served.url).href,
        credential: house.token,
      });
      assert.match(JSON.stringify(agent), /"signed":true/);
      const client = await clientOf(other, "far-counter", "JSONRPC");
      const task = taskOf(await client.sendMessage(text("to 4")));
      assert.equal(task.artifacts[0]?.parts[0]?.content?.value, "1 2 3 4", "through two hubs");
    }, loopback);
  }));

test("a principal reaches its own tasks there and nobody else's, on every binding", () =>
  withElsewhere(async (house) => {
    const [ada, bob] = [await tokenFor(house, "ada"), await tokenFor(house, "bob")];
    for (const binding of bindings) {
      const [hers, his] = [
        await clientOf(house, "far-counter", binding, { token: ada }),
        await clientOf(house, "far-counter", binding, { token: bob }),
      ];
      const { id } = taskOf(await hers.sendMessage(text("count")));
      await assert.rejects(his.getTask({ tenant: "", id }), TaskNotFoundError);
      await assert.rejects(his.cancelTask({ tenant: "", id, metadata: undefined }), TaskNotFoundError);
      await assert.rejects(his.sendMessage(text("to 1", { taskId: id })), TaskNotFoundError);
      await assert.rejects(Array.fromAsync(his.resubscribeTask({ tenant: "", id })), TaskNotFoundError);
      await assert.rejects(
        his.createTaskPushNotificationConfig({
          tenant: "",
          taskId: id,
          id: "spy",
          url: "http://127.0.0.1:9/",
          token: "",
          authentication: undefined,
        }),
        TaskNotFoundError,
      );
      assert.equal((await hers.getTask({ tenant: "", id })).id, id);
    }
  }));

for (const [kind, options] of [kinds[0], kinds[2]])
  test(`the hub's own token for an agent ${kind} is sent to it, the caller's never`, () =>
    withElsewhere(
      async (house, peer) => {
        const ada = await tokenFor(house, "ada");
        const client = await clientOf(house, "far-counter", "JSONRPC", { token: ada });
        await client.sendMessage(text("to 1"));
        assert.ok(peer.heard.length > 0);
        for (const headers of peer.heard) {
          assert.equal(headers.authorization, "Bearer secret-of-the-far-counter");
          assert.ok(!JSON.stringify(headers).includes(ada));
        }
        const log = JSON.stringify(await house.served.hub.store.events.read({ limit: 1000 }));
        assert.ok(!log.includes("secret-of-the-far-counter"), "no record holds it");
      },
      { ...options, input: { credential: "secret-of-the-far-counter" } },
    ));

for (const [kind, options] of [kinds[0], kinds[2]])
  test(`the hub sends the pushes of a task at an agent ${kind} itself, although the agent cannot`, () =>
    withElsewhere(async (house) => {
      const bodies: unknown[] = [];
      const hook = createServer((request, response) => {
        void json(request).then((body) => {
          bodies.push(body);
          response.end();
        });
      }).listen(0, "127.0.0.1");
      await once(hook, "listening");
      const address = hook.address();
      const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/hook`;
      try {
        const client = await clientOf(house, "far-counter", "JSONRPC");
        const asked = taskOf(await client.sendMessage(text("count")));
        const made = await client.createTaskPushNotificationConfig({
          tenant: "",
          taskId: asked.id,
          id: "mine",
          url,
          token: "t",
          authentication: undefined,
        });
        assert.equal(made.taskId, asked.id);
        const listed = await client.listTaskPushNotificationConfig({ tenant: "", taskId: asked.id, pageSize: 0, pageToken: "" });
        assert.equal(listed.configs.length, 1);
        await client.sendMessage(text("to 2", { taskId: asked.id, contextId: asked.contextId }));
        const ended = () => bodies.some((body) => JSON.stringify(body).includes("TASK_STATE_COMPLETED"));
        for (let tries = 0; !ended(); tries++) {
          assert.ok(tries < 400, JSON.stringify(bodies));
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
      } finally {
        hook.closeAllConnections();
        hook.close();
      }
    }, options));

test("a call that routing gives up is ended, although the agent does not hear that it is called off", () =>
  withElsewhere(async ({ served: { hub } }, peer) => {
    peer.hush(true);
    const send = routedSending({ registry: hub.registry, clock: hub.clock, graceMs: 50 });
    const result = await send(
      { agent: "far-counter", from: operator.id, text: "to 3", data: undefined, contextId: undefined, travels: {} },
      { signal: AbortSignal.timeout(200), deadlineAt: undefined, onTask: () => {}, onFirstEvent: () => {} },
    );
    assert.equal(result.outcome, "lost");
    assert.ok(peer.heard.length > 0);
    for (let tries = 0; peer.open() > 0; tries++) {
      assert.ok(tries < 200, "its request stays open");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }));

test("a removed agent is reached no more, and its name is free again", () =>
  withElsewhere(async (house, peer) => {
    await call(house, "agent_remove", { name: "far-counter" });
    const gone = await fetch(new URL("/a2a/far-counter/.well-known/agent-card.json", house.served.url));
    assert.equal(gone.status, 404);
    assert.ok(!house.served.hub.dispatcher.catalogue.listed.some((tool) => tool.name === "agent__far_counter"));
    await call(house, "agent_add", { url: peer.url });
    const found = await call(house, "agent_search", { query: "count up to a number" });
    assert.match(JSON.stringify(found), /"agent":"far-counter".*"where":"elsewhere"/);
  }));
