import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AgentCard, type Message, Role, TaskState, verifyAgentCardSignature } from "@a2a-js/sdk";
import { ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory } from "@a2a-js/sdk/client";
import { loadConfig, serveHub } from "@entente/hub";
import { scratch, writeProse } from "./hub-process.ts";

async function withHub(
  work: (hub: { url: URL; data: string; files: string; token: string; fetch: typeof fetch }) => Promise<void>,
): Promise<void> {
  using folder = scratch();
  const [data, files] = [join(folder.path, "data"), join(folder.path, "files")];
  writeProse(files, 30);
  await using served = await serveHub(
    loadConfig({
      flags: [
        ["data.dir", data],
        ["http.port", "0"],
        ["log.level", "silent"],
      ],
    }),
  );
  const token = readFileSync(join(data, "keys", "token"), "utf8").trim();
  const authorised: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", `Bearer ${token}`);
    return fetch(input, { ...init, headers });
  };
  await work({ url: served.url, data, files, token, fetch: authorised });
}

async function clientOf(url: URL, agent: string, fetchImpl: typeof fetch) {
  const options = ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    transports: [new JsonRpcTransportFactory({ fetchImpl })],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
  });
  return new ClientFactory(options).createFromUrl(new URL(`/a2a/${agent}/`, url).href);
}

const ask = (data: object): { message: Message; tenant: string; configuration: undefined; metadata: undefined } => ({
  tenant: "",
  configuration: undefined,
  metadata: undefined,
  message: {
    messageId: crypto.randomUUID(),
    role: Role.ROLE_USER,
    contextId: "",
    taskId: "",
    extensions: [],
    referenceTaskIds: [],
    metadata: undefined,
    parts: [{ content: { $case: "data", value: data }, metadata: undefined, filename: "", mediaType: "application/json" }],
  },
});

test("every agent has a card at its well-known path, signed over RFC 8785 JSON by a key of its own", () =>
  withHub(async ({ url, data }) => {
    const names = ["coordinator", "curator-annealer", "curator-greedy", "examiner", "librarian", "trainer-deep", "trainer-swift"];
    for (const name of names) {
      const answer = await fetch(new URL(`/a2a/${name}/.well-known/agent-card.json`, url));
      const card = AgentCard.fromJSON(await answer.json());
      assert.equal(card.name, name);
      const { d: _private, ...publicKey } = JSON.parse(readFileSync(join(data, "keys", `${name}.jwk`), "utf8"));
      await verifyAgentCardSignature(async () => publicKey)(card);
      if (name === "librarian")
        await assert.rejects(verifyAgentCardSignature(async () => publicKey)({ ...card, description: "something else" }));
    }
    const front = AgentCard.fromJSON(await (await fetch(new URL("/.well-known/agent-card.json", url))).json());
    assert.equal(front.name, "coordinator");
  }));

test("the official client sends a message, follows the stream and finds the task again", () =>
  withHub(async ({ url, files, fetch: authorised }) => {
    const client = await clientOf(url, "librarian", authorised);
    const kinds: string[] = [];
    let taskId = "";
    for await (const event of client.sendMessageStream(ask({ root: files }))) {
      kinds.push(event.payload?.$case ?? "none");
      if (event.payload?.$case === "task") taskId = event.payload.value.id;
    }
    assert.equal(kinds[0], "task");
    assert.ok(kinds.includes("artifactUpdate") && kinds.at(-1) === "statusUpdate", kinds.join());
    const task = await client.getTask({ tenant: "", id: taskId });
    assert.equal(task.status?.state, TaskState.TASK_STATE_COMPLETED);
    assert.match(JSON.stringify(task.artifacts), /30 files/);
    const reply = await client.sendMessage(ask({ root: files }));
    assert.ok("status" in reply && reply.status?.state === TaskState.TASK_STATE_COMPLETED);
    const listed = await client.listTasks({
      tenant: "",
      contextId: "",
      status: TaskState.TASK_STATE_COMPLETED,
      pageSize: 1,
      pageToken: "",
      statusTimestampAfter: undefined,
    });
    assert.equal(listed.totalSize, 2);
    assert.equal(listed.tasks.length, 1);
    const rest = await client.listTasks({
      tenant: "",
      contextId: "",
      status: TaskState.TASK_STATE_UNSPECIFIED,
      pageToken: listed.nextPageToken,
      statusTimestampAfter: undefined,
    });
    assert.equal(rest.tasks.length, 1);
  }));

test("a job that cannot be done fails with a sentence, and a message without the token is refused", () =>
  withHub(async ({ url, fetch: authorised }) => {
    const client = await clientOf(url, "librarian", authorised);
    const failed = await client.sendMessage(ask({ root: "/no/such/folder" }));
    assert.ok("status" in failed && failed.status?.state === TaskState.TASK_STATE_FAILED);
    assert.match(JSON.stringify(failed.status), /there is none at \/no\/such\/folder/);
    const unclear = await client.sendMessage(ask({ nothing: 1 }));
    assert.match(JSON.stringify(unclear), /root/);
    const stranger = await clientOf(url, "librarian", fetch);
    await assert.rejects(stranger.sendMessage(ask({ root: "/" })));
    const unknown = await authorised(new URL("/a2a/nobody", url), { method: "POST", body: "{}" });
    assert.equal(unknown.status, 404);
  }));
