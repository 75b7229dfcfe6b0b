import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { RequestMalformedError } from "@a2a-js/sdk/errors";
import { PushDesk } from "../../src/a2a/push/desk.ts";
import { retryDelayMs } from "../../src/a2a/push/sender.ts";
import { readNotification, signatureHeader } from "../../src/a2a/push/signature.ts";
import { systemClock } from "../../src/base/clock.ts";
import type { Store } from "../../src/store/store.ts";
import { engines, withStore } from "../stores.ts";
import { ask } from "../wire.ts";
import { atOnce, clientOf, taskOf, text, withAgents } from "./clients.ts";
import { openReceiver, type Received, wordOf } from "./receiver.ts";

const pushTo = (url: string, more: object = {}) => ({
  ...atOnce,
  taskPushNotificationConfig: { tenant: "", id: "", taskId: "", url, token: "", authentication: undefined, ...more },
});
const story = ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "piece 1", "piece 2", "2 pieces", "TASK_STATE_COMPLETED"];

test("every event of a task is posted in order, with token, credentials and a signature that holds for this body and address", async () => {
  using receiver = await openReceiver();
  await withAgents(
    async (house) => {
      const client = await clientOf(house, "teller", "JSONRPC");
      const authentication = { scheme: "Bearer", credentials: "for-you" };
      const url = `${receiver.url}/hook?a=1`;
      const { id } = taskOf(
        await client.sendMessage({ ...text("2"), configuration: pushTo(url, { token: "tok", authentication }) }),
      );
      await receiver.until(() => receiver.all.length === story.length);
      assert.deepEqual(
        receiver.all.map(({ item }) => wordOf(item)),
        story,
      );
      const keys: { keys: [{ kid: string }] } = JSON.parse(
        (await ask(house.served.url, "/a2a/teller/.well-known/jwks.json")).body,
      );
      const seen = new Set<string>();
      for (const { headers, body, path } of receiver.all) {
        assert.equal(path, "/hook?a=1");
        assert.equal(headers["content-type"], "application/a2a+json");
        assert.equal(headers["x-a2a-notification-token"], "tok");
        assert.equal(headers.authorization, "Bearer for-you");
        const signature = String(headers[signatureHeader]);
        const notice = await readNotification(body, signature, url, keys.keys[0]);
        assert.equal(notice?.id, headers["x-a2a-notification-id"]);
        assert.ok(Math.abs((notice?.at ?? 0) - Date.now()) < 60_000);
        seen.add(notice?.id ?? "");
        assert.equal(await readNotification(`${body} `, signature, url, keys.keys[0]), undefined, "another body");
        assert.equal(
          await readNotification(body, signature, `${receiver.url}/other`, keys.keys[0]),
          undefined,
          "another address",
        );
        assert.ok(body.includes(id));
      }
      assert.equal(seen.size, story.length);
      const outbox = await house.served.hub.store.db.selectFrom("push_outbox").selectAll().execute();
      assert.deepEqual(outbox, []);
    },
    { "net.allowPrivate": receiver.host },
  );
});

test("what is refused is sent again until it is taken, in its place, and holds up no other configuration", async () => {
  let refusals = 2;
  using receiver = await openReceiver(({ path, item }: Received) =>
    path === "/slow" && wordOf(item) === "piece 1" && refusals-- > 0 ? 503 : 200,
  );
  await withAgents(
    async (house) => {
      const client = await clientOf(house, "teller", "HTTP+JSON");
      const { id: taskId } = taskOf(await client.sendMessage({ ...text("2"), configuration: pushTo(`${receiver.url}/slow`) }));
      await client.sendMessage({ ...text("2"), configuration: pushTo(`${receiver.url}/fast`) });
      const at = (path: string) => receiver.all.filter((one) => one.path === path).map(({ item }) => wordOf(item));
      await receiver.until(() => at("/fast").length === story.length);
      assert.ok(at("/slow").length < story.length);
      await receiver.until(() => at("/slow").length === story.length);
      assert.deepEqual(at("/slow"), story);
      assert.deepEqual(at("/fast"), story);
      assert.equal(refusals, -1);
      assert.ok(taskId);
    },
    { "net.allowPrivate": receiver.host },
  );
});

test("a receiver that is gone for good is given up, and the log says so", async () => {
  using receiver = await openReceiver(() => 410);
  await withAgents(
    async (house) => {
      const client = await clientOf(house, "teller", "GRPC");
      const { id: taskId } = taskOf(await client.sendMessage({ ...text("2"), configuration: pushTo(receiver.url) }));
      const { store } = house.served.hub;
      const givenUp = async () => store.events.read({ limit: 10, kind: "push.given-up" });
      for (let waited = 0; (await givenUp()).length === 0; waited += 10) {
        assert.ok(waited < 10_000);
        await sleep(10);
      }
      const [event] = await givenUp();
      assert.equal(event?.subject, taskId);
      assert.match(String(event?.data.problem), /410/);
      const configs = await client.listTaskPushNotificationConfig({ tenant: "", taskId, pageSize: 0, pageToken: "" });
      assert.deepEqual(configs.configs, []);
    },
    { "net.allowPrivate": receiver.host },
  );
});

test("an address inside the network is refused when it is named, with a message or on its own, and no task is made", () =>
  withAgents(async (house) => {
    const client = await clientOf(house, "sleeper", "JSONRPC");
    for (const url of ["http://127.0.0.1:1/", "http://169.254.169.254/", "http://0x7f000001/", "file:///etc/passwd"]) {
      await assert.rejects(client.sendMessage({ ...text("x"), configuration: pushTo(url) }), RequestMalformedError, url);
    }
    const none = await client.listTasks({ tenant: "", contextId: "", status: 0, pageToken: "", statusTimestampAfter: undefined });
    assert.equal(none.totalSize, 0);
  }));

const started = {
  id: "task_1",
  contextId: "ctx_1",
  status: { state: "TASK_STATE_WORKING" as const, timestamp: "2026-11-24T00:00:00Z" },
};
const deskOn = (store: Store) => new PushDesk({ store, clock: systemClock, agent: "teller", checkUrl: () => {} });
const hook = { url: "https://example.com/hook" };

for (const engine of engines) {
  test(`${engine}: configurations made at the same time all count, up to the limit, and one deleted among them is gone`, (t) =>
    withStore(t, engine, async (store) => {
      const desk = deskOn(store);
      await desk.create("task_1", { ...hook, id: "first" }, "1.0");
      const made = Array.from({ length: 20 }, (_, at) => desk.create("task_1", { ...hook, id: `${at}` }, "1.0"));
      const [answers] = await Promise.all([Promise.allSettled(made), desk.delete("task_1", "first")]);
      assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 15);
      const kept = (await desk.list("task_1")).map(({ id }) => id);
      const told = desk.notifications("task_1", "operator", { task: started }, 1).map((row) => row.config_id);
      assert.deepEqual(told.sort(), kept.sort());
      assert.equal(told.length, 15);
    }));

  test(`${engine}: a configuration for a task that ends meanwhile is refused and leaves everything as it was`, (t) =>
    withStore(t, engine, async (store) => {
      const desk = deskOn(store);
      const endsMeanwhile = () => {
        let looks = 0;
        return () => {
          looks += 1;
          if (looks === 2) throw new Error("it has ended");
        };
      };
      await assert.rejects(desk.create("task_1", hook, "1.0", endsMeanwhile()), /it has ended/);
      assert.deepEqual(await desk.list("task_1"), []);
      assert.ok(!desk.has("task_1"));
      await desk.create("task_1", { ...hook, id: "one" }, "1.0");
      const other = { url: "https://example.com/other", id: "one" };
      await assert.rejects(desk.create("task_1", other, "1.0", endsMeanwhile()), /it has ended/);
      assert.equal((await desk.get("task_1", "one")).url, hook.url);
    }));
}

test("retries wait from half a second to a quarter of an hour, longer each time", () => {
  assert.deepEqual([retryDelayMs(1, 0), retryDelayMs(1, 1)], [500, 1000]);
  assert.deepEqual([retryDelayMs(5, 0), retryDelayMs(5, 1)], [8000, 16_000]);
  assert.deepEqual([retryDelayMs(50, 0), retryDelayMs(50, 1)], [450_000, 900_000]);
});
