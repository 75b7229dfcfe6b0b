import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { negotiationExtension } from "../src/a2a/cards.ts";
import { dataPart } from "../src/a2a/parts.ts";
import type { AgentContext } from "../src/base/agent.ts";
import { EntenteError } from "../src/base/errors.ts";
import type { Json } from "../src/base/json.ts";
import { type AgreementDocument, verifyAgreement } from "../src/negotiation/agreement.ts";
import type { Store } from "../src/store/store.ts";
import { code } from "./code.ts";
import { job, never, offer, untilAborted, withHouse, worker } from "./contracting-house.ts";

// How each agreement stands, in the order of signing: "name: status".
async function standings(store: Store): Promise<readonly string[]> {
  const rows = await store.db.selectFrom("agreements").selectAll().orderBy("id").execute();
  return rows.map((row) => `${row.contractor}: ${row.status}`);
}

async function kinds(store: Store, prefix: string): Promise<readonly string[]> {
  const events = await store.events.read({ after: 0, limit: 1000 });
  return events.map((event) => event.kind).filter((kind) => kind.startsWith(prefix));
}

for (const [what, criteria, winner, price] of [
  ["the cheapest", { price: 1, promisedTime: 0, reliability: 0, quality: 0 }, "cheap", 1],
  ["the quickest", { price: 0, promisedTime: 1, reliability: 0, quality: 0 }, "quick", 5],
  ["the best", { price: 0, promisedTime: 0, reliability: 0, quality: 1 }, "fine", 9],
] as const) {
  test(`${what} bid wins when that is what counts, and its agreement is fulfilled`, () =>
    withHouse(
      [
        worker("cheap", offer(1, { promisedMs: 90_000, quality: 0.4 })),
        worker("quick", offer(5, { promisedMs: 1000, quality: 0.5 })),
        worker("fine", offer(9, { promisedMs: 80_000, quality: 0.9 })),
      ],
      async ({ contracting, store }) => {
        const { results } = await contracting.contract(job({ criteria }), never);
        assert.deepEqual(results, [{ contractor: winner, price, output: { by: winner } }]);
        assert.deepEqual(await standings(store), [`${winner}: fulfilled`]);
        const again = await contracting.contract(job({ criteria }), never);
        assert.deepEqual(again.results, results, "asked again it gives the result");
        assert.deepEqual(await kinds(store, "agreement."), ["agreement.signed", "agreement.fulfilled"]);
      },
    ));
}

test("bidders that throw, decline, answer nonsense or answer too late are out, and the late answer harms nothing", () =>
  withHouse(
    [
      worker("a-throws", async () => assert.fail("no head for figures")),
      worker("b-declines", async () => undefined),
      worker("c-nonsense", offer(Number.NaN)),
      worker("d-below-zero", offer(-1)),
      worker("e-late", async () => {
        await sleep(400);
        return offer(0);
      }),
      worker("f-good", offer(7)),
    ],
    async ({ contracting, store }) => {
      const { results, negotiation } = await contracting.contract(job({ replyMs: 200 }), never);
      assert.deepEqual(
        results.map((result) => result.contractor),
        ["f-good"],
      );
      const kept = await contracting.records.find("run_1", "the job");
      const standing = Object.fromEntries(kept?.session.state.participants.map((p) => [p.name, p.standing]) ?? []);
      assert.equal(kept?.id, negotiation);
      assert.equal(standing["a-throws"], "refused");
      assert.equal(standing["b-declines"], "refused");
      assert.equal(standing["c-nonsense"], "refused");
      assert.equal(standing["d-below-zero"], "no-reply");
      assert.equal(standing["e-late"], "no-reply");
      const throws = kept?.session.state.participants.find((p) => p.name === "a-throws");
      assert.match(throws?.reason ?? "", /no head for figures/);
      assert.deepEqual(await standings(store), ["f-good: fulfilled"]);
    },
  ));

test("a winner that fails is followed by the next best, and its agreement ends failed", () =>
  withHouse(
    [worker("first", offer(1), async () => assert.fail("out of paper")), worker("second", offer(2)), worker("third", offer(3))],
    async ({ contracting, store }) => {
      const { results } = await contracting.contract(job(), never);
      assert.deepEqual(results, [{ contractor: "second", price: 2, output: { by: "second" } }]);
      assert.deepEqual(await standings(store), ["first: failed", "second: fulfilled"]);
      const failed = await store.db.selectFrom("agreements").selectAll().where("status", "=", "failed").executeTakeFirstOrThrow();
      assert.match(failed.outcome_json ?? "", /out of paper/);
      assert.ok(failed.closed_at);
    },
  ));

test("a ceiling keeps dearer bids out; when all are dearer the cheapest price is told", () =>
  withHouse([worker("dear", offer(9, { quality: 1 })), worker("fair", offer(4))], async ({ contracting, store }) => {
    const criteria = { price: 0, promisedTime: 0, reliability: 0, quality: 1 };
    const { results } = await contracting.contract(job({ criteria, most: 5 }), never);
    assert.deepEqual(results, [{ contractor: "fair", price: 4, output: { by: "fair" } }]);
    await assert.rejects(contracting.contract(job({ subject: "another", most: 3 }), never), (error: unknown) => {
      assert.ok(error instanceof EntenteError && error.code === "NO_ACCEPTABLE_BID");
      assert.deepEqual([error.details.cheapest, error.details.most], [4, 3]);
      return true;
    });
    assert.deepEqual(await standings(store), ["fair: fulfilled"]);
  }));

test("agents to avoid are asked only when nobody else has the skill", () =>
  withHouse([worker("first", offer(1)), worker("second", offer(2))], async ({ contracting }) => {
    const winner = async (subject: string, avoid: readonly string[]) =>
      (await contracting.contract(job({ subject, avoid }), never)).results[0]?.contractor;
    assert.equal(await winner("one", ["first"]), "second");
    assert.equal(await winner("two", ["first", "second"]), "first");
  }));

test("a job that is called off ends its agreement as cancelled, which counts for nobody, and the winner hears of it", () =>
  withHouse(
    [
      worker("busy", offer(1), (_task, ctx) => {
        begun.resolve();
        return untilAborted(ctx).finally(stopped.resolve);
      }),
      worker("next", offer(2)),
    ],
    async ({ contracting, store }) => {
      const off = new AbortController();
      const contract = contracting.contract(job({ calledOff: off.signal }), never);
      await begun.promise;
      off.abort(new Error("not needed any more"));
      await assert.rejects(contract, code("CONTRACT_CANCELLED", /not needed any more/));
      assert.deepEqual(await standings(store), ["busy: cancelled"]);
      assert.deepEqual(await contracting.records.reliability(["busy"]), { busy: 1 / 2 });
      const again = contracting.contract(job({ calledOff: off.signal }), never);
      await assert.rejects(again, code("CONTRACT_CANCELLED"), "asked again it says the same");
      const before = contracting.contract(job({ subject: "never begun", calledOff: off.signal }), never);
      await assert.rejects(before, code("CONTRACT_CANCELLED"));
      assert.equal(await contracting.records.find("run_1", "never begun"), undefined);
      await stopped.promise;
    },
  ));
const [begun, stopped] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];

for (const [how, execute] of [
  ["that hears the cancel", async (_task: unknown, ctx: AgentContext) => untilAborted(ctx)],
  ["that is deaf to it", () => new Promise<never>(() => {})],
] as const) {
  test(`a winner that never ends, ${how}, loses the job to the next best when its time is up`, () =>
    withHouse([worker("endless", offer(1), execute), worker("steady", offer(2))], async ({ contracting, store }) => {
      const { results } = await contracting.contract(job({ completeWithinMs: 1000 }), never);
      assert.deepEqual(
        results.map((result) => result.contractor),
        ["steady"],
      );
      assert.deepEqual(await standings(store), ["endless: failed", "steady: fulfilled"]);
      assert.deepEqual(await kinds(store, "agreement."), [
        "agreement.signed",
        "agreement.failed",
        "agreement.signed",
        "agreement.fulfilled",
      ]);
    }));
}

test("work that ends after its promise by more than a quarter is late, and counts against its contractor", () =>
  withHouse(
    [
      worker("slow", offer(1, { promisedMs: 1 }), async () => {
        await sleep(30);
        return { text: "at last", data: { by: "slow" } };
      }),
    ],
    async ({ contracting, store }) => {
      await contracting.contract(job(), never);
      assert.deepEqual(await standings(store), ["slow: late"]);
      assert.deepEqual(await contracting.records.reliability(["slow"]), { slow: 1 / 3 });
    },
  ));

test("with two awards two bidders do the whole job, and a third takes over from one that fails", () =>
  withHouse(
    [
      worker("one", offer(1)),
      worker("two", offer(2), async () => assert.fail("no")),
      worker("three", offer(3)),
      worker("four", offer(4)),
    ],
    async ({ contracting, store }) => {
      const { results } = await contracting.contract(job({ awards: 2 }), never);
      assert.deepEqual(results.map((result) => result.contractor).sort(), ["one", "three"]);
      assert.deepEqual((await standings(store)).toSorted(), ["one: fulfilled", "three: fulfilled", "two: failed"]);
    },
  ));

test("when nobody bids the call fails with NO_ACCEPTABLE_BID, and a later call announces anew", () => {
  let willing = false;
  return withHouse([worker("moody", async () => (willing ? offer(1) : undefined))], async ({ contracting, store }) => {
    await assert.rejects(contracting.contract(job(), never), code("NO_ACCEPTABLE_BID", /asked: moody/));
    willing = true;
    const { results } = await contracting.contract(job(), never);
    assert.equal(results.length, 1);
    assert.equal((await kinds(store, "negotiation.announced")).length, 2);
    const rows = await store.db.selectFrom("negotiations").select("id").execute();
    assert.equal(rows.length, 1, "the one that came to nothing is replaced");
  });
});

test("a skill that nobody bids for is NO_BIDDERS", () =>
  withHouse([worker("mute", undefined)], async ({ contracting }) => {
    await assert.rejects(contracting.contract(job(), never), code("NO_BIDDERS", /"work"/));
  }));

test("when all fail the call fails with CONTRACT_FAILED, each with its reason, and asked again says the same", () =>
  withHouse(
    [
      worker("left", offer(1), async () => assert.fail("left is broken")),
      worker("right", offer(2), async () => assert.fail("right is broken")),
    ],
    async ({ contracting, store }) => {
      const says = /left \(.*left is broken\), right \(.*right is broken\)/;
      await assert.rejects(contracting.contract(job(), never), code("CONTRACT_FAILED", says));
      await assert.rejects(contracting.contract(job(), never), code("CONTRACT_FAILED", says));
      assert.deepEqual(await standings(store), ["left: failed", "right: failed"]);
    },
  ));

test("a contract stopped while its winner works goes on after a restart with the same agreement, signed once", () => {
  const started = Promise.withResolvers<void>();
  let patient = true;
  const keeper = worker("keeper", offer(1), async (_task, ctx) => {
    started.resolve();
    if (patient) await untilAborted(ctx);
    return { text: "done", data: { by: "keeper" } };
  });
  return withHouse([keeper, worker("other", offer(2))], async ({ contracting, registry, store }, another) => {
    const stop = new AbortController();
    const cut = contracting.contract(job(), stop.signal);
    await started.promise;
    stop.abort(new Error("the hub is shutting down"));
    await assert.rejects(cut, /shutting down/);
    registry.stop();
    assert.deepEqual(await standings(store), ["keeper: active"]);
    patient = false;
    const later = await another();
    const { results } = await later.contracting.contract(job(), never);
    assert.deepEqual(results, [{ contractor: "keeper", price: 1, output: { by: "keeper" } }]);
    assert.deepEqual(await standings(store), ["keeper: fulfilled"]);
    assert.equal((await kinds(store, "agreement.signed")).length, 1);
    assert.equal((await kinds(store, "negotiation.announced")).length, 1);
  });
});

test("a contract stopped while bids come in is announced anew", () => {
  const asked = Promise.withResolvers<void>();
  let slow = true;
  const bidder = worker("bidder", async () => {
    asked.resolve();
    if (slow) await new Promise(() => {});
    return offer(1);
  });
  return withHouse([bidder], async ({ contracting }, another) => {
    const stop = new AbortController();
    const cut = contracting.contract(job(), stop.signal);
    await asked.promise;
    stop.abort(new Error("stop"));
    await assert.rejects(cut, /stop/);
    slow = false;
    const { results } = await (await another()).contracting.contract(job(), never);
    assert.equal(results.length, 1);
  });
});

test("both signatures hold over the agreement as signed, and over no other", () =>
  withHouse([worker("signer", offer(4)), worker("else", offer(5))], async ({ contracting, registry, store }) => {
    await contracting.contract(job(), never);
    const row = await store.db.selectFrom("agreements").selectAll().executeTakeFirstOrThrow();
    const document: AgreementDocument = JSON.parse(row.document_json);
    const signatures = JSON.parse(row.signatures_json);
    const keyOf = (party: string) => registry.get(party).key.publicJwk;
    assert.equal(await verifyAgreement(document, signatures, keyOf), true);
    for (const change of [{ price: 3 }, { promisedMs: 1 }, { contractor: "else" }, { job: { run: "run_1", size: 4 } }])
      assert.equal(await verifyAgreement({ ...document, ...change }, signatures, keyOf), false, JSON.stringify(change));
    const swapped = { initiator: signatures.contractor, contractor: signatures.initiator };
    assert.equal(await verifyAgreement(document, swapped, keyOf), false);
  }));

test("a bidder signs only what it offered: its price, its time, its quality and that job", () =>
  withHouse([worker("signer", offer(4))], async ({ contracting, registry, store }) => {
    await contracting.contract(job(), never);
    const row = await store.db.selectFrom("agreements").selectAll().executeTakeFirstOrThrow();
    const document: AgreementDocument = JSON.parse(row.document_json);
    const ask = async (change: Partial<AgreementDocument>): Promise<string> => {
      const parts = [dataPart({ act: "agreement", document: { ...document, ...change } } as Json)]; // why: undefined members are dropped by JSON
      return JSON.stringify(await registry.send("signer", parts, "asker", { extensions: [negotiationExtension] }));
    };
    assert.match(await ask({}), /"signed"/, "what it offered it signs");
    for (const change of [
      { price: 3 },
      { promisedMs: 1 },
      { quality: 1 },
      { job: { run: "run_2" } },
      { negotiation: "neg_none" },
    ]) {
      const answer = await ask(change);
      assert.doesNotMatch(answer, /"signed"/, JSON.stringify(change));
      assert.match(answer, /signs only what it offered/);
    }
  }));

test("reliability follows Laplace's rule over kept and broken agreements and can decide an award", () => {
  const clumsy = worker("clumsy", offer(1), async () => assert.fail("dropped it"));
  return withHouse([clumsy, worker("sure", offer(1.2))], async ({ contracting }) => {
    assert.deepEqual(await contracting.records.reliability(["clumsy", "sure"]), { clumsy: 1 / 2, sure: 1 / 2 });
    await contracting.contract(job({ subject: "one" }), never);
    await contracting.contract(job({ subject: "two" }), never);
    assert.deepEqual(await contracting.records.reliability(["clumsy", "sure"]), { clumsy: 1 / 4, sure: 3 / 4 });
    const criteria = { price: 1, promisedTime: 0, reliability: 1, quality: 0 };
    const { results } = await contracting.contract(job({ subject: "three", criteria }), never);
    assert.equal(results[0]?.contractor, "sure");
    assert.deepEqual(await contracting.records.reliability(["clumsy"]), { clumsy: 1 / 4 }, "it was not even tried");
  });
});
