import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StreamResponse, Task } from "../../src/a2a/protocol.ts";
import { systemClock } from "../../src/base/clock.ts";
import { openStore } from "../../src/store/store.ts";
import { engines, withDatabase } from "../stores.ts";
import { type RunningHub, startHub } from "./hub-child.ts";
import { openReceiver, wordOf } from "./receiver.ts";

const tasksEach = 500;
const watched = 40;

async function send(hub: RunningHub, agent: string, text: string, more: object = {}): Promise<Task> {
  const answer = await fetch(`${hub.url}/a2a/${agent}/message:send`, {
    method: "POST",
    headers: hub.headers,
    body: JSON.stringify({
      message: { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text }] },
      configuration: { returnImmediately: true, ...more },
    }),
  });
  const { task }: { task: Task } = JSON.parse(await answer.text());
  return task;
}

interface Numbered {
  readonly number: number | undefined;
  readonly item: StreamResponse;
}

// Reads a stream of a task, from after an event if one is named, until it ends or is cut.
async function follow(hub: RunningHub, agent: string, id: string, seen: Numbered[], after?: number): Promise<number> {
  const headers = { ...hub.headers, ...(after === undefined ? {} : { "last-event-id": String(after) }) };
  const answer = await fetch(`${hub.url}/a2a/${agent}/tasks/${id}:subscribe`, { headers });
  let text = "";
  try {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const frame = text.slice(0, end);
        text = text.slice(end + 2);
        const number = /^id: (\d+)$/m.exec(frame)?.[1];
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (data !== undefined) seen.push({ number: number === undefined ? undefined : Number(number), item: JSON.parse(data) });
      }
    }
  } catch {
    // Cut by the kill.
  }
  return answer.status;
}

async function all(hub: RunningHub, agent: string): Promise<readonly Task[]> {
  const tasks: Task[] = [];
  for (let token = ""; ; ) {
    const answer = await fetch(`${hub.url}/a2a/${agent}/tasks?pageSize=100&includeArtifacts=true&pageToken=${token}`, hub);
    const page: { tasks: Task[]; nextPageToken: string } = JSON.parse(await answer.text());
    tasks.push(...page.tasks);
    token = page.nextPageToken;
    if (token === "") return tasks;
  }
}

for (const engine of engines)
  test(`${engine}: kill -9 with 1,000 tasks running loses none: each runs again or says that it failed, and subscribers go on`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      const hub = await startHub(folder, url, "first");
      const made: Record<string, string[]> = { steady: [], frail: [] };
      const agents = ["steady", "frail"];
      await Promise.all(
        Array.from({ length: 20 }, async (_, lane) => {
          for (let at = lane; at < tasksEach * agents.length; at += 20) {
            const agent = agents[at % 2] ?? "";
            made[agent]?.push((await send(hub, agent, `t${at}`)).id);
          }
        }),
      );
      const followed = new Map(made.steady?.slice(0, watched).map((id): [string, Numbered[]] => [id, []]));
      const readers = [...followed].map(([id, seen]) => follow(hub, "steady", id, seen));
      while ([...followed.values()].some((seen) => seen.length === 0)) await sleep(10);
      // Some more are on their way when the hub is killed; those it acknowledged count.
      const late = Array.from({ length: 200 }, async (_, at) => {
        const task = await send(hub, "frail", `late${at}`).catch(() => undefined); // Cut by the kill.
        if (task) made.frail?.push(task.id);
      });
      await Promise.race([late[60], sleep(1000)]);
      hub.child.kill("SIGKILL");
      await once(hub.child, "close");
      await Promise.all([...readers, ...late]);

      const again = await startHub(folder, url, "second");
      try {
        const resumed = [...followed].map(([id, seen], at) => {
          const snapshot = seen[0]?.item;
          assert.ok(snapshot && "task" in snapshot, "a subscriber first gets the task");
          const last = seen.at(-1)?.number;
          const later: Numbered[] = [];
          // Every other one names the last event it has, where it has one; WORKING and the first piece are the first two events.
          const after = at % 2 === 0 ? (last ?? 2) : undefined;
          return { id, after, later, done: follow(again, "steady", id, later, after) };
        });
        while (resumed.some(({ later }) => later.length === 0)) await sleep(10);
        writeFileSync(join(folder, "go"), "");
        for (const { done } of resumed) assert.equal(await done, 200);
        for (const { after, later } of resumed) {
          const [first, ...rest] = later;
          const numbered = after === undefined ? rest : later;
          if (after === undefined) assert.ok(first && "task" in first.item);
          const from = numbered[0]?.number ?? 0;
          if (after !== undefined) assert.equal(from, after + 1, "exactly the events after");
          assert.deepEqual(
            numbered.map(({ number }) => number),
            numbered.map((_, index) => from + index),
            "in order, without gaps",
          );
          const end = numbered.at(-1)?.item;
          assert.ok(end && "statusUpdate" in end && end.statusUpdate.status.state === "TASK_STATE_COMPLETED");
        }
        let steady = await all(again, "steady");
        // While tasks end they move to the front of the list, so a walk through its pages may miss some: once they are at rest none.
        const atRest = (): boolean =>
          steady.length === made.steady?.length && steady.every(({ status }) => status.state === "TASK_STATE_COMPLETED");
        for (let waited = 0; !atRest(); waited += 100) {
          assert.ok(waited < 60_000, "tasks that run again end");
          await sleep(100);
          steady = await all(again, "steady");
        }
        assert.deepEqual(steady.map(({ id }) => id).toSorted(), made.steady?.toSorted());
        for (const { artifacts = [] } of steady) {
          const texts = artifacts.map((artifact) => artifact.parts.map((part) => part.text?.replace(/^t\d+ /, "")));
          assert.deepEqual(texts, [["begun", "ended"], ["done"]], "what the first run left is replaced, not doubled");
        }
        const frail = await all(again, "frail");
        const known = new Set(frail.map(({ id }) => id));
        assert.deepEqual(
          made.frail?.filter((id) => !known.has(id)),
          [],
          "every task that was acknowledged is there",
        );
        for (const { status } of frail) {
          assert.equal(status.state, "TASK_STATE_FAILED");
          assert.equal(status.message?.parts[0]?.text, "the hub stopped while this ran");
        }
      } finally {
        again.child.kill("SIGTERM");
        await once(again.child, "close");
      }
      await using store = await openStore({ url, dataFolder: folder, clock: systemClock });
      assert.equal((await store.events.verify()).brokenAt, undefined);
      const events = await store.events.read({ limit: 100_000, kind: "task.*" });
      const count = new Map<string, number>();
      for (const { kind, subject } of events) count.set(`${kind} ${subject}`, (count.get(`${kind} ${subject}`) ?? 0) + 1);
      for (const id of [...(made.steady ?? []), ...(made.frail ?? [])]) {
        assert.equal(count.get(`task.started ${id}`), 1);
        assert.equal(count.get(`task.ended ${id}`), 1);
      }
    }));

test("notifications that wait when the hub is killed are sent by the next one: each at least once, in order", (t) =>
  withDatabase(t, "sqlite", async (folder, url) => {
    let open = false;
    using receiver = await openReceiver(() => (open ? 200 : 503));
    const hub = await startHub(folder, url, "first", receiver.host);
    const made: string[] = [];
    for (let at = 0; at < 20; at++) {
      const taskPushNotificationConfig = { url: `${receiver.url}/${at}` };
      made.push((await send(hub, "steady", `t${at}`, { taskPushNotificationConfig })).id);
    }
    hub.child.kill("SIGKILL");
    await once(hub.child, "close");
    open = true;
    writeFileSync(join(folder, "go"), "");
    const again = await startHub(folder, url, "second", receiver.host);
    try {
      const ended = () => receiver.all.filter(({ item }) => wordOf(item) === "TASK_STATE_COMPLETED").length;
      await receiver.until(() => ended() === made.length);
    } finally {
      again.child.kill("SIGTERM");
      await once(again.child, "close");
    }
    for (const [at, id] of made.entries()) {
      const mine = receiver.all.filter(({ path }) => path === `/${at}`);
      const once = new Map(mine.map((one): [unknown, string] => [one.headers["x-a2a-notification-id"], wordOf(one.item)]));
      const words = ["TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", `t${at} begun`];
      const rerun = ["TASK_STATE_WORKING", `t${at} begun`, `t${at} ended`, "done", "TASK_STATE_COMPLETED"];
      assert.deepEqual([...once.values()], [...words, ...rerun]);
      assert.ok(mine.every(({ body }) => body.includes(id)));
    }
  }));
