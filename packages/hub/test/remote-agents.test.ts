/** Agents elsewhere, with the official SDK's server as the agent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { StreamResponse } from "../src/a2a/protocol.ts";
import { RemoteAgents } from "../src/a2a/remote/remote-agents.ts";
import type { Call } from "../src/a2a/service.ts";
import { systemClock } from "../src/base/clock.ts";
import { operator } from "../src/base/principals.ts";
import type { TaskSighting } from "../src/base/sighting.ts";
import type { Principal } from "../src/base/tool.ts";
import type { Store } from "../src/store/store.ts";
import { openLog } from "../src/telemetry/log.ts";
import { startSdkAgent } from "./peers/sdk-agent.ts";
import { engines, withStore } from "./stores.ts";

const anySignal = AbortSignal.timeout(60_000);
const ada: Principal = { id: "client:ada", kind: "client" };
const bob: Principal = { id: "client:bob", kind: "client" };
const callBy = (principal: Principal): Call => ({ principal, extensions: [], tenant: "", version: "1.0", signal: anySignal });
const say = (text: string, more: object = {}) => ({
  message: { messageId: `m-${Math.random()}`, role: "ROLE_USER" as const, parts: [{ text }], ...more },
});

function agentsOn(store: Store, sightings: TaskSighting[] = []): RemoteAgents {
  return new RemoteAgents({
    store,
    clock: systemClock,
    log: openLog("silent"),
    fetchFor: () => fetch,
    firstFetch: () => fetch,
    sighted: (sighting) => sightings.push(sighting),
    taken: (name) => name === "librarian",
    changed: async () => {},
    checkMs: 3_600_000,
    grpcFor: () => ({ addressesOf: async (host) => [host], token: () => undefined }),
    limits: { messageMs: 60_000, answerMs: 1_000 },
    checkUrl: () => {},
    wake: () => {},
  });
}

for (const engine of engines) {
  test(`${engine}: a signed card is believed by the key its origin publishes, pinned, and known again after a restart`, (t) =>
    withStore(t, engine, async (store) => {
      await using peer = await startSdkAgent();
      await using agents = agentsOn(store);
      const added = await agents.add({ url: peer.url }, "operator", anySignal);
      assert.equal(added.name, "far-counter");
      assert.equal(added.key?.kid, "one");
      await assert.rejects(agents.add({ url: peer.url }, "operator", anySignal), { code: "AGENT_NAME_TAKEN" });
      await assert.rejects(agents.add({ url: peer.url, name: "librarian" }, "operator", anySignal), { code: "AGENT_NAME_TAKEN" });
      await using again = agentsOn(store);
      await again.open();
      assert.equal(again.find("far-counter")?.cardHash, added.cardHash);
      assert.deepEqual(again.find("far-counter")?.health.state, "unknown");
      assert.equal((await again.check("far-counter")).health.state, "up");
    }));

  test(`${engine}: a changed card waits beside the pinned one until the hash that was looked at is approved`, (t) =>
    withStore(t, engine, async (store) => {
      await using peer = await startSdkAgent();
      await using agents = agentsOn(store);
      const { cardHash } = await agents.add({ url: peer.url }, "operator", anySignal);
      await peer.change("Counts, and sells your data.");
      const changed = await agents.check("far-counter");
      assert.equal(changed.cardHash, cardHash, "the pinned card stays");
      assert.equal(changed.card.description, "Counts, far away.");
      assert.equal(changed.pending?.card.description, "Counts, and sells your data.");
      await assert.rejects(agents.approve("far-counter", cardHash, "operator"), { code: "CARD_NOT_PENDING" });
      const approved = await agents.approve("far-counter", changed.pending?.hash ?? "", "operator");
      assert.equal(approved.card.description, "Counts, and sells your data.");
      assert.equal(approved.pending, undefined);
      const kinds = (await store.events.read({ kind: "agent.*", limit: 10 })).map((event) => event.kind);
      assert.deepEqual(kinds, ["agent.added", "agent.card-changed", "agent.card-approved"]);
    }));

  test(`${engine}: a principal sees, cancels and goes on with its own tasks only`, (t) =>
    withStore(t, engine, async (store) => {
      await using peer = await startSdkAgent();
      const sightings: TaskSighting[] = [];
      await using agents = agentsOn(store, sightings);
      const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
      const events: StreamResponse[] = [];
      for await (const event of service.sendStreamingMessage(say("to 3", { metadata: { skill: "count" } }), callBy(ada)))
        events.push(event);
      const first = events[0];
      assert.ok(first && "task" in first);
      const { id } = first.task;
      const done = await service.getTask({ id }, callBy(ada));
      assert.equal(done.status.state, "TASK_STATE_COMPLETED");
      assert.equal(done.artifacts?.[0]?.parts[0]?.text, "1 2 3");
      assert.deepEqual(
        sightings.map(({ moment, owner, skill, outcome }) => [moment, owner, skill, outcome]),
        [
          ["accepted", "client:ada", "count", undefined],
          ["first-event", "client:ada", "count", undefined],
          ["first-artifact", "client:ada", "count", undefined],
          ["ended", "client:ada", "count", "completed"],
        ],
      );

      const asked = await service.sendMessage(say("count, please"), callBy(ada));
      assert.ok("task" in asked && asked.task.status.state === "TASK_STATE_INPUT_REQUIRED");
      const foreign = { code: "TASK_NOT_FOUND" };
      const taskId = asked.task.id;
      await assert.rejects(service.getTask({ id: taskId }, callBy(bob)), foreign);
      await assert.rejects(service.cancelTask({ id: taskId }, callBy(bob)), foreign);
      await assert.rejects(service.sendMessage(say("to 2", { taskId }), callBy(bob)), foreign);
      await assert.rejects(service.subscribeToTask({ id: taskId }, callBy(bob))[Symbol.asyncIterator]().next(), foreign);
      assert.equal((await service.listTasks({}, callBy(bob))).totalSize, 0);
      assert.equal((await service.listTasks({}, callBy(ada))).totalSize, 2);
      assert.equal((await service.listTasks({}, callBy(operator))).totalSize, 2);
      const page = await service.listTasks({ pageSize: 1, includeArtifacts: true }, callBy(ada));
      const next = await service.listTasks({ pageSize: 1, pageToken: page.nextPageToken }, callBy(ada));
      assert.deepEqual([...page.tasks, ...next.tasks].map((task) => task.id).sort(), [id, taskId].sort());
      assert.equal(next.nextPageToken, "");

      const answered = await service.sendMessage(say("to 2", { taskId, contextId: asked.task.contextId }), callBy(ada));
      assert.ok("task" in answered && answered.task.status.state === "TASK_STATE_COMPLETED");
    }));
}

test("a running task is cancelled at the agent", (t) =>
  withStore(t, "sqlite", async (store) => {
    await using peer = await startSdkAgent();
    await using agents = agentsOn(store);
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const states: string[] = [];
    let cancelled: Promise<unknown> = Promise.resolve();
    for await (const event of service.sendStreamingMessage(say("wait 60000"), callBy(ada))) {
      if ("task" in event) cancelled = service.cancelTask({ id: event.task.id }, callBy(ada));
      if ("statusUpdate" in event) states.push(event.statusUpdate.status.state);
    }
    await cancelled;
    assert.equal(states.at(-1), "TASK_STATE_CANCELED");
  }));

test("a card is refused that nobody vouches for: unsigned, signed by a stranger, or changed on its way", (t) =>
  withStore(t, "sqlite", async (store) => {
    await using agents = agentsOn(store);
    await using unsigned = await startSdkAgent({ signed: false });
    await assert.rejects(agents.add({ url: unsigned.url }, "operator", anySignal), { code: "CARD_UNSIGNED" });
    await using secretive = await startSdkAgent({ publishKey: false });
    await assert.rejects(agents.add({ url: secretive.url }, "operator", anySignal), { code: "AGENT_UNREACHABLE" });
    await using peer = await startSdkAgent();
    await peer.change("Counts.", "other key");
    await assert.rejects(agents.add({ url: peer.url }, "operator", anySignal), { code: "CARD_SIGNATURE_WRONG" });
    await assert.rejects(agents.add({ url: `${peer.url}/keys.json` }, "operator", anySignal), { code: "CARD_INVALID" });
    await assert.rejects(agents.add({ url: "http://127.0.0.1:9" }, "operator", anySignal), { code: "AGENT_UNREACHABLE" });
    assert.deepEqual(agents.list(), []);
    const taken = await agents.add({ url: unsigned.url, allowUnsigned: true }, "operator", anySignal);
    assert.equal(taken.key, undefined);
  }));

test("an agent that was pinned signed is down, not believed, when its card comes unsigned or signed by another", (t) =>
  withStore(t, "sqlite", async (store) => {
    await using peer = await startSdkAgent();
    await using agents = agentsOn(store);
    await agents.add({ url: peer.url }, "operator", anySignal);
    for (const sign of ["not", "other key"] as const) {
      await peer.change("Counts.", sign);
      const { health, pending } = await agents.check("far-counter");
      assert.equal(health.state, "down", sign);
      assert.equal(pending, undefined, sign);
    }
    await peer.change("Counts, far away.");
    assert.equal((await agents.check("far-counter")).health.state, "up");
  }));

test("an agent that cannot be reached is said to be so, and its task counts as lost", (t) =>
  withStore(t, "sqlite", async (store) => {
    const sightings: TaskSighting[] = [];
    await using agents = agentsOn(store, sightings);
    const peer = await startSdkAgent();
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const failing = async (): Promise<void> => {
      for await (const event of service.sendStreamingMessage(say("wait 60000"), callBy(ada)))
        if ("statusUpdate" in event) await peer[Symbol.asyncDispose]();
    };
    await assert.rejects(failing(), { code: "AGENT_UNREACHABLE" });
    assert.equal(sightings.at(-1)?.outcome, "lost");
    await assert.rejects(service.sendMessage(say("to 1"), callBy(ada)), { code: "AGENT_UNREACHABLE" });
    assert.equal((await agents.check("far-counter")).health.state, "down");
  }));
