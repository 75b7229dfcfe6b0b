/** The closed loop: negotiate, do, measure, renegotiate. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { textPart } from "../../src/a2a/parts.ts";
import { defineAgent } from "../../src/base/agent.ts";
import { operator } from "../../src/base/principals.ts";
import { openHub } from "../../src/gateway.ts";
import { renegotiateLeftBreaches } from "../../src/joins/breach-renegotiation.ts";
import { configOn } from "../scratch.ts";
import { engines, withDatabase } from "../stores.ts";

const issues = [
  { name: "price", values: [2, 4, 6], slo: "cost" as const },
  { name: "time", values: [50, 5000], slo: "totalMs" as const },
];
const buyer = {
  preferences: { values: { price: { 2: 1, 4: 0.6, 6: 0.2 }, time: { 50: 1, 5000: 0.6 } }, reservation: 0.2 },
  strategy: "conceder",
};

// Promises what it cannot keep until it has learned better, and works for a fifth of a second.
function worker(learned: () => boolean) {
  return defineAgent({
    profile: { name: "worker", description: "Works.", skills: [{ id: "work", name: "Work", description: "Works." }] },
    execute: async (_task, { signal }) => {
      await sleep(200, undefined, { signal });
      return { text: "done", cost: 4 };
    },
    negotiate: async ({ standing }) => {
      const time = learned() ? "5000" : "50";
      if (standing?.offer.time === time && standing.offer.price !== "2") return { act: "accept" };
      return { act: "offer", offer: { price: "4", time } };
    },
  });
}

for (const [engine, tasks] of engines.flatMap((engine) => [[engine, 3] as const, [engine, 1] as const]))
  test(`${engine}: a task that breaks what was agreed, of ${tasks}, reopens the bargaining once, and the new agreement takes the place of the old`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      let learned = false;
      const config = configOn(folder, url === "" ? {} : { "store.url": url });
      await using hub = await openHub({ config, agents: [worker(() => learned)] });
      await hub.addAgents("http://127.0.0.1");
      await hub.recover();
      const call = async (tool: string, input: object) =>
        (await hub.dispatcher.call(tool, input, { principal: operator })) as { [key: string]: unknown }; // why: tools give objects
      const work = async (agreement: string): Promise<void> => {
        const reply = await hub.registry.send("worker", [textPart("work")], operator.id, {
          metadata: { skill: "work", agreement },
        });
        assert.ok(reply.kind === "task" && reply.task.status.state === "TASK_STATE_COMPLETED");
        await hub.sla.settled();
      };
      const sessions = () => hub.store.db.selectFrom("bargains").selectAll().orderBy("id").execute();
      const stateOf = async (agreement: string) => (await call("agreement_get", { id: agreement })).status;

      const more = { tasks, onBreach: "renegotiate" };
      const { negotiation } = await call("negotiate_start", { subject: "work", with: ["worker"], issues, ...buyer, ...more });
      const first = await call("negotiate_status", { id: negotiation, waitMs: 10_000 });
      assert.deepEqual(first.agreed, { price: "4", time: "50" });
      const old = String(first.agreement);

      learned = true;
      await work(old);
      const [breach] = await hub.sla.breaches({ agent: "worker", open: false, limit: 5 });
      assert.deepEqual([breach?.agreement, breach?.indicator], [old, "total"]);
      assert.match(breach?.because ?? "", /where 50 ms were agreed/);

      while ((await sessions()).length < 2) await sleep(10);
      const again = (await sessions()).find(({ replaces }) => replaces === old);
      assert.equal(again?.breach_id, breach?.id);
      const second = await call("negotiate_status", { id: again?.id, waitMs: 10_000 });
      assert.deepEqual([second.status, second.agreed, second.replaces], ["agreement", { price: "4", time: "5000" }, old]);
      const { status, outcome } = await call("agreement_get", { id: old });
      const last = tasks === 1;
      assert.equal(status, last ? "late" : "failed", "its last task closed it, or else the new agreement did");
      const came = last ? { tasks: 1, completed: 1, late: 1, uncounted: 0 } : {};
      assert.deepEqual(outcome, { ...came, replacedBy: second.agreement });
      assert.equal(await stateOf(String(second.agreement)), "active");
      assert.equal((await call("agreement_verify", { id: second.agreement })).holds, true);

      await work(String(second.agreement));
      assert.equal((await hub.sla.breaches({ agent: "worker", open: false, limit: 5 })).length, 1, "the new one is kept");
      assert.equal(await hub.bargaining.reopen(old, breach?.id ?? ""), undefined, "a breach opens one session");
      assert.equal((await sessions()).length, 2);
    }));

test("a breach that a stop of the hub left without its session opens it at the next start, once", (t) =>
  withDatabase(t, "sqlite", async (folder) => {
    const config = configOn(folder);
    const agents = [worker(() => false)];
    let agreement = "";
    {
      await using hub = await openHub({ config, agents });
      await hub.addAgents("http://127.0.0.1");
      const call = async (tool: string, input: object) =>
        (await hub.dispatcher.call(tool, input, { principal: operator })) as { [key: string]: unknown }; // why: tools give objects
      const more = { tasks: 3, onBreach: "renegotiate" };
      const { negotiation } = await call("negotiate_start", { subject: "work", with: ["worker"], issues, ...buyer, ...more });
      agreement = String((await call("negotiate_status", { id: negotiation, waitMs: 10_000 })).agreement);
      const at = Date.now();
      const row = { id: "breach_1", agent: "worker", indicator: "total", severity: "agreement", agreement, because: "late" };
      await hub.store.db
        .insertInto("sla_breaches")
        .values({ ...row, opened_at: at, closed_at: at })
        .execute();
    }
    await using hub = await openHub({ config, agents });
    await hub.addAgents("http://127.0.0.1");
    await hub.recover();
    const opened = await hub.store.db.selectFrom("bargains").selectAll().where("replaces", "=", agreement).execute();
    assert.deepEqual(
      opened.map(({ breach_id }) => breach_id),
      ["breach_1"],
    );
    assert.equal(await renegotiateLeftBreaches(hub), 0);
  }));
