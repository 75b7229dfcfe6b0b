/** Auctions as durable objects: what is sealed, who is bound, what is signed, and what a restart or two hubs make of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { awardProblem } from "../../src/negotiation/assemblies/proof.ts";
import { bargainedSchema, verifyBargained } from "../../src/negotiation/bargains/agreement.ts";
import { AgreementCourse } from "../../src/negotiation/bargains/course.ts";
import { mandateSchema } from "../../src/negotiation/bargains/mandate.ts";
import { openPartyKey } from "../../src/security/keys.ts";
import type { Store } from "../../src/store/store.ts";
import { code } from "../code.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { auctionCall, type House, names, openHouse, seenAuction } from "./house.ts";

const minute = 60_000;
const open = ({ assemblies, clock }: House, more: object) => assemblies.open(auctionCall(clock.now(), more), "operator");
const bid = ({ assemblies }: House, id: string, from: string, price: number) =>
  assemblies.act(id, { type: "bid", from, price }, "agent");
const close = ({ assemblies }: House, id: string) => assemblies.act(id, { type: "close", from: "operator" }, "operator");

async function agreementsOf(store: Store, negotiation: string) {
  const rows = await store.db
    .selectFrom("agreements")
    .selectAll()
    .where("negotiation_id", "=", negotiation)
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    document: bargainedSchema.parse(JSON.parse(row.document_json)),
    signatures: JSON.parse(row.signatures_json),
  }));
}

const setBudget = ({ mandates }: House, party: string, most: number, more: object = {}) =>
  mandates.setMandate(party, mandateSchema.parse({ budget: { issue: "price", most }, ...more }), "operator");
const promised = async (store: Store, party: string) => {
  const rows = await store.db.selectFrom("promises").select("amount").where("party", "=", party).execute();
  return rows.reduce((sum, { amount }) => sum + amount, 0);
};

for (const engine of engines) {
  test(`${engine}: sealed bids are seen by nobody until the close, the second price is paid, and both sides have signed`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      const id = await open(house, { bidders: ["ada", "bob", "cy"], reserve: 3, deadlineMs: minute });
      await bid(house, id, "ada", 9.25);
      await assert.rejects(bid(house, id, "bob", 2), code("ACT_REFUSED", /reserve/));
      await bid(house, id, "bob", 7.5);
      for (const viewer of ["bob", "cy", "operator"]) {
        const seen = JSON.stringify(await seenAuction(house, id, viewer));
        assert.ok(!seen.includes("9.25"), viewer);
      }
      assert.equal((await seenAuction(house, id, "ada")).yours?.price, 9.25);
      assert.ok(!/9\.25|7\.5/.test(JSON.stringify(await store.events.read({ subject: id, limit: 50 }))));
      await house.assemblies.act(id, { type: "pass", from: "cy" }, "agent");
      const over = await seenAuction(house, id, "cy");
      const [agreement] = await agreementsOf(store, id);
      assert.deepEqual(over.awards, [{ to: "ada", lots: ["a day of work"], price: 7.5, agreement: agreement?.document.id }]);
      assert.deepEqual(
        over.bids?.map(({ bidder, price }) => [bidder, price]),
        [
          ["ada", 9.25],
          ["bob", 7.5],
          ["cy", null],
        ],
      );
      assert.ok(agreement);
      const { document, signatures } = agreement;
      assert.deepEqual(document.terms, { lots: "a day of work", price: "7.5", rule: "sealed bids to sell, second price" });
      assert.deepEqual([document.initiator, document.contractor], ["ada", "operator"]);
      assert.ok(await verifyBargained(document, signatures, async (party) => (await openPartyKey(folder.path, party)).publicJwk));
      assert.equal(await awardProblem(house.assemblies.records, document), null);
      const dearer = { ...document, terms: { ...document.terms, price: "7" } };
      assert.match((await awardProblem(house.assemblies.records, dearer)) ?? "", /"price" was awarded as 7.5/);
      const forged = JSON.stringify({ salt: "00", event: { type: "bid", from: "bob", price: 8 } });
      await store.db
        .updateTable("assembly_events")
        .set({ secret_json: forged })
        .where("assembly_id", "=", id)
        .where("seq", "=", 2)
        .execute();
      assert.match((await awardProblem(house.assemblies.records, document)) ?? "", /event 2/, "a seal proves its bid");
    }));

  test(`${engine}: a bid outside its party's mandate is refused without a word of its price; a budget is held while a bid stands`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      await setBudget(house, "ada", 100, { issues: { price: { most: 80 }, lot: { forbid: ["tape"] } } });
      const outside = (price: number) => (error: unknown) => {
        assert.ok(code("MANDATE_EXCEEDED")(error) && !String(error).includes(String(price)));
        return true;
      };
      const sealed = await open(house, { deadlineMs: minute });
      await assert.rejects(bid(house, sealed, "ada", 81.5), outside(81.5));
      await bid(house, sealed, "ada", 60);
      const english = await open(house, { kind: "english", startPrice: 1, minRaise: 1, quietMs: minute });
      await assert.rejects(bid(house, english, "ada", 41.5), outside(41.5));
      await bid(house, english, "ada", 40);
      assert.equal(await promised(store, "ada"), 100);
      await bid(house, english, "bob", 41);
      assert.equal(await promised(store, "ada"), 60, "who was outbid is free");
      const tape = await open(house, { lots: ["disk", "tape"], deadlineMs: minute });
      await assert.rejects(bid(house, tape, "ada", 1), code("MANDATE_EXCEEDED", /lot none of tape/));
      await bid(house, sealed, "bob", 20);
      await close(house, sealed);
      assert.equal(await promised(store, "ada"), 20, "who won has promised what it pays");
      const bundles = await open(house, { kind: "combinatorial-auction", lots: ["a", "b"], deadlineMs: minute });
      const bundle = (price: number, items = ["a"]) => ({ items, price });
      const forBoth = { type: "bid", from: "ada", bundles: [bundle(50), bundle(81, ["a", "b"])] } as const;
      await assert.rejects(house.assemblies.act(bundles, forBoth, "agent"), code("MANDATE_EXCEEDED", /at most 80/));
      await house.assemblies.act(bundles, { ...forBoth, bundles: [bundle(50), bundle(80, ["a", "b"])] }, "agent");
      assert.equal(await promised(store, "ada"), 100, "of bundles at most one wins");
      await close(house, bundles);
      assert.equal(await promised(store, "ada"), 20, "alone it pays nothing under VCG");
      await house.mandates.setMandate("operator", mandateSchema.parse({ budget: { issue: "price", most: 10 } }), "operator");
      const buying = { kind: "dutch", side: "buy", floor: 1, moveBy: 1, everyMs: minute };
      await assert.rejects(open(house, { ...buying, ceiling: 11 }), code("MANDATE_EXCEEDED"));
      const dutch = await open(house, { ...buying, ceiling: 8 });
      await assert.rejects(open(house, { ...buying, ceiling: 3 }), code("MANDATE_EXCEEDED"));
      await house.assemblies.act(dutch, { type: "accept", from: "bob" }, "agent");
      assert.equal(await promised(store, "operator"), 1, "it was bought at the first price");
    }));

  test(`${engine}: an award that is due and had no task is over as expired, and what was paid for it stays paid`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      await setBudget(house, "ada", 20);
      const id = await open(house, { bidders: ["ada"], pricing: "first", deadlineMs: minute });
      await bid(house, id, "ada", 7);
      await close(house, id).catch(() => {}); // All had bid: it may be over.
      const [agreement] = await agreementsOf(store, id);
      const later = { ...house.clock, now: () => Date.now() + 1000 * 24 * 60 * minute };
      using course = new AgreementCourse(store, later, (error) => assert.fail(String(error)));
      assert.equal(await course.closeDue(), 1);
      const row = await store.db
        .selectFrom("agreements")
        .select("status")
        .where("id", "=", agreement?.document.id ?? "")
        .executeTakeFirst();
      assert.equal(row?.status, "expired");
      assert.equal(await promised(store, "ada"), 7);
    }));

  test(`${engine}: any bids in many auctions at once over two hubs never promise more than a budget (seeded)`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      await using one = openHouse(store, folder.path);
      await using two = openHouse(engine === "postgres" ? await reopen() : store, folder.path);
      const act = fc.record({
        auction: fc.nat(2),
        from: fc.constantFrom("ada", "bob"),
        price: fc.integer({ min: 1, max: 70 }),
        hub: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), async (acts) => {
          await store.db.deleteFrom("promises").execute();
          for (const party of ["ada", "bob"]) await setBudget(one, party, 100);
          const kinds = [
            { deadlineMs: minute },
            { kind: "english", startPrice: 1, minRaise: 1, quietMs: minute },
            { pricing: "first", deadlineMs: minute },
          ];
          const ids: string[] = [];
          for (const kind of kinds) ids.push(await open(one, { bidders: ["ada", "bob", "cy"], ...kind }));
          await Promise.all(
            acts.map(({ auction, from, price, hub }) => bid(hub ? one : two, ids[auction] ?? "", from, price).catch(expected)),
          );
          for (const party of ["ada", "bob"]) assert.ok((await promised(store, party)) <= 100);
          for (const id of ids) await close(two, id);
          const paid = { ada: 0, bob: 0 };
          for (const id of ids)
            for (const { to, price } of (await seenAuction(one, id, "operator")).awards)
              if (to === "ada" || to === "bob") paid[to] += price;
          assert.deepEqual([await promised(store, "ada"), await promised(store, "bob")], [paid.ada, paid.bob]);
          assert.ok(paid.ada <= 100 && paid.bob <= 100);
        }),
        { seed: 3, numRuns: engine === "sqlite" ? 25 : 10 },
      );
    }));

  test(`${engine}: whatever is bid in whatever order, with restarts in between, each lot goes once and the transcript proves it (seeded)`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const lots = ["x", "y", "z"];
      const act = fc.record({
        from: fc.constantFrom(...names, "eve"),
        price: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(-1)),
        items: fc.subarray(lots),
        does: fc.constantFrom("bid", "bid", "bid", "pass", "restart", "wait"),
      });
      const kinds = [
        { kind: "sealed-bid", pricing: "first", reserve: 2, deadlineMs: 9000 },
        { kind: "english", startPrice: 1, minRaise: 1, quietMs: 3000, deadlineMs: 9000 },
        { kind: "dutch", ceiling: 9, floor: 5, moveBy: 2, everyMs: 1500 },
        { kind: "combinatorial-auction", lots, reserves: [1, 1, 1], deadlineMs: 9000 },
        { kind: "combinatorial-auction", lots, reserves: [4, 4, 4], side: "buy", payments: "pay-as-bid", deadlineMs: 9000 },
      ];
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...kinds), fc.array(act, { maxLength: 10 }), async (kind, acts) => {
          let now = 1_000_000;
          const clock = { now: () => now };
          const begin = () => openHouse(store, folder.path, { clock, sweepMs: 3_600_000, limit: 1_000_000 });
          let house = begin();
          const id = await open(house, kind);
          for (const { from, price, items, does } of acts) {
            now += 100;
            if (does === "wait") now += 1000;
            else if (does === "restart") {
              await house[Symbol.asyncDispose]();
              house = begin();
            } else {
              const event =
                kind.kind === "dutch"
                  ? ({ type: does === "pass" ? "timer" : "accept", from } as const)
                  : does === "pass"
                    ? ({ type: kind.kind === "english" ? "leave" : "pass", from } as const)
                    : kind.kind === "combinatorial-auction"
                      ? ({ type: "bid", from, bundles: [{ items, price }] } as const)
                      : ({ type: "bid", from, price } as const);
              await house.assemblies.act(id, event, "agent").catch(expected);
            }
          }
          now += 100_000;
          // A Dutch price goes on one step at a time.
          for (let step = 0; step < 4; step++, now += 100_000) await house.assemblies.act(id, { type: "timer" }, "operator");
          const { session } = await house.assemblies.read(id);
          await house[Symbol.asyncDispose]();
          await using fresh = begin();
          const again = (await fresh.assemblies.read(id)).session;
          assert.deepEqual([again.result, again.hash, again.seq], [session.result, session.hash, session.seq]);
          assert.ok(again.result, "it has come to an end");
          assert.equal((await store.events.read({ subject: id, kind: "auction.closed", limit: 10 })).length, 1);
          const { awards } = await seenAuction(fresh, id, "operator");
          const sold = awards.flatMap((award) => award.lots);
          assert.equal(new Set(sold).size, sold.length, "each lot once");
          const agreements = await agreementsOf(store, id);
          assert.deepEqual(agreements.map(({ document }) => document.id).sort(), awards.map(({ agreement }) => agreement).sort());
          for (const { document } of agreements) assert.equal(await awardProblem(fresh.assemblies.records, document), null);
        }),
        { seed: 17, numRuns: engine === "sqlite" ? 80 : 25 },
      );
    }));

  test(`${engine}: a dutch price goes on where it stopped after a restart, and the first to take it has it over two hubs`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      let now = 1_000_000;
      const clock = { now: () => now };
      let id = "";
      {
        await using house = openHouse(store, folder.path, { clock, sweepMs: minute });
        id = await open(house, { kind: "dutch", ceiling: 10, floor: 2, moveBy: 3, everyMs: 1000 });
        now += 1000;
        await house.assemblies.act(id, { type: "timer" }, "operator");
        assert.equal((await seenAuction(house, id, "ada")).price, 7);
      }
      now += 3_600_000;
      await using one = openHouse(store, folder.path, { clock, sweepMs: minute });
      await using two = openHouse(engine === "postgres" ? await reopen() : store, folder.path, { clock, sweepMs: minute });
      await one.assemblies.recover();
      assert.equal((await seenAuction(one, id, "ada")).price, 4, "no price is passed over");
      const both = await Promise.allSettled(
        [one, two].map(({ assemblies }, k) => assemblies.act(id, { type: "accept", from: names[k] ?? "" }, "agent")),
      );
      assert.equal(both.filter(({ status }) => status === "fulfilled").length, 1);
      const seen = await seenAuction(two, id, "cy");
      assert.deepEqual([seen.status, seen.awards[0]?.price], ["awarded", 4]);
      assert.equal((await agreementsOf(store, id)).length, 1);
    }));

  test(`${engine}: an english auction falls to the last bid when it was quiet; leaving is final; bids of two hubs are one row`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      await using one = openHouse(store, folder.path);
      await using two = openHouse(engine === "postgres" ? await reopen() : store, folder.path);
      const id = await open(one, { kind: "english", startPrice: 10, minRaise: 5, quietMs: 400 });
      await bid(one, id, "ada", 10);
      await assert.rejects(bid(two, id, "bob", 12), code("ACT_REFUSED", /next bid is 15/));
      const raced = await Promise.allSettled([bid(one, id, "bob", 15), bid(two, id, "cy", 15)]);
      assert.equal(raced.filter(({ status }) => status === "fulfilled").length, 1, "of two equal bids one came first");
      await two.assemblies.act(id, { type: "leave", from: "dee" }, "agent");
      await assert.rejects(bid(one, id, "dee", 100), code("ACT_REFUSED", /left/));
      const wait = { waitMs: 10_000, signal: new AbortController().signal };
      await two.assemblies.until(id, wait, (kept) => !kept.open);
      const seen = await seenAuction(one, id, "operator");
      assert.deepEqual([seen.status, seen.awards[0]?.price, seen.price], ["awarded", 15, 15]);
      await assert.rejects(bid(one, id, "ada", 50), code("ACT_REFUSED", /late/));
    }));

  test(`${engine}: a combinatorial auction buys bundles from several, one agreement for each; called off, nobody is bound`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      const call = {
        kind: "combinatorial-auction",
        side: "buy",
        lots: ["cpu", "disk", "net"],
        reserves: [10, 10, 10],
        payments: "pay-as-bid",
        deadlineMs: minute,
      };
      const id = await open(house, call);
      const offer = (from: string, items: string[], price: number) =>
        house.assemblies.act(id, { type: "bid", from, bundles: [{ items, price }] }, "agent");
      await offer("ada", ["cpu", "disk"], 12);
      await offer("bob", ["net"], 4);
      await offer("cy", ["cpu"], 9);
      await close(house, id);
      const seen = await seenAuction(house, id, "dee");
      assert.deepEqual(seen.awards.map(({ to, lots, price }) => [to, lots, price]).sort(), [
        ["ada", ["cpu", "disk"], 12],
        ["bob", ["net"], 4],
      ]);
      assert.equal(seen.proven, true);
      const agreements = await agreementsOf(store, id);
      assert.deepEqual(
        agreements.map(({ document }) => document.id).sort(),
        seen.awards.map(({ agreement }) => agreement).sort(),
      );
      for (const { document } of agreements) {
        assert.deepEqual([document.initiator, document.parties[0]], ["operator", "operator"]);
        assert.equal(await awardProblem(house.assemblies.records, document), null);
      }
      const off = await open(house, call);
      await house.assemblies.act(off, { type: "bid", from: "ada", bundles: [{ items: ["cpu"], price: 1 }] }, "agent");
      await house.assemblies.act(off, { type: "cancel", reason: "not now" }, "operator");
      const called = await seenAuction(house, off, "bob");
      assert.deepEqual([called.status, called.bids, called.awards], ["cancelled", null, []]);
      assert.equal((await agreementsOf(store, off)).length, 0);
    }));
}

function expected(error: unknown): void {
  assert.ok(error instanceof Error && "code" in error);
  assert.ok(error.code === "ACT_REFUSED" || error.code === "MANDATE_EXCEEDED", String(error));
}
