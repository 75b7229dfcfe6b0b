/** What agreements come to. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineAgent } from "../../src/base/agent.ts";
import { systemClock } from "../../src/base/clock.ts";
import { operator } from "../../src/base/principals.ts";
import type { TaskOutcome } from "../../src/base/sighting.ts";
import { openHub } from "../../src/gateway.ts";
import type { BargainedDocument } from "../../src/negotiation/bargains/agreement.ts";
import { AgreementCourse, endOf, isOver } from "../../src/negotiation/bargains/course.ts";
import { configOn } from "../scratch.ts";
import { engines, withDatabase } from "../stores.ts";

const minuteMs = 60_000;
const document: BargainedDocument = {
  id: "agr_1",
  negotiation: "bar_1",
  subject: "work",
  parties: ["ada", "bob"],
  initiator: "ada",
  contractor: "bob",
  terms: {},
  slos: {},
  tasks: 3,
  dueAt: 1_000_000,
  onBreach: "nothing",
  transcript: "",
};
const tasks = (...ends: readonly (readonly [TaskOutcome, ...string[]])[]) =>
  ends.map(([outcome, ...broken], k) => ({ task: `t${k}`, outcome, broken, at: k }));

test("an agreement is over when it has had its tasks, or when its time is up and nothing is under way", () => {
  const due = document.dueAt;
  assert.equal(isOver(document, 2, 2, due), false, "one task is left");
  assert.equal(isOver(document, 3, 2, due), false, "one task is under way");
  assert.equal(isOver(document, 3, 3, due - minuteMs), true);
  assert.equal(isOver(document, 2, 2, due + 2 * minuteMs), true, "its time is up");
  assert.equal(isOver(document, 2, 1, due + 2 * minuteMs), false, "a task begun in time is waited for");
  assert.equal(isOver(document, 2, 1, due + 25 * 60 * minuteMs), true, "but not for ever");
  assert.equal(isOver(document, 0, 0, due + 2 * minuteMs), true);
});

test("an agreement ends as its tasks did", () => {
  const ended = (ends: ReturnType<typeof tasks>, slos: BargainedDocument["slos"] = {}) =>
    endOf({ ...document, slos }, ends.length, ends).status;
  assert.equal(ended(tasks()), "expired");
  assert.equal(ended(tasks(["canceled"], ["canceled"])), "expired", "what its caller cancelled speaks for nobody");
  assert.equal(ended(tasks(["completed"], ["canceled"])), "fulfilled");
  assert.equal(ended(tasks(["completed"], ["completed", "total"])), "late");
  assert.equal(ended(tasks(["completed"], ["completed", "cost"])), "failed");
  assert.equal(ended(tasks(["completed"], ["failed"])), "failed");
  assert.equal(ended(tasks(["completed"], ["failed", "total", "success"]), { success: 0.5 }), "fulfilled", "a half was agreed");
  assert.equal(ended(tasks(["completed"], ["failed"], ["lost"]), { success: 0.5 }), "failed");
  assert.deepEqual(endOf(document, 3, tasks(["completed", "first-artifact"])).outcome, {
    tasks: 1,
    completed: 1,
    late: 1,
    uncounted: 2,
  });
});

const issues = [
  { name: "price", values: [2, 4, 6], slo: "cost" as const },
  { name: "time", values: [50, 5000], slo: "totalMs" as const },
];
const buyer = {
  preferences: { values: { price: { 2: 1, 4: 0.6, 6: 0.2 }, time: { 50: 1, 5000: 0.6 } }, reservation: 0.2 },
  strategy: "conceder",
};

for (const engine of engines)
  test(`${engine}: an agreement closes with its last task, once, and what it came to counts`, (t) =>
    withDatabase(t, engine, async (folder, url) => {
      let cost = 4;
      const worker = defineAgent({
        profile: { name: "worker", description: "Works.", skills: [{ id: "work", name: "Work", description: "Works." }] },
        execute: async () => ({ text: "done", cost }),
        negotiate: async ({ standing }) =>
          standing?.offer.price === "4" ? { act: "accept" } : { act: "offer", offer: { price: "4", time: "5000" } },
      });
      const config = configOn(folder, url === "" ? {} : { "store.url": url });
      await using hub = await openHub({ config, agents: [worker] });
      await hub.addAgents("http://127.0.0.1");
      await hub.recover();
      const call = async (
        tool: string,
        input: object,
        principal = operator as typeof operator | { id: string; kind: "client" },
      ) => (await hub.dispatcher.call(tool, input, { principal })) as { [key: string]: unknown }; // why: tools give objects
      const agreed = async (more: object): Promise<string> => {
        const { negotiation } = await call("negotiate_start", { subject: "work", with: ["worker"], issues, ...buyer, ...more });
        return String((await call("negotiate_status", { id: negotiation, waitMs: 10_000 })).agreement);
      };
      const work = async (agreement: string, times: number): Promise<void> => {
        const send = () => call("routing_send_message", { text: "work", agreement });
        await Promise.all(Array.from({ length: times }, send));
        await hub.sla.settled();
      };
      const statusOf = async (id: string) => (await call("agreement_get", { id })).status;

      await call("negotiate_set_mandate", { party: operator.id, mandate: { budget: { issue: "price", most: 9 } } });
      const first = await agreed({ tasks: 4 });
      await work(first, 3);
      assert.equal(await statusOf(first), "active");
      await work(first, 1);
      const kept = await call("agreement_get", { id: first });
      assert.equal(kept.status, "fulfilled");
      assert.deepEqual(kept.outcome, { tasks: 4, completed: 4, late: 0, uncounted: 0 });
      const { ended, ...counts } = kept.tasks as { ended: unknown[] }; // why: the tool's own output
      assert.deepEqual([counts, ended.length], [{ covers: 4, begun: 4 }, 4]);
      assert.deepEqual(await hub.contracting.records.reliability(["worker"]), { worker: 2 / 3 });
      const told = await hub.store.events.read({ subject: first, limit: 10 });
      assert.deepEqual(
        told.map(({ kind }) => kind),
        ["agreement.signed", "agreement.fulfilled"],
      );

      const second = await agreed({ tasks: 1 });
      cost = 5;
      await work(second, 1);
      assert.equal(await statusOf(second), "failed", "it cost more than was agreed");

      const promised = () => hub.bargaining.records.promised(operator.id, "price", "");
      assert.equal(await promised(), 8);
      await call("negotiate_set_mandate", { party: operator.id, mandate: { budget: { issue: "price", most: 12 } } });
      const third = await agreed({ tasks: 1 });
      assert.equal(await promised(), 12);
      const stranger = { id: "client:mallory", kind: "client" as const };
      await assert.rejects(call("routing_send_message", { text: "work", agreement: third }, stranger), /no open agreement/);
      const others = await call("routing_choose_agent", { text: "work", agreement: third, allow: ["somebody-else"] });
      assert.equal(others.agent, null);
      const later = { ...systemClock, now: () => Date.now() + 1000 * 24 * 3_600_000 };
      {
        using course = new AgreementCourse(hub.store, later, (error) => assert.fail(String(error)));
        assert.equal(await course.closeDue(), 1);
        assert.equal(await course.closeDue(), 0);
      }
      assert.equal(await statusOf(third), "expired");
      assert.equal(await promised(), 8, "what was not used is not spent");

      const { agreements } = (await call("agreement_list", {})) as { agreements: { id: string }[] }; // why: the tool's own output
      assert.deepEqual(
        agreements.map(({ id }) => id),
        [third, second, first],
      );
      const page = await call("agreement_list", { before: third, limit: 1, party: "worker" });
      assert.deepEqual((page.agreements as { id: string }[])[0]?.id, second); // why: the tool's own output
      assert.deepEqual(await call("agreement_list", { party: "worker" }, stranger), { agreements: [] });
      assert.deepEqual(await call("negotiate_list", {}, stranger), { negotiations: [] });
      const { negotiations } = (await call("negotiate_list", { party: "worker", status: "agreement" })) as {
        negotiations: { agreement: string }[];
      }; // why: the tool's own output
      assert.deepEqual(
        negotiations.map(({ agreement }) => agreement),
        [third, second, first],
      );
    }));
