import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { atOnce, call, code, registryOn, send, stepper, task } from "./house.ts";
import { wordOf } from "./receiver.ts";

const leaseMs = 600;

for (const engine of engines) {
  test(`${engine}: a hub leaves the tasks of another that lives alone, and shows them and their events`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      const { agent, step } = stepper();
      // Long enough for a busy machine to show in time that it lives.
      const leaseMs = 1500;
      await using first = await registryOn(store, folder.path, [agent], { leaseMs });
      await first.recover();
      const { id } = task(await first.get("stepper").service.sendMessage({ ...send("go"), ...atOnce }, call));
      await using second = await registryOn(store, other.path, [agent], { leaseMs });
      assert.equal(await second.recover(), 0);
      const { service } = second.get("stepper");
      const words: string[] = [];
      const following = (async () => {
        for await (const item of service.subscribeToTask({ id }, call)) words.push(wordOf(item));
      })();
      while (words.length === 0) await sleep(5);
      await assert.rejects(service.cancelTask({ id }, call), code("UNSUPPORTED_OPERATION"));
      const push = { taskId: id, url: "https://example.com/hook" };
      await assert.rejects(service.createTaskPushNotificationConfig(push, call), code("UNSUPPORTED_OPERATION"));
      await sleep(2 * leaseMs);
      step("one");
      await sleep(5);
      step("end");
      await following;
      assert.deepEqual(words, ["TASK_STATE_WORKING", "one", "end", "TASK_STATE_COMPLETED"]);
      assert.equal((await service.getTask({ id }, call)).status.state, "TASK_STATE_COMPLETED");
    }));

  test(`${engine}: tasks of a hub that shows no sign of life are taken over once, and what it still does changes nothing`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      const old = stepper("rerun");
      // It never takes a lease: to the others it is dead.
      const dead = await registryOn(store, folder.path, [old.agent], { leaseMs });
      const { id } = task(await dead.get("stepper").service.sendMessage({ ...send("go"), ...atOnce }, call));
      const fresh = stepper("rerun");
      await using heir = await registryOn(store, other.path, [fresh.agent], { leaseMs });
      assert.equal(await heir.recover(), 1);
      const reader = dead.get("stepper").service.subscribeToTask({ id }, call)[Symbol.asyncIterator]();
      await reader.next();
      old.step("one");
      await assert.rejects(reader.next(), code("UNSUPPORTED_OPERATION"), "nobody is shown what was not kept");
      old.step("end");
      await sleep(50);
      const { service } = heir.get("stepper");
      assert.equal((await service.getTask({ id }, call)).status.state, "TASK_STATE_WORKING");
      fresh.step("end");
      const row = async () =>
        store.db.selectFrom("tasks").select(["state", "hub"]).where("id", "=", id).executeTakeFirstOrThrow();
      for (let waited = 0; (await row()).state !== "TASK_STATE_COMPLETED"; waited += 10) {
        assert.ok(waited < 5000);
        await sleep(10);
      }
      assert.match((await row()).hub, /^hub_/);
      const ends = (await store.events.read({ limit: 10, kind: "task.ended" })).filter(({ subject }) => subject === id);
      assert.equal(ends.length, 1, "only the heir's");
      const words = (await store.db.selectFrom("task_events").selectAll().where("task_id", "=", id).orderBy("seq").execute()).map(
        ({ event_json }) => wordOf(JSON.parse(event_json)),
      );
      assert.deepEqual(words, ["TASK_STATE_WORKING", "TASK_STATE_WORKING", "end", "TASK_STATE_COMPLETED"]);
    }));

  test(`${engine}: a hub that stops in order hands its tasks to the one that is left, and one that slept lets go of its own`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      let ahead = 0;
      const clock = { now: () => Date.now() + ahead };
      const sleepy = stepper("rerun");
      await using first = await registryOn(store, folder.path, [sleepy.agent], { leaseMs, clock });
      await first.recover();
      const { service } = first.get("stepper");
      const { id } = task(await service.sendMessage({ ...send("go"), ...atOnce }, call));
      const reader = service.subscribeToTask({ id }, call)[Symbol.asyncIterator]();
      await reader.next();
      ahead = 10 * leaseMs;
      await assert.rejects(reader.next(), code("DRAINING"), "as if the process had been stopped for that long");
      const leaving = await registryOn(store, other.path, [stepper("rerun").agent], { leaseMs });
      await leaving.recover();
      const { id: handed } = task(await leaving.get("stepper").service.sendMessage({ ...send("go"), ...atOnce }, call));
      await leaving[Symbol.asyncDispose]();
      ahead = 0;
      for (let waited = 0; ; waited += 20) {
        const [row] = await store.db.selectFrom("tasks").select("hub").where("id", "=", handed).execute();
        const [mine] = await store.db.selectFrom("hubs").select("id").execute();
        if (row && mine && row.hub === mine.id) break;
        assert.ok(waited < 5000, "the task changes hands");
        await sleep(20);
      }
    }));
}
