import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentCard, Role, type StreamResponse, TaskState } from "@a2a-js/sdk";
import {
  A2AError,
  ContentTypeNotSupportedError,
  ExtensionSupportRequiredError,
  RequestMalformedError,
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
  VersionNotSupportedError,
} from "@a2a-js/sdk/errors";
import { A2AService } from "@a2a-js/sdk/server/grpc";
import { Client, credentials } from "@grpc/grpc-js";
import { serveGrpc } from "../../src/a2a/bindings/grpc.ts";
import type { AgentService } from "../../src/a2a/service.ts";
import { operator } from "../../src/base/principals.ts";
import { OpenCalls } from "../../src/security/open-calls.ts";
import { atOnce, bindings, clientOf, taskOf, text, withAgents } from "./clients.ts";

const kindOf = (item: StreamResponse): string => item.payload?.$case ?? "none";

// What a stream says, one word per item: a state, the artifact's piece, or the kind.
function wordOf(item: StreamResponse): string {
  const { payload } = item;
  if (payload?.$case === "statusUpdate") return TaskState[payload.value.status?.state ?? 0] ?? "";
  if (payload?.$case === "artifactUpdate")
    return JSON.stringify(payload.value.artifact?.parts.map((part) => part.content?.value));
  return kindOf(item);
}

async function wordsOf(stream: AsyncIterable<StreamResponse>): Promise<readonly string[]> {
  const words: string[] = [];
  for await (const item of stream) words.push(wordOf(item));
  return words;
}

for (const binding of bindings) {
  test(`${binding}: a message is answered by its task, with data, history and artifacts`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "echo", binding);
      const task = taskOf(await client.sendMessage(text("hello")));
      assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED);
      assert.deepEqual(
        task.artifacts.map((artifact) => artifact.parts.map((part) => part.content?.value)),
        [["you said: hello"]],
      );
      assert.deepEqual(
        task.history.map((message) => [message.role, message.taskId, message.contextId]),
        [[Role.ROLE_USER, task.id, task.contextId]],
      );
      assert.deepEqual(await client.getTask({ tenant: "", id: task.id }), task);
      const brief = await client.getTask({ tenant: "", id: task.id, historyLength: 0 });
      assert.deepEqual(brief.history, []);
    }));

  test(`${binding}: a stream begins with the task, brings every piece in order and ends with the task`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "teller", binding);
      const words = await wordsOf(client.sendMessageStream(text("3")));
      const pieces = ['["piece 1"]', '["piece 2"]', '["piece 3"]', '["3 pieces"]'];
      assert.deepEqual(words, ["task", "TASK_STATE_WORKING", ...pieces, "TASK_STATE_COMPLETED"]);
    }));

  test(`${binding}: who subscribes later gets the task as it is and exactly the events after it, as everybody does`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "teller", binding);
      const { id } = taskOf(await client.sendMessage({ ...text("40"), configuration: atOnce }));
      const readers = await Promise.all(
        [0, 10, 25].map(async (wait) => {
          await sleep(wait);
          const items: StreamResponse[] = [];
          for await (const item of client.resubscribeTask({ tenant: "", id })) items.push(item);
          return items;
        }),
      );
      for (const [first, ...rest] of readers) {
        assert.ok(first?.payload?.$case === "task");
        const known = first.payload.value.artifacts[0]?.parts.map((part) => part.content?.value) ?? [];
        const later = rest.flatMap(({ payload }) =>
          payload?.$case === "artifactUpdate" && payload.value.artifact?.artifactId === "story"
            ? payload.value.artifact.parts.map((part) => part.content?.value)
            : [],
        );
        assert.deepEqual(
          [...known, ...later],
          Array.from({ length: 40 }, (_, index) => `piece ${index + 1}`),
        );
        assert.equal(wordOf(rest.at(-1) ?? { payload: undefined }), "TASK_STATE_COMPLETED");
      }
      await assert.rejects(wordsOf(client.resubscribeTask({ tenant: "", id })), UnsupportedOperationError);
    }));

  test(`${binding}: an agent asks, and the next message on its task answers`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "asker", binding);
      const asked = taskOf(await client.sendMessage(text("order")));
      assert.equal(asked.status?.state, TaskState.TASK_STATE_INPUT_REQUIRED);
      assert.equal(asked.status?.message?.parts[0]?.content?.value, "what is your name?");
      await assert.rejects(client.sendMessage(text("Ada", { taskId: asked.id, contextId: "another" })), RequestMalformedError);
      const words = await wordsOf(client.sendMessageStream(text("Ada", { taskId: asked.id })));
      assert.deepEqual(words, ["task", "TASK_STATE_WORKING", "TASK_STATE_INPUT_REQUIRED"]);
      const size = text("", { taskId: asked.id });
      size.message.parts = [
        { content: { $case: "data", value: { size: "large" } }, metadata: undefined, filename: "", mediaType: "" },
      ];
      const done = taskOf(await client.sendMessage(size));
      assert.equal(done.artifacts[0]?.parts[0]?.content?.value, 'order: Ada, {"size":"large"}');
      assert.deepEqual(
        done.history.map(({ role }) => role),
        [Role.ROLE_USER, Role.ROLE_AGENT, Role.ROLE_USER, Role.ROLE_AGENT, Role.ROLE_USER],
      );
      await assert.rejects(client.sendMessage(text("more", { taskId: asked.id })), UnsupportedOperationError);
    }));

  test(`${binding}: a running task is cancelled once and for all, an ended one is not cancelable, an unknown one not found`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "sleeper", binding);
      const { id } = taskOf(await client.sendMessage({ ...text("x"), configuration: atOnce }));
      await assert.rejects(client.sendMessage(text("are you there?", { taskId: id })), UnsupportedOperationError);
      const request = { tenant: "", id, metadata: undefined };
      assert.equal((await client.cancelTask(request)).status?.state, TaskState.TASK_STATE_CANCELED);
      assert.equal((await client.cancelTask(request)).status?.state, TaskState.TASK_STATE_CANCELED);
      const other = await clientOf(house, "echo", binding);
      const ended = taskOf(await other.sendMessage(text("x")));
      await assert.rejects(other.cancelTask({ ...request, id: ended.id }), TaskNotCancelableError);
      await assert.rejects(other.cancelTask({ ...request, id: "task_none" }), TaskNotFoundError);
      await assert.rejects(other.getTask({ tenant: "", id }), TaskNotFoundError, "a task belongs to one agent");
    }));

  test(`${binding}: an agent may turn a task down, and one that fails says why`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "contrary", binding);
      const rejected = taskOf(await client.sendMessage(text("do it")));
      assert.equal(rejected.status?.state, TaskState.TASK_STATE_REJECTED);
      assert.match(JSON.stringify(rejected.status), /not on a Tuesday/);
      const failed = taskOf(await client.sendMessage(text("fail")));
      assert.equal(failed.status?.state, TaskState.TASK_STATE_FAILED);
      assert.match(JSON.stringify(failed.status), /out of ink/);
    }));

  test(`${binding}: tasks are listed by page, context, state and time, without artifacts unless they are asked for`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "echo", binding);
      const made: string[] = [];
      for (let at = 0; at < 7; at++) {
        const { id } = taskOf(await client.sendMessage(text(`n${at}`, at < 3 ? { contextId: "ctx-one" } : {})));
        made.unshift(id);
      }
      const all = { tenant: "", contextId: "", status: 0, pageToken: "", statusTimestampAfter: undefined };
      const seen: string[] = [];
      for (let pageToken = ""; ; ) {
        const page = await client.listTasks({ ...all, pageSize: 3, pageToken });
        assert.equal(page.totalSize, 7);
        seen.push(...page.tasks.map((task) => task.id));
        assert.ok(page.tasks.every((task) => task.artifacts.length === 0));
        pageToken = page.nextPageToken;
        if (pageToken === "") break;
      }
      assert.deepEqual(seen, made);
      const context = await client.listTasks({ ...all, contextId: "ctx-one", includeArtifacts: true, historyLength: 0 });
      assert.deepEqual(
        context.tasks.map((task) => task.id),
        made.slice(4),
      );
      assert.ok(context.tasks.every((task) => task.artifacts.length === 1 && task.history.length === 0));
      assert.equal((await client.listTasks({ ...all, status: TaskState.TASK_STATE_FAILED })).totalSize, 0);
      const third = await client.getTask({ tenant: "", id: made[2] ?? "" });
      const after = await client.listTasks({ ...all, statusTimestampAfter: third.status?.timestamp });
      assert.equal(after.totalSize, 3);
      await assert.rejects(client.listTasks({ ...all, pageSize: 101 }), RequestMalformedError);
      await assert.rejects(client.listTasks({ ...all, pageToken: "nonsense" }), RequestMalformedError);
    }));

  test(`${binding}: push configurations are made, read, listed and deleted`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "sleeper", binding);
      const { id: taskId } = taskOf(await client.sendMessage({ ...text("x"), configuration: atOnce }));
      const wanted = {
        tenant: "",
        taskId,
        id: "",
        url: "https://example.com/hook",
        token: "t0",
        authentication: { scheme: "Bearer", credentials: "c0" },
      };
      const made = await client.createTaskPushNotificationConfig(wanted);
      assert.ok(made.id !== "" && made.token === "t0" && made.authentication?.credentials === "c0");
      await client.createTaskPushNotificationConfig({ ...wanted, id: "mine", authentication: undefined });
      const name = { tenant: "", taskId, id: "mine" };
      assert.equal((await client.getTaskPushNotificationConfig(name)).url, "https://example.com/hook");
      const listed = async () =>
        (await client.listTaskPushNotificationConfig({ tenant: "", taskId, pageSize: 0, pageToken: "" })).configs.map(
          ({ id }) => id,
        );
      assert.deepEqual(await listed(), [made.id, "mine"]);
      await client.deleteTaskPushNotificationConfig(name);
      await client.deleteTaskPushNotificationConfig(name);
      assert.deepEqual(await listed(), [made.id]);
      await assert.rejects(client.getTaskPushNotificationConfig(name), TaskNotFoundError);
      await assert.rejects(client.createTaskPushNotificationConfig({ ...wanted, taskId: "task_none" }), TaskNotFoundError);
      await assert.rejects(client.createTaskPushNotificationConfig({ ...wanted, url: "" }), RequestMalformedError);
    }));

  test(`${binding}: required extensions, content types, versions and the extended card are held to`, () =>
    withAgents(async (house) => {
      const plain = await clientOf(house, "guarded", binding);
      await assert.rejects(plain.sendMessage(text("x")), ExtensionSupportRequiredError);
      const headers = { "a2a-extensions": "https://example.com/ext/manners/v1, https://example.com/ext/other" };
      const polite = await clientOf(house, "guarded", binding, { headers });
      const first = taskOf(await polite.sendMessage(text("one")));
      const picture = text("two", { referenceTaskIds: [first.id, "task_none"] });
      const part = (mediaType: string) => ({
        content: { $case: "raw" as const, value: Buffer.from([1, 2, 255]) },
        metadata: undefined,
        filename: "a.png",
        mediaType,
      });
      picture.message.parts.push(part("image/png"));
      const second = taskOf(await polite.sendMessage(picture));
      assert.equal(second.artifacts[0]?.parts[0]?.content?.value, "2 parts, 1 parts, ");
      picture.message.parts = [part("image/tiff")];
      await assert.rejects(polite.sendMessage(picture), ContentTypeNotSupportedError);
      const card = await polite.getAgentCard();
      assert.deepEqual(
        card.skills.map(({ id }) => id),
        ["guard", "secret"],
      );
      const future = await clientOf(house, "echo", binding, { headers: { "a2a-version": "2.0", "A2A-Version": "2.0" } });
      await assert.rejects(future.sendMessage(text("x")), VersionNotSupportedError);
      const stranger = await clientOf(house, "echo", binding, { token: "wrong" });
      await assert.rejects(
        stranger.sendMessage(text("x")),
        (error) => !(error instanceof A2AError) || error.reason === "INTERNAL_ERROR",
      );
    }));

  test(`${binding}: a tenant has tasks of its own`, () =>
    withAgents(async (house) => {
      const client = await clientOf(house, "echo", binding);
      const tenant = binding === "GRPC" ? "echo/north" : "north";
      const { id } = taskOf(await client.sendMessage({ ...text("x"), tenant }));
      assert.equal((await client.getTask({ tenant, id })).id, id);
      await assert.rejects(client.getTask({ tenant: "", id }), TaskNotFoundError);
      const all = { contextId: "", status: 0, pageToken: "", statusTimestampAfter: undefined };
      assert.equal((await client.listTasks({ ...all, tenant })).totalSize, 1);
      assert.equal((await client.listTasks({ ...all, tenant: "" })).totalSize, 0);
    }));
}

test("GRPC: a caller that is gone before its token was checked is known to be gone", async () => {
  const [asked, released, served] = [0, 1, 2].map(() => Promise.withResolvers<boolean>());
  assert.ok(asked && released && served);
  const service = {
    getTask: async (_: unknown, { signal }: { signal: AbortSignal }) => {
      served.resolve(signal.aborted);
      throw new Error("there is none");
    },
  } as unknown as AgentService; // why: the call uses nothing else of it
  const server = await serveGrpc({
    host: "127.0.0.1",
    port: 0,
    limitBytes: 65_536,
    served: (name) => ({ name, service, card: AgentCard.fromJSON({}), extensions: [] }),
    check: async () => {
      asked.resolve(true);
      await released.promise;
      return operator;
    },
    calls: new OpenCalls(),
  });
  const client = new Client(server.address, credentials.createInsecure());
  const { path, requestSerialize, responseDeserialize } = A2AService.getTask;
  const request = { tenant: "echo", id: "task_1", historyLength: undefined };
  const call = client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, () => {});
  await asked.promise;
  call.cancel();
  // Until the server has heard of it.
  await sleep(100);
  released.resolve(true);
  const known = await served.promise;
  client.close();
  await server.drain(100);
  assert.ok(known);
});
