import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Agent, AgentContext } from "../../src/base/agent.ts";
import type { TaskSighting } from "../../src/base/sighting.ts";
import { slaExtension } from "../../src/base/sla-extension.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { asker, contrary, echo, sleeper, teller } from "./agents.ts";
import { atOnce, call, code, registryOn, send, stepper, task } from "./house.ts";
import { wordOf } from "./receiver.ts";

for (const engine of engines) {
  test(`${engine}: a reader that takes nothing is cut off and told so, others are not, and it may subscribe again`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const { agent, step } = stepper();
      await using registry = await registryOn(store, folder.path, [agent], { streamBuffer: 8 });
      const { service } = registry.get("stepper");
      const { id } = task(await service.sendMessage({ ...send("go"), ...atOnce }, call));
      // The signal only ends a test that would wait for ever.
      const signal = AbortSignal.timeout(20_000);
      const slow = service.subscribeToTask({ id }, { ...call, signal })[Symbol.asyncIterator]();
      assert.ok(!(await slow.next()).done);
      const quick: string[] = [];
      const following = (async () => {
        for await (const item of service.subscribeToTask({ id }, call)) quick.push(wordOf(item));
      })();
      while (quick.length === 0) await sleep(1);
      for (let at = 1; at <= 20; at++) {
        step(`${at}`);
        while (quick.at(-1) !== `${at}`) await sleep(1);
      }
      await assert.rejects(async () => {
        for (let next = await slow.next(); !next.done; next = await slow.next());
      }, code("READER_TOO_SLOW"));
      const again = service.subscribeToTask({ id }, call)[Symbol.asyncIterator]();
      const first = await again.next();
      assert.equal(task(first.value).artifacts?.[0]?.parts.length, 20);
      step("end");
      const rest: string[] = [];
      for (let next = await again.next(); !next.done; next = await again.next()) rest.push(wordOf(next.value));
      assert.deepEqual(rest, ["end", "TASK_STATE_COMPLETED"]);
      await following;
      assert.equal(quick.at(-1), "TASK_STATE_COMPLETED");
    }));

  test(`${engine}: tasks that stay as they are come once each while others change between the pages`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using registry = await registryOn(store, folder.path, [sleeper]);
      const { service } = registry.get("sleeper");
      const ids: string[] = [];
      for (let at = 0; at < 30; at++) ids.push(task(await service.sendMessage({ ...send("x"), ...atOnce }, call)).id);
      const seen: string[] = [];
      const changed = new Set<string>();
      for (let pageToken: string | undefined; ; ) {
        const page = await service.listTasks({ pageSize: 7, ...(pageToken ? { pageToken } : {}) }, call);
        seen.push(...page.tasks.map(({ id }) => id));
        if (page.nextPageToken === "") break;
        ({ nextPageToken: pageToken } = page);
        const ending = ids[changed.size * 11 + 2] ?? "";
        changed.add(ending);
        await service.cancelTask({ id: ending }, call);
        await service.sendMessage({ ...send("more"), ...atOnce }, call);
      }
      assert.equal(new Set(seen).size, seen.length, "none twice");
      for (const id of ids) if (!changed.has(id)) assert.ok(seen.includes(id), "none missing");
    }));

  test(`${engine}: everything an agent was asked and answered outlives the hub, and questions answered once are not asked again`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      let id: string;
      {
        await using registry = await registryOn(store, folder.path, [asker, sleeper]);
        const { service } = registry.get("asker");
        ({ id } = task(await service.sendMessage(send("order"), call)));
        await service.sendMessage(send("Ada", { taskId: id }), call);
        await registry.get("sleeper").service.sendMessage({ ...send("x"), ...atOnce }, call);
      }
      const later = await reopen();
      await using registry = await registryOn(later, folder.path, [asker, sleeper]);
      assert.equal(await registry.recover(), 1, "the sleeper failed when its hub stopped");
      const { service } = registry.get("asker");
      let asks = await service.getTask({ id }, call);
      while (asks.status.state !== "TASK_STATE_INPUT_REQUIRED" || asks.status.message?.parts[0]?.text !== "which size?") {
        await sleep(5);
        asks = await service.getTask({ id }, call);
      }
      const done = await service.sendMessage(send("", { taskId: id, parts: [{ data: "small" }] }), call);
      assert.equal(task(done).artifacts?.[0]?.parts[0]?.text, 'order: Ada, "small"');
    }));
}

test("postgres: a task that the store refuses fails at once and alone", (t) =>
  withStore(t, "postgres", async (store) => {
    using folder = scratchFolder();
    await using registry = await registryOn(store, folder.path, [echo]);
    const { service } = registry.get("echo");
    const contexts = ["a", "no\0context", "b"];
    const answers = await Promise.allSettled(contexts.map((contextId) => service.sendMessage(send("x", { contextId }), call)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      ["fulfilled", "rejected", "fulfilled"],
    );
  }));

test("each moment of a task is seen once it is on disk, with skill, agreement and cost", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using registry = await registryOn(store, folder.path, [echo, teller, asker, contrary]);
    const seen: TaskSighting[] = [];
    registry.onSighting((sighting) => {
      seen.push(sighting);
      throw new Error("a listener that throws stops nobody");
    });
    const momentsOf = async (agent: string, text: string, more: object = {}) => {
      seen.length = 0;
      await registry.get(agent).service.sendMessage(send(text, more), call);
      return seen.map(({ moment, outcome }) => (outcome ? `${moment} ${outcome}` : moment));
    };
    const begun = ["submitted", "accepted", "first-event"];
    const metadata = { skill: "echo", agreement: "agr_1" };
    assert.deepEqual(await momentsOf("echo", "x", { metadata }), [...begun, "first-artifact", "ended completed"]);
    assert.deepEqual(
      seen.map(({ agent, owner, skill, agreement, cost }) => [agent, owner, skill, agreement, cost]),
      seen.map(({ moment }) => ["echo", "operator", "echo", "agr_1", moment === "ended" ? 2 : undefined]),
    );
    assert.deepEqual(await momentsOf("teller", "3"), [...begun, "first-artifact", "ended completed"]);
    assert.deepEqual(await momentsOf("asker", "x"), [...begun, "input-required"]);
    assert.deepEqual(await momentsOf("contrary", "x"), ["submitted", "accepted", "ended rejected"]);
  }));

test("a caller whose time is up gets the task as it is, one that is gone is not waited for, and the task goes on", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const { agent, step } = stepper();
    await using registry = await registryOn(store, folder.path, [agent]);
    const { service } = registry.get("stepper");
    const working = task(await service.sendMessage(send("x"), { ...call, deadlineAt: Date.now() + 50 }));
    assert.equal(working.status.state, "TASK_STATE_WORKING");
    const gone = new AbortController();
    const waiting = service.sendMessage(send("y"), { ...call, signal: gone.signal });
    await sleep(30);
    gone.abort(new Error("the caller is gone"));
    await assert.rejects(waiting, /the caller is gone/);
    step("end");
    for (let waited = 0; ; waited += 5) {
      const { tasks } = await service.listTasks({ status: "TASK_STATE_COMPLETED" }, call);
      if (tasks.length === 1) break;
      assert.ok(waited < 5000);
      await sleep(5);
    }
  }));

test("an agent takes no more tasks than may be live, and takes them again when some have ended", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using registry = await registryOn(store, folder.path, [sleeper], { liveTasks: 3 });
    const { service } = registry.get("sleeper");
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) ids.push(task(await service.sendMessage({ ...send("x"), ...atOnce }, call)).id);
    await assert.rejects(service.sendMessage({ ...send("x"), ...atOnce }, call), code("TOO_MANY_TASKS"));
    await service.cancelTask({ id: ids[0] ?? "" }, call);
    await service.sendMessage({ ...send("x"), ...atOnce }, call);
  }));

test("a store that is away for a moment costs nothing, and one that stays away is an error for readers and stops the agent", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const { agent, step } = stepper();
    await using registry = await registryOn(store, folder.path, [agent]);
    const { service } = registry.get("stepper");
    const { id } = task(await service.sendMessage({ ...send("x"), ...atOnce }, call));
    const reader = service.subscribeToTask({ id }, call)[Symbol.asyncIterator]();
    await reader.next();
    const rename = (from: string, to: string) => store.db.schema.alterTable(from).renameTo(to).execute();
    await rename("task_events", "away");
    step("one");
    await sleep(100);
    await rename("away", "task_events");
    const { value } = await reader.next();
    assert.equal(wordOf(value), "one");
    await rename("task_events", "away");
    step("two");
    await assert.rejects(reader.next(), /task_events/);
    await rename("away", "task_events");
    step("three");
    const kept = await store.db.selectFrom("task_events").select("seq").where("task_id", "=", id).execute();
    assert.equal(kept.length, 2, "WORKING and the first step");
  }));

test("a task fails when the time that its message gave it is up, also while it waits for an answer, and its agent is stopped", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const told: (number | undefined)[] = [];
    const reasons: unknown[] = [];
    const patient = (name: string, wait: (ctx: AgentContext) => Promise<unknown>): Agent => ({
      profile: { name, description: "Waits.", skills: [] },
      execute: async (_task, ctx) => {
        told.push(ctx.deadlineAt);
        ctx.signal.addEventListener("abort", () => reasons.push(ctx.signal.reason));
        await wait(ctx);
        return { text: "too late" };
      },
    });
    const working = patient("working", ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", reject)));
    const asking = patient("asking", ({ ask }) => ask("How far?"));
    await using registry = await registryOn(store, folder.path, [working, asking]);
    for (const [at, name] of ["working", "asking"].entries()) {
      const { service } = registry.get(name);
      const begun = Date.now();
      const metadata = { [slaExtension]: { remainingMs: 150 } };
      const { id } = task(await service.sendMessage({ ...send("go", { metadata }), ...atOnce }, call));
      for await (const _item of service.subscribeToTask({ id }, { ...call, signal: AbortSignal.timeout(20_000) }));
      const { status } = await service.getTask({ id }, call);
      assert.equal(status.state, "TASK_STATE_FAILED");
      assert.deepEqual(status.message?.parts[1]?.data, { code: "TASK_OVERDUE" });
      const until = told[at] ?? Number.NaN;
      assert.ok(until >= begun + 150 && until <= Date.now(), `${until - begun} ms`);
      assert.ok(code("TASK_OVERDUE")(reasons[at]));
    }
    const { service } = registry.get("working");
    const { id } = task(await service.sendMessage({ ...send("go"), ...atOnce }, call));
    await sleep(200);
    assert.equal((await service.getTask({ id }, call)).status.state, "TASK_STATE_WORKING", "nobody gave it a time");
    assert.equal(told[2], undefined);
  }));
