/** The SLA monitor on a real store, by a clock that the test moves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadConfig } from "../../src/base/config.ts";
import type { TaskOutcome, TaskSighting } from "../../src/base/sighting.ts";
import type { ServiceParams } from "../../src/base/sla-extension.ts";
import { agreementTerms } from "../../src/joins/agreement-terms.ts";
import type { BreachNews } from "../../src/sla/breach-book.ts";
import { Sla, type SlaInput } from "../../src/sla/sla.ts";
import type { Store } from "../../src/store/store.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { Metrics } from "../../src/telemetry/metrics.ts";
import { engines, withStore } from "../stores.ts";

class TestClock {
  at = Date.now();
  now(): number {
    return this.at;
  }
}

const settings: Record<string, string> = { "sla.acceptMs": "100", "sla.success": "0.9", "sla.minTasks": "10", "sla.minBad": "3" };

function monitor(store: Store, clock: TestClock, change: Partial<SlaInput> = {}, service: ServiceParams = {}): Promise<Sla> {
  return Sla.open({
    store,
    clock,
    metrics: new Metrics(),
    log: openLog("silent"),
    values: loadConfig({ flags: Object.entries(settings) }).values,
    agents: () => [{ name: "a", description: "Agent a", service }],
    agreement: async () => undefined,
    ...change,
  });
}

let tasks = 0;

// A task of `a` that begins now and takes `ms`.
function task(sla: Sla, clock: TestClock, outcome: TaskOutcome, ms: number, agreement?: string): void {
  const id = `t${++tasks}`;
  const base = { agent: "a", task: id, context: "c", owner: "o", skill: undefined, agreement, cost: undefined };
  const at = clock.at - ms;
  const sightings: readonly TaskSighting[] = [
    { ...base, moment: "submitted", at, outcome: undefined },
    { ...base, moment: "accepted", at: at + 20, outcome: undefined },
    { ...base, moment: "ended", at: clock.at, outcome },
  ];
  for (const sighting of sightings) sla.observe(sighting);
}

for (const engine of engines) {
  test(`counts, quantiles, terms and breaches survive a restart (${engine})`, async (t) => {
    await withStore(t, engine, async (store, reopen) => {
      const clock = new TestClock();
      const before = await monitor(store, clock);
      await before.setTerms("a", { totalMs: 1000, target: 0.9 }, "tester");
      for (let i = 0; i < 20; i++) task(before, clock, i < 14 ? "completed" : "failed", 200 + i);
      before.check();
      const told = await before.report("a");
      await before[Symbol.asyncDispose]();
      await using after = await monitor(await reopen(), clock);
      const kept = await after.report("a");
      assert.deepEqual(kept, told);
      assert.equal(kept.tasks, 20);
      const success = kept.terms.find(({ indicator }) => indicator === "success");
      assert.deepEqual([success?.good, success?.bad, success?.budgetLeft], [14, 6, 0]);
      assert.equal(kept.terms.find(({ indicator }) => indicator === "total")?.source, "set");
      const total = kept.times.find(({ indicator, windowMs }) => indicator === "total" && windowMs === 3_600_000);
      assert.ok(total && Math.abs(total.p50 - 209) < 5 && total.count === 20, JSON.stringify(total));
      assert.ok(kept.breaches.length > 0);
    });
  });

  test(`report and metrics tell the same times, which two tasks show, and none when they are an hour old (${engine})`, async (t) => {
    await withStore(t, engine, async (store) => {
      const clock = new TestClock();
      const metrics = new Metrics();
      await using sla = await monitor(store, clock, { metrics });
      for (const ms of [100, 3000]) task(sla, clock, "completed", ms);
      sla.check();
      const shown = async () =>
        [...(await metrics.text()).matchAll(/^entente_sla_seconds\{(?=.*indicator="total").*quantile="([^"]+)"\} (.+)$/gm)]
          .map(([, quantile, value]) => [quantile, Number(value) * 1000])
          .toSorted();
      const times = (await sla.report("a")).times.find((one) => one.indicator === "total" && one.windowMs === 3_600_000);
      assert.ok(times);
      assert.deepEqual(await shown(), [
        ["0.5", times.p50],
        ["0.9", times.p90],
        ["0.95", times.p95],
        ["0.99", times.p99],
      ]);
      assert.ok(
        Math.abs(times.p50 - 100) <= 1 && Math.abs(times.p90 - 3000) <= 30 && times.p99 === times.p90,
        JSON.stringify(times),
      );
      clock.at += 2 * 3_600_000;
      sla.check();
      assert.deepEqual(await shown(), []);
    });
  });

  test(`several hubs on one store add into the same buckets (${engine})`, async (t) => {
    await withStore(t, engine, async (store, reopen) => {
      const clock = new TestClock();
      const hubs = await Promise.all([monitor(store, clock), monitor(await reopen(), clock)]);
      for (let round = 0; round < 5; round++) {
        for (const hub of hubs) task(hub, clock, "completed", 50);
        // Two SQLite connections of one process would wait for each other in vain; two processes would not.
        if (engine === "postgres") await Promise.all(hubs.map((hub) => hub.flush()));
        else for (const hub of hubs) await hub.flush();
      }
      for (const hub of hubs) await hub[Symbol.asyncDispose]();
      await using third = await monitor(await reopen(), clock);
      assert.equal((await third.report("a")).tasks, 10);
    });
  });

  test(`what one hub counts, sets and sees, another takes over; a breach is told once (${engine})`, async (t) => {
    await withStore(t, engine, async (store, reopen) => {
      const clock = new TestClock();
      await using one = await monitor(store, clock);
      await using other = await monitor(await reopen(), clock);
      const news: string[] = [];
      for (const [name, hub] of Object.entries({ one, other }))
        hub.onBreach(({ type, breach }) => news.push(`${name} ${type} ${breach.indicator}`));
      await one.setTerms("a", { acceptMs: null }, "tester");
      for (let i = 0; i < 12; i++) task(one, clock, "failed", 50);
      one.check();
      await one.sync();
      await other.sync();
      assert.deepEqual(other.standing("a").breached, ["success"]);
      assert.equal((await other.report("a")).tasks, 12);
      assert.ok(!other.terms("a").some(({ indicator }) => indicator === "accept"));
      other.check();
      task(other, clock, "failed", 50);
      await other.sync();
      await one.sync();
      assert.equal((await one.report("a")).tasks, 13);
      clock.at += 8 * 24 * 3_600_000;
      for (const hub of [one, other]) {
        hub.check();
        await hub.settled();
      }
      assert.deepEqual(news, ["one opened success", "one recovered success"]);
      assert.equal((await store.events.read({ kind: "sla.*", limit: 10 })).length, 3, "terms set, breached, recovered");
    });
  });
}

test("a breach pages, is told, and recovers when the short window is clean again", async (t) => {
  await withStore(t, "sqlite", async (store) => {
    const clock = new TestClock();
    const news: BreachNews[] = [];
    await using sla = await monitor(store, clock);
    sla.onBreach((one) => news.push(one));
    for (let i = 0; i < 12; i++) task(sla, clock, "lost", 50);
    sla.check();
    await sla.settled();
    assert.deepEqual(
      news.map(({ type, breach }) => [type, breach.indicator, breach.severity]),
      [["opened", "success", "page"]],
    );
    assert.deepEqual(sla.standing("a").breached, ["success"]);
    assert.equal(sla.standing("a").budgetLeft, 0);
    const open = await sla.breaches({ agent: "a", open: true, limit: 5 });
    assert.match(open[0]?.because ?? "", /burns 10\.0 times as fast as a target of 90\.0 % allows/);
    clock.at += 8 * 24 * 3_600_000;
    sla.check();
    assert.deepEqual(sla.standing("a").breached, []);
    await sla.settled();
    assert.equal(news.at(-1)?.type, "recovered");
    const kinds = (await store.events.read({ kind: "sla.*", limit: 10 })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["sla.breached", "sla.recovered"]);
    assert.equal((await sla.breaches({ agent: "a", open: true, limit: 5 })).length, 0);
  });
});

test("a task that breaks its agreement is told at once, with the agreement, so that it can be renegotiated", async (t) => {
  await withStore(t, "sqlite", async (store) => {
    const clock = new TestClock();
    const news: BreachNews[] = [];
    await using sla = await monitor(store, clock, {
      agreement: async (id) => (id === "agr_1" ? { totalMs: 100, cost: 5 } : undefined),
    });
    sla.onBreach((one) => news.push(one));
    task(sla, clock, "completed", 90, "agr_1");
    task(sla, clock, "completed", 400, "agr_1");
    task(sla, clock, "completed", 400, "agr_unknown");
    await sla.settled();
    assert.equal(news.length, 1);
    assert.equal(news[0]?.breach.agreement, "agr_1");
    assert.match(news[0]?.breach.because ?? "", /400 ms where 100 ms were agreed/);
    const report = await sla.report("a");
    assert.deepEqual(
      report.breaches.map(({ severity, agreement }) => [severity, agreement]),
      [["agreement", "agr_1"]],
    );
    assert.equal(report.tasks, 3);
  });
});

for (const engine of engines)
  test(`an agreement judges the agent that signed it, for whom it signed it with, and nobody else (${engine})`, async (t) => {
    await withStore(t, engine, async (store) => {
      const clock = new TestClock();
      const negotiation = { id: "n", protocol: "contract-net", run_id: null, subject: "s", status: "closed" };
      const unused = { terms_json: "{}", events_json: "[]", outcome_json: null, created_at: 0, updated_at: 0 };
      await store.db
        .insertInto("negotiations")
        .values({ ...negotiation, ...unused })
        .execute();
      // The tasks are the agent a's, sent by o.
      const parties = { agr_own: ["o", "a"], agr_others: ["o", "b"], agr_elsewhere: ["somebody", "a"] } as const;
      for (const [id, [initiator, contractor]] of Object.entries(parties)) {
        const terms = { job: {}, price: 1, promisedMs: 100, quality: 1, dueAt: 0, transcript: "" };
        const document = { id, negotiation: "n", subject: "s", initiator, contractor, ...terms };
        const row = { id, negotiation_id: "n", initiator, contractor, document_json: JSON.stringify(document) };
        const rest = { signatures_json: "{}", task_id: null, due_at: 0, created_at: 0, closed_at: null, outcome_json: null };
        await store.db
          .insertInto("agreements")
          .values({ ...row, ...rest, status: "active" })
          .execute();
      }
      const broken: (string | null | undefined)[] = [];
      await using sla = await monitor(store, clock, { agreement: agreementTerms(store) });
      sla.onBreach(({ breach }) => broken.push(breach.agreement));
      for (const id of Object.keys(parties)) task(sla, clock, "completed", 400, id);
      await sla.settled();
      assert.deepEqual(broken, ["agr_own"]);
      assert.equal((await sla.report("a")).tasks, 3, "each is counted, by the agent's other terms");
    });
  });

test("what the store could not take is added later", async (t) => {
  await withStore(t, "sqlite", async (store, reopen) => {
    const clock = new TestClock();
    await using sla = await monitor(store, clock);
    task(sla, clock, "completed", 50);
    await store.db.schema.alterTable("sla_buckets").renameTo("away").execute();
    await sla.flush();
    await store.db.schema.alterTable("away").renameTo("sla_buckets").execute();
    task(sla, clock, "completed", 50);
    await sla.flush();
    await using other = await monitor(await reopen(), clock);
    assert.equal((await other.report("a")).tasks, 2);
  });
});

test("an agent that nobody knows has no report", async (t) => {
  await withStore(t, "sqlite", async (store) => {
    await using sla = await monitor(store, new TestClock());
    await assert.rejects(sla.report("nobody"), { code: "NOT_FOUND" });
    await assert.rejects(sla.setTerms("nobody", {}, "me"), { code: "NOT_FOUND" });
  });
});
