/** Whose notifications go first: real slow receivers on both engines, and random loads in simulated time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { Kysely } from "kysely";
import { type Notification, OutboxInsert } from "../../src/a2a/push/outbox.ts";
import { postNotification } from "../../src/a2a/push/posting.ts";
import { PushSender, type PushSenderInput } from "../../src/a2a/push/sender.ts";
import { dealt } from "../../src/a2a/push/sharing.ts";
import { type Clock, systemClock } from "../../src/base/clock.ts";
import { openPartyKey } from "../../src/security/keys.ts";
import { Outgoing } from "../../src/security/outgoing.ts";
import pushLanes from "../../src/store/migrations/006-push-lanes.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { openReceiver } from "./receiver.ts";

const started = { id: "t", contextId: "c", status: { state: "TASK_STATE_WORKING", timestamp: "2026-11-24T00:00:00Z" } };

function notification(owner: string, task_id: string, seq: number, created_at: number): Notification {
  const body_json = JSON.stringify({ task: { ...started, id: task_id } });
  return { id: `${task_id}-${seq}`, agent: "teller", task_id, config_id: "cfg", seq, body_json, created_at, owner };
}

// Puts notifications into the outbox, with a configuration for each of their tasks.
async function put(store: Store, notifications: readonly Notification[], url: string): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    const tasks = [...new Set(notifications.map(({ task_id }) => task_id))];
    for (let from = 0; from < tasks.length; from += 1000) {
      const rows = tasks.slice(from, from + 1000).map((task_id) => ({
        task_id,
        id: "cfg",
        config_json: JSON.stringify({ id: "cfg", taskId: task_id, url }),
        created_at: 0,
      }));
      await trx
        .insertInto("push_configs")
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    }
    await new OutboxInsert(store.engine).run(trx, notifications);
  });
}

const senderOn = (store: Store, clock: Clock, more: Pick<PushSenderInput, "post" | "room">) =>
  new PushSender({ store, clock, log: openLog("silent"), metrics: new Metrics(), ...more });

for (const engine of engines)
  test(`${engine}: receivers of one owner that never answer, with 100,000 notifications due, hold up nobody else's`, (t) =>
    withStore(t, engine, async (store) => {
      let hanging = 0;
      using receiver = await openReceiver(({ path }) => {
        if (path !== "/slow") return 200;
        hanging += 1;
        return new Promise<number>(() => {});
      });
      const now = Date.now();
      const tasks = Array.from({ length: 50_000 }, (_, at) => notification("ada", `wide_${at}`, 1, now - 60_000));
      const events = Array.from({ length: 50_000 }, (_, at) => notification("ada", "deep", at, now - 60_000));
      await put(store, [...tasks, ...events], `${receiver.url}/slow`);
      await using outgoing = new Outgoing([receiver.host]);
      using folder = scratchFolder();
      const key = await openPartyKey(folder.path, "teller");
      const posting = { clock: systemClock, outgoing, keyOf: async () => key, taskOf: async () => undefined };
      await using sender = senderOn(store, systemClock, {
        post: (posted, config, signal) => postNotification(posted, config, posting, signal),
      });
      sender.start();
      await receiver.until(() => hanging === 32);
      const sentAt = Date.now();
      const bobs = ["one", "two", "three"].flatMap((task) => [1, 2, 3, 4].map((seq) => notification("bob", task, seq, sentAt)));
      await put(store, bobs, `${receiver.url}/fast`);
      sender.wake();
      await receiver.until(() => receiver.all.length === bobs.length);
      assert.ok(Date.now() - sentAt < 5000, "before the first of the slow ones was given up");
      assert.equal(hanging, 32, "an owner has so many on the way and no more");
      for (const task of ["one", "two", "three"])
        assert.deepEqual(
          receiver.all.map(({ headers }) => String(headers["x-a2a-notification-id"])).filter((id) => id.startsWith(task)),
          [1, 2, 3, 4].map((seq) => `${task}-${seq}`),
        );
    }));

for (const engine of engines)
  test(`${engine}: notifications that waited when the outbox had no lanes go out, after as long as they had to wait`, (t) =>
    withStore(t, engine, async (store) => {
      const now = Date.now();
      await store.db
        .insertInto("tasks")
        .values({
          ...{ id: "mine", agent: "teller", tenant: "", context_id: "c", owner: "ada", hub: "h", state: "TASK_STATE_WORKING" },
          ...{ seq: 1, task_json: JSON.stringify(started), created_at: now, updated_at: now },
        })
        .execute();
      // The outbox as it was before.
      await store.db.schema.dropTable("push_lanes").execute();
      await store.db.schema
        .alterTable("push_outbox")
        .addColumn("attempts", "integer", (c) => c.notNull().defaultTo(3))
        .execute();
      await store.db.schema
        .alterTable("push_outbox")
        .addColumn("due_at", "bigint", (c) => c.notNull().defaultTo(now + 5000))
        .execute();
      for (const task of ["mine", "nobody"])
        for (const seq of [2, 1]) {
          const { owner: _, ...row } = notification("", task, seq, now);
          await store.db.insertInto("push_outbox").values(row).execute();
        }
      await pushLanes.up(store.db as Kysely<unknown>); // why: the migration knows no tables
      const lanes = await store.db.selectFrom("push_lanes").selectAll().orderBy("task_id").execute();
      const lane = { config_id: "cfg", attempts: 3, due_at: now + 5000 };
      assert.deepEqual(
        lanes.map((row) => ({ ...row })),
        [
          { task_id: "mine", owner: "ada", ...lane },
          { task_id: "nobody", owner: "teller", ...lane },
        ],
      );
    }));

test("room goes to those with least on the way, level by level, and to nobody beyond its limit", () => {
  const claim = (name: string, onTheWay: number, count: number) => ({
    onTheWay,
    lanes: Array.from({ length: count }, (_, at) => `${name}${at + onTheWay + 1}`),
  });
  assert.deepEqual(dealt([claim("a", 0, 9), claim("b", 0, 1), claim("c", 2, 9)], 20, 4), [
    "a1",
    "b1",
    "a2",
    "a3",
    "c3",
    "a4",
    "c4",
  ]);
  assert.deepEqual(dealt([claim("a", 0, 9), claim("b", 1, 9)], 3, 4), ["a1", "a2", "b2"]);
  assert.deepEqual(dealt([claim("a", 4, 9)], 3, 4), []);
  assert.deepEqual(dealt([claim("a", 0, 9)], 0, 4), []);
});

function randomOf(seed: number): () => number {
  let state = seed * 7919 + 17;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Way {
  readonly owner: string;
  readonly task: string;
  readonly endsAt: number;
  readonly answer: (status: number) => void;
}

const owners = ["ada", "bob", "cy", "dot", "eve"];
const room = { ofAll: 6, ofEach: 2 };

for (let seed = 1; seed <= 12; seed++)
  test(`seed ${seed}: no notification waits while there is room and room for its owner; each arrives once, in its order`, (t) =>
    withStore(t, "sqlite", async (store) => {
      const random = randomOf(seed);
      t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
      t.mock.method(Math, "random", random);
      const clock = { now: () => Date.now() };
      const ways = new Map<string, Way>();
      const arrived = new Map<string, number[]>();
      const sent = new Map<string, number[]>();
      await using sender = senderOn(store, clock, {
        room,
        post: ({ id, task }, _config, signal) => {
          const owner = task.split("_")[0] ?? "";
          assert.ok(![...ways.values()].some((way) => way.task === task), "one of a lane at a time");
          const takesMs = owner === "ada" ? 5000 : Math.floor(random() * 300);
          const { promise, resolve, reject } = Promise.withResolvers<number>();
          signal.addEventListener("abort", () => reject(signal.reason));
          ways.set(id, {
            ...{ owner, task, endsAt: Date.now() + takesMs },
            answer: (status) => {
              ways.delete(id);
              const seq = Number(id.split("-")[1]);
              if (status === 200) arrived.set(task, [...(arrived.get(task) ?? []), seq]);
              resolve(status);
            },
          });
          return promise;
        },
      });
      sender.start();
      const settle = async (): Promise<void> => {
        for (let at = 0; at < 3; at++) await turn();
      };
      const waiting = () => store.db.selectFrom("push_lanes").selectAll().execute();
      const check = async (): Promise<void> => {
        const held = Map.groupBy(ways.values(), ({ owner }) => owner);
        for (const [owner, { length }] of held) assert.ok(length <= room.ofEach, `${owner} has ${length}`);
        assert.ok(ways.size <= room.ofAll);
        if (ways.size === room.ofAll) return;
        const away = new Set([...ways.values()].map(({ task }) => task));
        for (const { task_id, owner, due_at } of await waiting())
          if (due_at <= Date.now() && !away.has(task_id))
            assert.equal(held.get(owner)?.length, room.ofEach, `${task_id} waits though there is room`);
      };
      // Until an instant at which something happens by itself, or for as long as it is to be.
      const pass = async (mostMs: number): Promise<void> => {
        const now = Date.now();
        const times = [...(await waiting()).map(({ due_at }) => due_at), ...[...ways.values()].map(({ endsAt }) => endsAt)];
        const next = Math.min(now + mostMs, ...times.filter((at) => at > now));
        t.mock.timers.tick(next - now);
        for (const way of [...ways.values()])
          if (way.endsAt <= next) way.answer(random() < (way.owner === "bob" ? 0.6 : 0.1) ? 503 : 200);
        await settle();
        await check();
      };
      for (let step = 0; step < 250; step++) {
        if (random() < 0.2) {
          const more: Notification[] = [];
          for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
            const owner = owners[Math.floor(random() * owners.length)] ?? "";
            const task = `${owner}_${Math.floor(random() * 6)}`;
            const before = sent.get(task) ?? [];
            const seqs = Array.from({ length: 1 + Math.floor(random() * 2) }, (_, at) => before.length + at);
            sent.set(task, [...before, ...seqs]);
            more.push(...seqs.map((seq) => notification(owner, task, seq, Date.now())));
          }
          await put(store, more, "https://example.com");
          sender.wake();
          await settle();
          await check();
        }
        await pass(1 + Math.floor(random() * 200));
      }
      // Everybody answers in the end, whatever its fate was so far.
      for (let left = 20_000; (await waiting()).length > 0 && left > 0; left--) await pass(60_000);
      assert.deepEqual(Object.fromEntries(arrived), Object.fromEntries(sent));
      assert.deepEqual(await store.db.selectFrom("push_outbox").select("id").execute(), []);
    }));

test("a sender whose owner has nothing more to send at once rests until something comes back", (t) =>
  withStore(t, "sqlite", async (store) => {
    t.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1_800_000_000_000 });
    let looks = 0;
    const clock = {
      now: () => {
        looks += 1;
        return Date.now();
      },
    };
    await put(
      store,
      Array.from({ length: 200 }, (_, at) => notification("ada", `task_${at}`, 1, Date.now() + at * 100)),
      "https://example.com",
    );
    let posts = 0;
    await using sender = senderOn(store, clock, {
      room,
      post: (_posted, _config, signal) => {
        posts += 1;
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    sender.start();
    for (let ms = 0; ms < 300_000; ms += 50) {
      t.mock.timers.tick(50);
      for (let at = 0; at < 2; at++) await turn();
    }
    assert.equal(posts, room.ofEach);
    assert.ok(looks < 50, `${looks} looks at the clock in five minutes`);
  }));
