/** What an agreement covers: as many tasks as it says, of its parties alone, until it is over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { textPart } from "../src/a2a/parts.ts";
import type { AgreementDocument } from "../src/negotiation/agreement.ts";
import type { Store } from "../src/store/store.ts";
import { job, never, offer, withHouse, worker } from "./contracting-house.ts";

const plainAgreement: AgreementDocument = {
  id: "agr_plain",
  negotiation: "neg_plain",
  subject: "a piece of work",
  initiator: "asker",
  contractor: "",
  job: {},
  price: 1,
  promisedMs: 60_000,
  quality: 1,
  dueAt: Date.now() + 3_600_000,
  transcript: "",
};
const under = (agreement: string) => ({ metadata: { agreement } });
const signed = async (store: Store): Promise<AgreementDocument> => {
  const [row] = await store.db.selectFrom("agreements").select("document_json").execute();
  return JSON.parse(row?.document_json ?? "{}");
};

test("an agreement covers the task that was agreed on: its initiator sends no second one under it, before or after its end", () => {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  let runs = 0;
  const slow = worker("slow", offer(1), async () => {
    runs += 1;
    begun.resolve();
    await finish.promise;
    return { text: "done", data: {} };
  });
  return withHouse([slow], async ({ store, registry, contracting }) => {
    const result = contracting.contract(job(), never);
    await begun.promise;
    const { id } = await signed(store);
    const more = () => registry.send("slow", [textPart("more")], "asker", under(id));
    await assert.rejects(more(), { code: "AGREEMENT_SPENT", message: /covers one task, which it has had/ });
    // Of many at once none gets through either.
    const many = await Promise.allSettled(Array.from({ length: 20 }, more));
    assert.ok(many.every(({ status }) => status === "rejected"));
    assert.equal(runs, 1);
    // To everybody else, and to other agents, this id says nothing.
    const stranger = registry.send("slow", [textPart("hello")], "operator", under(id));
    finish.resolve();
    await stranger;
    assert.equal((await result).results.length, 1);
    await assert.rejects(more(), { code: "AGREEMENT_OVER", message: /closed as fulfilled/ });
    await registry.send("slow", [textPart("without")], "asker", {});
    assert.equal(runs, 3);
  });
});

test("an agreement covers as many tasks as it says, once each however many are sent at once, and none long after it was due", () =>
  withHouse([worker("quick", offer(1))], async ({ store, registry, contracting }) => {
    const { negotiation } = await contracting.contract(job(), never);
    const document = { ...plainAgreement, negotiation, contractor: "quick", tasks: 3 };
    await contracting.records.openAgreement(document, { initiator: "", contractor: "" });
    const sent = () => registry.send("quick", [textPart("one")], "asker", under(document.id));
    const answers = await Promise.allSettled(Array.from({ length: 8 }, sent));
    assert.equal(answers.filter(({ status }) => status === "fulfilled").length, 3);
    const [refused] = answers.filter((one) => one.status === "rejected");
    assert.match(String(refused?.reason), /covers 3 tasks/);

    // After a stop of the hub the work begins again.
    await contracting.records.resumeAgreement(document);
    await sent();
    await store.db
      .updateTable("agreements")
      .set({ due_at: Date.now() - 3_600_000 })
      .execute();
    await assert.rejects(sent(), { code: "AGREEMENT_OVER", message: /it was due at/ });
  }));

test("a task that was refused for another reason is not counted", () => {
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const busy = worker("busy", undefined, async () => {
    begun.resolve();
    await finish.promise;
    return { text: "done" };
  });
  return withHouse(
    [busy, worker("other", offer(1))],
    async ({ registry, contracting }) => {
      const { negotiation } = await contracting.contract(job(), never);
      const first = registry.send("busy", [textPart("first")], "asker", {});
      await begun.promise;
      const document = { ...plainAgreement, negotiation, contractor: "busy" };
      await contracting.records.openAgreement(document, { initiator: "", contractor: "" });
      const sent = () => registry.send("busy", [textPart("one")], "asker", under(document.id));
      await assert.rejects(sent(), { code: "TOO_MANY_TASKS" });
      finish.resolve();
      await first;
      await sent();
      await assert.rejects(sent(), { code: "AGREEMENT_SPENT" });
    },
    { liveTasks: 1 },
  );
});
