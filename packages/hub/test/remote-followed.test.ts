/** Tasks at agents elsewhere, by what is kept, recorded and told of them. The agents are the official SDK's, over HTTP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamResponse, Task } from "../src/a2a/protocol.ts";
import { RemoteAgents } from "../src/a2a/remote/remote-agents.ts";
import type { AgentService, Call } from "../src/a2a/service.ts";
import { systemClock } from "../src/base/clock.ts";
import { operator } from "../src/base/principals.ts";
import type { TaskSighting } from "../src/base/sighting.ts";
import type { Store } from "../src/store/store.ts";
import { openLog } from "../src/telemetry/log.ts";
import { type SdkAgent, startSdkAgent } from "./peers/sdk-agent.ts";
import { engines, withStore } from "./stores.ts";

const anySignal = AbortSignal.timeout(60_000);
const call: Call = {
  principal: { id: "client:ada", kind: "client" },
  extensions: [],
  tenant: "",
  version: "1.0",
  signal: anySignal,
};
const push = { id: "mine", url: "http://127.0.0.1:9/hook" };
const say = (text: string, configuration?: object) => ({
  message: {
    messageId: `m-${Math.random()}`,
    role: "ROLE_USER" as const,
    parts: [{ text }],
    metadata: { agreement: "agr_1" },
  },
  ...(configuration ? { configuration } : {}),
});

interface Scene {
  readonly store: Store;
  readonly peer: SdkAgent;
  readonly sightings: TaskSighting[];
  readonly service: AgentService;
}

const agentsOn = (store: Store, sightings: TaskSighting[]): RemoteAgents =>
  new RemoteAgents({
    store,
    clock: systemClock,
    log: openLog("silent"),
    fetchFor: () => fetch,
    firstFetch: () => fetch,
    sighted: (sighting) => sightings.push(sighting),
    taken: () => false,
    changed: async () => {},
    checkMs: 3_600_000,
    grpcFor: () => ({ addressesOf: async (host) => [host], token: () => undefined }),
    limits: { messageMs: 600, answerMs: 200 },
    checkUrl: () => {},
    wake: () => {},
  });

async function within(store: Store, work: (scene: Scene) => Promise<void>): Promise<void> {
  await using peer = await startSdkAgent();
  const sightings: TaskSighting[] = [];
  await using agents = agentsOn(store, sightings);
  const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
  await work({ store, peer, sightings, service });
}

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; !(await holds()); tries++) {
    assert.ok(tries < 400, what);
    await sleep(20);
  }
}

async function started(service: AgentService, text: string, configuration: object = {}): Promise<Task> {
  const answer = await service.sendMessage(say(text, { returnImmediately: true, ...configuration }), call);
  assert.ok("task" in answer);
  return answer.task;
}

const listed = async (service: AgentService): Promise<string | undefined> =>
  (await service.listTasks({}, call)).tasks[0]?.status.state;
const records = async (store: Store): Promise<readonly string[]> =>
  (await store.events.read({ kind: "task.*", limit: 100 })).map((event) => event.kind);
const outbox = async (store: Store): Promise<readonly string[]> =>
  (await store.db.selectFrom("push_outbox").select("body_json").orderBy("seq").execute()).map((row) => row.body_json);
const ended = (sightings: readonly TaskSighting[]) =>
  sightings.filter(({ moment }) => moment === "ended").map(({ outcome, owner, agreement }) => [outcome, owner, agreement]);

for (const engine of engines) {
  test(`${engine}: a task followed for its notifications alone ends here too, and is told once, over a restart as well`, (t) =>
    withStore(t, engine, (store) =>
      within(store, async ({ service, sightings }) => {
        await started(service, "wait 300", { taskPushNotificationConfig: push });
        await until(async () => (await listed(service)) === "TASK_STATE_COMPLETED", "it never ended here");
        await until(async () => (await outbox(store)).some((body) => body.includes("COMPLETED")), "nobody was told");
        assert.deepEqual(await records(store), ["task.started", "task.ended"]);
        assert.deepEqual(ended(sightings), [["completed", "client:ada", "agr_1"]]);
        assert.deepEqual(
          sightings.map(({ moment }) => moment),
          ["accepted", "first-event", "first-artifact", "ended"],
        );
        const before = await outbox(store);
        await using again = agentsOn(store, sightings);
        await again.open();
        await sleep(300);
        assert.deepEqual(await outbox(store), before);
      }),
    ));

  test(`${engine}: a reader that leaves with an old view does not undo an end, and the end is told once`, (t) =>
    withStore(t, engine, (store) =>
      within(store, async ({ service, sightings }) => {
        for await (const event of service.sendStreamingMessage(say("wait 60000"), call)) {
          if (!("statusUpdate" in event)) continue;
          const { taskId } = event.statusUpdate;
          assert.equal((await service.cancelTask({ id: taskId }, call)).status.state, "TASK_STATE_CANCELED");
          break;
        }
        assert.equal(await listed(service), "TASK_STATE_CANCELED");
        assert.deepEqual(await records(store), ["task.started", "task.ended"]);
        assert.deepEqual(ended(sightings), [["canceled", "client:ada", "agr_1"]]);
      }),
    ));
}

test("a task with a sender, a subscriber and receivers of notifications begins once and ends once", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, sightings }) => {
      let beside: Promise<StreamResponse[]> | undefined;
      const params = say("wait 300", { taskPushNotificationConfig: push });
      for await (const event of service.sendStreamingMessage(params, call))
        if ("task" in event)
          beside = Array.fromAsync(service.subscribeToTask({ id: event.task.id }, { ...call, principal: operator }));
      assert.ok(((await beside)?.length ?? 0) > 0);
      await until(async () => (await outbox(store)).some((body) => body.includes("COMPLETED")), "nobody was told");
      assert.deepEqual(await records(store), ["task.started", "task.ended"]);
      assert.deepEqual(
        sightings.map(({ moment, owner }) => [moment, owner]),
        ["accepted", "first-event", "first-artifact", "ended"].map((moment) => [moment, "client:ada"]),
      );
    }),
  ));

test("a task that was asked for more and answered begins once", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, sightings }) => {
      const { id, contextId } = await started(service, "count", { returnImmediately: false });
      const more = say("to 2");
      await service.sendMessage({ message: { ...more.message, taskId: id, contextId } }, call);
      assert.deepEqual(await records(store), ["task.started", "task.ended"]);
      assert.deepEqual(
        sightings.map(({ moment }) => moment),
        ["accepted", "input-required", "first-artifact", "ended"],
      );
    }),
  ));

test("a task that its agent no longer knows has failed here and is followed no longer", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer, sightings }) => {
      await started(service, "wait 60000", { taskPushNotificationConfig: push });
      await until(() => peer.open() === 1, "it was not followed");
      peer.forget();
      await until(async () => (await listed(service)) === "TASK_STATE_FAILED", "it went on here");
      assert.deepEqual(ended(sightings), [["lost", "client:ada", "agr_1"]]);
      assert.match((await outbox(store)).at(-1) ?? "", /no longer knows this task/);
      const asked = peer.heard.length;
      await sleep(700);
      assert.equal(peer.heard.length, asked);
    }),
  ));

test("of a task that ended before it was followed its receivers hear the end, though its agent forgot it", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer }) => {
      await started(service, "to 2", { returnImmediately: false, taskPushNotificationConfig: push });
      peer.forget();
      await until(async () => (await outbox(store)).length > 0, "nobody was told");
      assert.match((await outbox(store)).join(), /TASK_STATE_COMPLETED/);
      assert.equal(await listed(service), "TASK_STATE_COMPLETED");
    }),
  ));

test("a task without a configuration left is followed no longer, and again when it gets one", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer }) => {
      const { id } = await started(service, "wait 60000", { taskPushNotificationConfig: push });
      await until(() => peer.open() === 1, "it was not followed");
      await service.deleteTaskPushNotificationConfig({ taskId: id, id: "mine" }, call);
      await until(() => peer.open() === 0, "its stream stayed open");
      const asked = peer.heard.length;
      await sleep(700);
      assert.equal(peer.heard.length, asked);
      await service.createTaskPushNotificationConfig({ ...push, taskId: id }, call);
      await until(() => peer.open() === 1, "it was not followed again");
    }),
  ));

test("an agent that takes requests and stays silent is given up, and followed on when it speaks again", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer }) => {
      const { id } = await started(service, "wait 900");
      peer.hush(true);
      await assert.rejects(service.getTask({ id }, call), { code: "AGENT_TOO_SLOW" });
      await service.createTaskPushNotificationConfig({ ...push, taskId: id }, call);
      await until(() => peer.heard.length > 4, "the follower waits for ever");
      peer.hush(false);
      await until(async () => (await listed(service)) === "TASK_STATE_COMPLETED", "it never ended here");
    }),
  ));

test("a task that rests is looked at now and then, and its receivers are not told again what they know", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer }) => {
      await started(service, "count", { returnImmediately: false, taskPushNotificationConfig: push });
      await until(() => peer.heard.length > 6, "nobody looks");
      assert.equal((await outbox(store)).length, 1);
    }),
  ));

test("a message is waited for as long as messages may take, the rest as long as an answer may, and no longer than the caller waits", (t) =>
  withStore(t, "sqlite", (store) =>
    within(store, async ({ service, peer }) => {
      const late = { code: "AGENT_TOO_SLOW" };
      await assert.rejects(service.sendMessage(say("wait 60000"), call), { ...late, message: /within 600 ms/ });
      const { id } = await started(service, "wait 60000");
      peer.hush(true);
      await assert.rejects(started(service, "to 1"), { ...late, message: /within 200 ms/ });
      await assert.rejects(service.cancelTask({ id }, call), { ...late, message: /within 200 ms/ });
      const hurried = { ...call, deadlineAt: Date.now() + 100 };
      await assert.rejects(service.getTask({ id }, hurried), { ...late, message: /within (100|\d\d) ms/ });
      const heard = peer.heard.length;
      await assert.rejects(service.getTask({ id }, { ...call, deadlineAt: Date.now() - 1 }), { ...late, message: /within 0 ms/ });
      assert.equal(peer.heard.length, heard, "what is late already is not asked");
    }),
  ));
