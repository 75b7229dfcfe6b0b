/** Plans as durable objects: what begins when, what it costs, what failure makes of it, and what two hubs or a restart do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { drawing } from "@entente/negotiation";
import { replayPlan } from "../../src/negotiation/plans/session.ts";
import { planTranscript } from "../../src/negotiation/transcripts/plan.ts";
import type { Store } from "../../src/store/store.ts";
import { code } from "../code.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { type House, openHouse, worker } from "./house.ts";

const standings = ({ tasks }: Awaited<ReturnType<House["ended"]>>) =>
  Object.fromEntries(tasks.map(({ id, standing }) => [id, standing]));
const untilAborted = (_job: unknown, signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));

async function told(store: Store, plan: string): Promise<readonly string[]> {
  const events = await store.events.read({ subject: plan, limit: 1000 });
  return events.map(({ kind, data }) => `${kind}${data.task === undefined ? "" : ` ${data.task}`}`);
}

for (const engine of engines) {
  test(`${engine}: results of earlier tasks go into later jobs, all is paid and linked, and the event log tells it`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const count = worker("counter", "count", 2, ({ words }) => ({ of: { "a/b": String(words).split(" ").length } }));
      await using house = await openHouse(store, folder.path, [
        count,
        worker("adder", "add", 3, ({ terms }) => ({ sum: (terms as number[]).reduce((a, b) => a + b) })), // why: the job below says so
      ]);
      const id = await house.start({
        subject: "count and add",
        budget: 10,
        tasks: [
          { id: "one", skill: "count", job: { words: "a b c" } },
          { id: "two", skill: "count", job: { words: "d e" } },
          {
            id: "sum",
            skill: "add",
            job: { terms: [{ $from: "one", path: "/of/a~1b" }, { $from: "two", path: "/of/a~1b" }, 10] },
          },
        ],
      });
      const view = await house.ended(id);
      assert.equal(view.status, "done", view.why ?? "");
      assert.deepEqual(view.tasks[2]?.after, ["one", "two"], "a reference implies what is waited for");
      assert.deepEqual(view.tasks[2]?.results, [{ contractor: "adder", price: 3, output: { sum: 15 } }]);
      assert.deepEqual([view.spent, view.reserved, view.done, view.total], [7, 0, 3, 3]);
      const agreements = await store.db.selectFrom("agreements").selectAll().execute();
      assert.deepEqual(agreements.map(({ id: one }) => one).sort(), view.tasks.flatMap((task) => task.agreements).sort());
      assert.ok(agreements.every(({ status, initiator }) => status === "fulfilled" && initiator === "ada"));
      const log = await told(store, id);
      assert.deepEqual(log.slice(0, 3), ["plan.opened", "plan.task.started one", "plan.task.started two"]);
      assert.deepEqual(log.slice(-3), ["plan.task.started sum", "plan.task.done sum", "plan.closed"]);
      const [closed] = await store.events.read({ subject: id, kind: "plan.closed", limit: 1 });
      assert.deepEqual([closed?.data.hash, closed?.data.events, closed?.data.spent], [view.hash, 3, 7]);
      const done = await store.events.read({ subject: id, kind: "plan.task.done", limit: 10 });
      assert.deepEqual(
        done.map(({ data }) => [data.negotiation, data.agreements]),
        done.map(({ data }) => {
          const task = view.tasks.find((one) => one.id === data.task);
          return [task?.negotiation, task?.agreements];
        }),
      );
      assert.match(view.mermaid, /t0\["one<br\/>done · counter · 2 cr"\]:::done/);
      assert.match(view.mermaid, /t0 --> t2\n {2}t1 --> t2/);
      const kept = await house.planning.records.load(id);
      assert.equal(kept?.session.hash, view.hash);
      const transcript = await planTranscript(house.planning.records)(id);
      assert.deepEqual([transcript?.parties, transcript?.status, transcript?.length], [["ada"], "done", 3]);
      const call = { since: 0, limit: 10, viewer: "ada", all: false };
      const whole = await transcript?.page(call);
      assert.deepEqual([whole?.problem, whole?.events.map(({ by, act }) => [by, act])[2]], [null, ["adder", "done"]]);
      assert.deepEqual(await transcript?.page({ ...call, since: 2 }), { problem: null, events: whole?.events.slice(2) });
      await store.db.updateTable("plan_events").set({ at: 1 }).where("seq", "=", 2).execute();
      assert.match((await transcript?.page(call))?.problem ?? "", /event 2 is not the one that was kept/);
      assert.match((await transcript?.page({ ...call, since: 1 }))?.problem ?? "", /event 2/);
      await store.db
        .updateTable("plan_events")
        .set({ at: whole?.events[1]?.at ?? 0 })
        .where("seq", "=", 2)
        .execute();
      const entries = (await house.planning.records.entries(id)).map((entry, at) =>
        at === 0 ? { ...entry, results: [{ contractor: "counter", price: 2, output: { of: 4 } }] } : entry,
      );
      assert.throws(
        () => kept && replayPlan(id, kept.session.document, entries),
        /event 1 of plan .* is not the one that was kept/,
      );
    }));

  test(`${engine}: a failed task is announced again and not to who failed it, also when another agent joined meanwhile`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await openHouse(store, folder.path, [worker("clumsy", "work", 1, () => assert.fail("dropped it"))]);
      const id = await house.start({ subject: "work", retryMs: 300, tasks: [{ id: "a", skill: "work", job: {} }] });
      await house.planning.changed(id, 0, AbortSignal.timeout(10_000));
      await house.add(worker("steady", "work", 5));
      const view = await house.ended(id);
      assert.equal(view.status, "done", view.why ?? "");
      assert.deepEqual([view.tasks[0]?.contractors, view.spent, view.tasks[0]?.announced], [["steady"], 5, 2]);
      const called = await store.events.read({ kind: "negotiation.announced", limit: 10 });
      assert.deepEqual(
        called.map(({ data }) => data.bidders),
        [["clumsy"], ["steady"]],
      );
    }));

  test(`${engine}: a plan whose task fails for good ends: nothing begins, what is under way is called off, and its agreement ends as cancelled`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const busy = Promise.withResolvers<void>();
      await using house = await openHouse(store, folder.path, [
        worker("clumsy", "work", 1, async () => {
          await busy.promise;
          assert.fail("dropped it");
        }),
        worker("slow", "wait", 1, (job, signal) => {
          busy.resolve();
          return untilAborted(job, signal);
        }),
      ]);
      const tasks = [
        { id: "bad", skill: "work", job: {} },
        { id: "long", skill: "wait", job: {} },
        { id: "after", skill: "work", job: {}, after: ["bad"] },
      ];
      const view = await house.ended(await house.start({ subject: "fail", attempts: 1, tasks }));
      assert.deepEqual(standings(view), { bad: "failed", long: "stopped", after: "skipped" });
      assert.equal(view.status, "failed");
      assert.match(view.why ?? "", /"bad" failed: .*dropped it/);
      assert.equal(view.spent, 0);
      const rows = await store.db.selectFrom("agreements").selectAll().execute();
      assert.deepEqual(rows.map(({ contractor, status }) => `${contractor} ${status}`).sort(), [
        "clumsy failed",
        "slow cancelled",
      ]);
    }));

  test(`${engine}: a plan outlives its hub: what is done is not done again, what was under way goes on under the same agreement`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const begun = Promise.withResolvers<void>();
      const did: string[] = [];
      const agents = (stuck: boolean) => [
        worker("quick", "first", 1, () => {
          did.push("first");
          return { n: 1 };
        }),
        worker("long", "second", 2, (job, signal) => {
          begun.resolve();
          did.push("second");
          return stuck ? untilAborted(job, signal) : { n: 2 };
        }),
      ];
      let id: string;
      {
        await using house = await openHouse(store, folder.path, agents(true));
        id = await house.start({
          subject: "long work",
          budget: 9,
          tasks: [
            { id: "a", skill: "first", job: {} },
            { id: "b", skill: "second", job: { n: { $from: "a", path: "/n" } } },
          ],
        });
        await begun.promise;
      }
      await using house = await openHouse(store, folder.path, agents(false));
      assert.equal(await house.planning.recover(), 1);
      const view = await house.ended(id);
      assert.equal(view.status, "done", view.why ?? "");
      assert.deepEqual(did, ["first", "second", "second"]);
      assert.deepEqual([view.spent, view.tasks[1]?.results[0]?.output], [3, { n: 2 }]);
      const rows = await store.db.selectFrom("agreements").select("status").execute();
      assert.deepEqual(
        rows.map(({ status }) => status),
        ["fulfilled", "fulfilled"],
      );
    }));

  test(`${engine}: of two hubs one drives a plan; the other reads it, has it cancelled, and takes it over when the first shows no sign of life`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using one = scratchFolder();
      using two = scratchFolder();
      // Two connections to one SQLite file would wait for each other inside one process; PostgreSQL has one for each hub.
      const second = engine === "postgres" ? await reopen() : store;
      const work = worker("long", "work", 1, untilAborted);
      const leaseMs = 600;
      await using first = await openHouse(store, one.path, [work], { leaseMs });
      await using other = await openHouse(second, two.path, [worker("able", "work", 2)], { leaseMs });
      assert.equal(await other.planning.recover(), 0);
      const given = { subject: "work", tasks: [{ id: "a", skill: "work", job: {} }] };
      const id = await first.start(given);
      await sleep(2 * leaseMs);
      assert.equal(
        (await other.planning.read(id)).driver,
        (await first.planning.read(id)).driver,
        "it is not taken over while its hub lives",
      );
      await other.planning.cancel(id, "from elsewhere");
      const cancelled = await other.ended(id);
      assert.deepEqual([cancelled.status, cancelled.why], ["cancelled", "from elsewhere"]);

      const orphan = await first.start({ ...given, subject: "more work" });
      await sleep(200);
      await first.planning[Symbol.asyncDispose]();
      const view = await other.ended(orphan);
      assert.equal(view.status, "done", view.why ?? "");
      const { pausedMs = 0 } = (await other.planning.records.load(orphan)) ?? {};
      assert.ok(pausedMs > 0, "the time in which nobody drove it does not count");
    }));

  test(`${engine}: a plan that was being stopped, or was to be, when its hub stopped is stopped by the next`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const given = { subject: "work", tasks: [{ id: "a", skill: "work", job: {} }] };
      const both = Promise.withResolvers<void>();
      let begun = 0;
      const agents = [
        worker("busy", "work", 1, (job, signal) => {
          begun += 1;
          if (begun === 2) both.resolve();
          return untilAborted(job, signal);
        }),
      ];
      let ids: string[] = [];
      {
        await using house = await openHouse(store, folder.path, agents);
        ids = [await house.start(given), await house.start({ ...given, subject: "more work" })];
        await both.promise;
        await house.planning.cancel(ids[0] ?? "", "not needed");
      }
      await using house = await openHouse(store, folder.path, agents);
      assert.equal((await house.planning.read(ids[0] ?? "")).session.state.phase, "stopping");
      await house.planning.cancel(ids[1] ?? "", "nor this");
      assert.equal(await house.planning.recover(), 2);
      const ends = await Promise.all(ids.map((id) => house.ended(id)));
      assert.deepEqual(
        ends.map(({ status, why, spent, tasks }) => [status, why, spent, tasks[0]?.standing]),
        [
          ["cancelled", "not needed", 0, "stopped"],
          ["cancelled", "nor this", 0, "stopped"],
        ],
      );
      const rows = await store.db.selectFrom("agreements").select("status").execute();
      assert.deepEqual(
        rows.map(({ status }) => status),
        ["cancelled", "cancelled"],
      );
    }));

  test(`${engine}: with bids and failures by chance, the agreements that are signed never pass the budget`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const draw = drawing(20261125);
      const agents = ["ann", "ben", "cle", "dov"].map((name) =>
        worker(
          name,
          "work",
          () => Math.round(draw() * 1200) / 100,
          (job) => (draw() < 0.25 ? assert.fail("by chance") : job),
        ),
      );
      await using house = await openHouse(store, folder.path, agents);
      let all = 0;
      for (let number = 0; number < 10; number++) {
        const budget = 10 + draw() * 60;
        const tasks = Array.from({ length: 8 }, (_, at) => ({
          id: `t${at}`,
          skill: "work",
          job: at > 2 && draw() < 0.7 ? { before: { $from: `t${Math.floor(draw() * at)}` } } : {},
          awards: draw() < 0.2 ? 2 : 1,
        }));
        const onFailure = draw() < 0.5 ? "stop" : "continue";
        const id = await house.start({
          subject: `by chance ${number}`,
          budget,
          tasks,
          onFailure,
          retryMs: 1,
          attempts: 3,
          replyMs: 500,
        });
        let live = await house.planning.read(id);
        while (live.session.state.phase !== "closed")
          live = await house.planning.changed(id, live.session.entries.length, AbortSignal.timeout(20_000));
        const rows = await store.db
          .selectFrom("agreements")
          .innerJoin("negotiations", "negotiations.id", "agreements.negotiation_id")
          .select(["agreements.status", "document_json"])
          .where("run_id", "=", id)
          .execute();
        assert.ok(rows.every(({ status }) => status !== "active"));
        const paid = rows
          .filter(({ status }) => status === "fulfilled" || status === "late")
          .reduce((sum, { document_json }) => sum + JSON.parse(document_json).price, 0);
        const spent = live.session.state.tasks.reduce((sum, task) => sum + task.spent, 0) / 1e6;
        assert.ok(paid <= budget + 1e-9 && Math.abs(paid - spent) < 1e-6, `plan ${number}: ${paid} of ${budget}, ${spent} told`);
        all += paid;
      }
      assert.ok(all > 50, `${all} credits in ten plans`);
    }));

  test(`${engine}: a hub that lost a plan to another writes nothing of it any more: no event, no negotiation, no agreement`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const bidding = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<void>();
      const late = worker("late", "work", 1);
      const held = {
        ...late,
        bid: async (...call: Parameters<NonNullable<typeof late.bid>>) => {
          bidding.resolve();
          await answer.promise;
          return late.bid?.(...call);
        },
      };
      await using house = await openHouse(store, folder.path, [held]);
      const id = await house.start({ subject: "work", tasks: [{ id: "a", skill: "work", job: {} }] });
      await bidding.promise;
      await store.db.updateTable("plans").set({ driver: "hub_other:drv_1" }).where("id", "=", id).execute();
      const before = await store.events.read({ kind: "negotiation.event", limit: 10 });
      answer.resolve();
      await sleep(300);
      assert.equal((await store.events.read({ kind: "negotiation.event", limit: 10 })).length, before.length);
      assert.equal((await store.db.selectFrom("agreements").selectAll().execute()).length, 0);
      assert.deepEqual(await house.planning.records.entries(id), []);
    }));

  test(`${engine}: the caller's own id gives the same plan again, also when asked twice at once; another plan under it is refused`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await openHouse(store, folder.path, [worker("able", "work", 2)], { openPlans: 1 });
      const given = { subject: "once", tasks: [{ id: "a", skill: "work", job: { n: 1 } }] };
      const ids = await Promise.all([house.start(given, "mine"), house.start(given, "mine")]);
      assert.equal(ids[0], ids[1]);
      assert.equal((await house.ended(ids[0])).status, "done");
      assert.equal(await house.start(given, "mine"), ids[0]);
      await assert.rejects(house.start({ ...given, subject: "twice" }, "mine"), code("PLAN_ID_USED", /"mine"/));
      assert.equal((await store.db.selectFrom("agreements").selectAll().execute()).length, 1);
    }));
}

test("a principal may have so many plans open and no more; one that is over counts no more", async (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [worker("busy", "work", 2, untilAborted)], { openPlans: 2 });
    const given = (subject: string) => ({ subject, tasks: [{ id: "a", skill: "work", job: {} }] });
    const first = await house.start(given("one"));
    await house.start(given("two"), "two");
    await assert.rejects(house.start(given("three")), code("PLANS_TOO_MANY", /ada has 2 open plans \(negotiation.openPlans\)/));
    await house.start(given("two"), "two");
    await house.planning.cancel(first, "enough");
    await house.ended(first);
    const many = await Promise.allSettled(Array.from({ length: 6 }, (_, at) => house.start(given(`plan ${at}`))));
    assert.equal(many.filter(({ status }) => status === "fulfilled").length, 1, "also when all come at once");
  }));

test("money that one task leaves over reaches another whose bids were too dear for its share", async (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    const asked = Promise.withResolvers<void>();
    await using house = await openHouse(store, folder.path, [
      worker("cheap", "small", 1, async () => {
        await asked.promise;
        return {};
      }),
      worker("dear", "large", () => {
        asked.resolve();
        return 8;
      }),
    ]);
    const tasks = [
      { id: "small", skill: "small", job: {} },
      { id: "large", skill: "large", job: {} },
    ];
    const view = await house.ended(await house.start({ subject: "share", budget: 10, tasks }));
    assert.equal(view.status, "done", view.why ?? "");
    assert.deepEqual([view.spent, view.tasks[1]?.announced], [9, 2]);
    const poor = await house.ended(await house.start({ subject: "too little", budget: 8.5, tasks }));
    assert.equal(poor.status, "failed");
    assert.match(poor.why ?? "", /"large" cannot be paid: the cheapest bid asked for 8, and 7.5 of the budget is left/);
    assert.equal(poor.spent, 1);
  }));

test('under "continue" independent branches go on, and the plan ends partial', async (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [worker("able", "work", 2)]);
    const tasks = [
      { id: "a", skill: "nobody-has-it", job: {} },
      { id: "b", skill: "work", job: { a: { $from: "a" } } },
      { id: "c", skill: "work", job: {} },
      { id: "d", skill: "work", job: { c: { $from: "c", path: "/no/such" } } },
    ];
    const view = await house.ended(await house.start({ subject: "some", retryMs: 20, onFailure: "continue", tasks }));
    assert.equal(view.status, "partial");
    assert.deepEqual(standings(view), { a: "failed", b: "skipped", c: "done", d: "failed" });
    assert.match(view.tasks[0]?.reason ?? "", /no agent of this hub offers the skill "nobody-has-it"/);
    assert.match(view.tasks[3]?.reason ?? "", /wanted a value in the result of "c"; got {"by":"able"/);
    assert.equal(view.tasks[3]?.announced, 1, "the same result is not looked at twice");
  }));

test("a deadline stops what is not done by then, and the plan says so", async (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [worker("long", "work", 1, untilAborted)]);
    const tasks = [
      { id: "a", skill: "work", job: {} },
      { id: "b", skill: "work", job: {}, after: ["a"], leastMs: 200 },
    ];
    const began = Date.now();
    const view = await house.ended(await house.start({ subject: "late", attempts: 5, retryMs: 0, deadlineMs: 900, tasks }));
    assert.equal(view.status, "failed");
    assert.deepEqual(standings(view), { a: "failed", b: "skipped" });
    assert.match(view.why ?? "", /deadline/);
    assert.ok((view.closedAt ?? 0) - began < 5000);
    const rows = await store.db.selectFrom("agreements").select("status").execute();
    assert.ok(rows.length > 0 && rows.every(({ status }) => status !== "active"));
  }));

test("a task with several winners delivers a list of what they made, and pays each", async (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [
      worker("ann", "draw", 1, () => "a"),
      worker("ben", "draw", 2, () => "b"),
      worker("join", "join", 1, ({ parts }) => (parts as string[]).toSorted().join("")), // why: the job below says so
    ]);
    const tasks = [
      { id: "draw", skill: "draw", job: {}, awards: 2 },
      { id: "join", skill: "join", job: { parts: { $from: "draw" } } },
    ];
    const view = await house.ended(await house.start({ subject: "two", budget: 12, tasks }));
    assert.equal(view.status, "done", view.why ?? "");
    assert.deepEqual([view.tasks[1]?.results[0]?.output, view.spent, view.tasks[0]?.agreements.length], ["ab", 4, 2]);
  }));
