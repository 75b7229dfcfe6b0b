/** Bargaining sessions as durable objects: who may act when, what is kept, and what two hubs or a restart make of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { NegotiationTurn } from "@entente/sdk";
import { agreementIdOf, bargainedSchema, verifyBargained } from "../../src/negotiation/bargains/agreement.ts";
import { replayBargain } from "../../src/negotiation/bargains/session.ts";
import { viewOf } from "../../src/negotiation/bargains/view.ts";
import { openPartyKey } from "../../src/security/keys.ts";
import type { Store } from "../../src/store/store.ts";
import { code } from "../code.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { jobCall, openHouse, party, wants } from "./house.ts";

// Two connections to one SQLite file would wait for each other inside one process; PostgreSQL has one for each hub.
const secondStore = async (store: Store, reopen: () => Promise<Store>): Promise<Store> =>
  store.engine === "postgres" ? reopen() : store;
const soon = (): AbortSignal => AbortSignal.timeout(10_000);
const deal = { price: "6", time: "1000", region: "eu" };
for (const engine of engines) {
  test(`${engine}: two that answer themselves come to one signed agreement, and its transcript is whole`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await openHouse(store, folder.path, [party("ada"), party("bob")]);
      const { bargaining } = house;
      const id = (await bargaining.start(jobCall())) ?? "";
      await assert.rejects(bargaining.act(id, "bob", { act: "accept" }, "agent"), code("ACT_REFUSED", /turn of "ada"/));
      await assert.rejects(
        bargaining.act(id, "ada", { act: "offer", offer: { ...deal, price: "7" } }, "agent"),
        code("OFFER_INVALID", /"price" one of "2", "4"/),
      );
      await bargaining.act(id, "ada", { act: "offer", offer: { ...deal, price: "2" }, text: "take it" }, "agent");
      await bargaining.act(id, "bob", { act: "offer", offer: deal }, "agent");
      await bargaining.act(id, "ada", { act: "accept" }, "agent");
      await assert.rejects(bargaining.act(id, "bob", { act: "accept" }, "agent"), code("ACT_REFUSED", /ended with agreement/));
      const view = viewOf(await bargaining.read(id), "ada");
      assert.deepEqual([view.status, view.agreed, view.transcript[0]?.text], ["agreement", deal, "take it"]);

      const rows = await store.db.selectFrom("agreements").selectAll().execute();
      assert.equal(rows.length, 1);
      const document = bargainedSchema.parse(JSON.parse(rows[0]?.document_json ?? ""));
      assert.deepEqual(document.slos, { cost: 6, totalMs: 1000 });
      assert.deepEqual([document.id, document.initiator, document.contractor], [agreementIdOf(id), "ada", "bob"]);
      const keyOf = async (name: string) => house.registry.get(name).key.publicJwk;
      const signatures = JSON.parse(rows[0]?.signatures_json ?? "");
      assert.ok(await verifyBargained(document, signatures, keyOf));
      assert.ok(!(await verifyBargained({ ...document, terms: { ...deal, price: "2" } }, signatures, keyOf)));
      const entries = await bargaining.records.entries(id);
      const terms = (await bargaining.read(id)).session.terms;
      const replayed = replayBargain(terms, entries);
      assert.ok("session" in replayed && replayed.session.hash === document.transcript);
      const forged = entries.map((entry, at) => (at === 1 ? { ...entry, text: "more" } : entry));
      assert.deepEqual(replayBargain(terms, forged), { brokenAt: 2 });
      const kinds = (await store.events.read({ subject: id, limit: 50 })).map(({ kind }) => kind);
      assert.deepEqual(kinds, ["bargain.opened", "bargain.offered", "bargain.offered", "bargain.accepted", "bargain.closed"]);
      assert.equal((await store.events.verify()).problem, undefined);
    }));

  test(`${engine}: strategies of the hub bargain to the end, below nobody's reservation, and a party sees its own utilities alone`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await openHouse(store, folder.path, [party("ada"), party("bob")]);
      const seats = {
        ada: wants("buyer", { strategy: "deadline-micro" }),
        bob: wants("seller", { strategy: "boulware" }),
      };
      const id = (await house.bargaining.start(jobCall({ seats, byTool: [] }))) ?? "";
      await house.bargaining.ended(id, soon());
      const kept = await house.bargaining.read(id);
      const [ada, bob, stranger] = ["ada", "bob", "eve"].map((name) => viewOf(kept, name));
      assert.equal(ada?.status, "agreement");
      const agreedWorth = (view: ReturnType<typeof viewOf> | undefined) =>
        view?.transcript.findLast(({ act }) => act === "offer")?.utility ?? 0;
      assert.ok(agreedWorth(ada) >= 0.3 && agreedWorth(bob) >= 0.3);
      assert.ok(stranger?.transcript.every(({ utility }) => utility === null));
      assert.notDeepEqual(
        ada?.transcript.map(({ utility }) => utility),
        bob?.transcript.map(({ utility }) => utility),
      );
    }));

  test(`${engine}: of two hubs that act at once for one party only one is heard, and both see the same session`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      await using first = await openHouse(store, folder.path, [party("ada"), party("bob")]);
      await using second = await openHouse(await secondStore(store, reopen), other.path, [party("ada"), party("bob")]);
      const id = (await first.bargaining.start(jobCall())) ?? "";
      for (let round = 0; round < 5; round++)
        for (const name of ["ada", "bob"]) {
          const both = await Promise.allSettled(
            [first, second].map(({ bargaining }, at) =>
              bargaining.act(id, name, { act: "offer", offer: { ...deal, price: at === 0 ? "4" : "8" } }, "agent"),
            ),
          );
          const refused = both.filter(({ status }) => status === "rejected");
          assert.equal(refused.length, 1, "one of them was too late");
        }
      const [one, two] = [await first.bargaining.read(id), await second.bargaining.read(id)];
      assert.equal(one.session.entries.length, 10);
      assert.deepEqual(one.session, two.session);
      const accepted = await Promise.allSettled(
        [first, second].map(({ bargaining }) => bargaining.act(id, "ada", { act: "accept" }, "agent")),
      );
      assert.equal(accepted.filter(({ status }) => status === "fulfilled").length, 1);
      assert.equal((await store.db.selectFrom("agreements").selectAll().execute()).length, 1);
    }));

  test(`${engine}: a session goes on after a restart, and the time in which the hub was down is nobody's`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      let now = 1_000_000;
      const clock = { now: () => now };
      const turns: NegotiationTurn[] = [];
      const agents = [
        party("ada"),
        party("bob", async (turn) => {
          turns.push(turn);
          return { act: "offer", offer: deal };
        }),
      ];
      let id = "";
      {
        await using house = await openHouse(store, folder.path, [party("ada"), party("bob")], { clock });
        id = (await house.bargaining.start(jobCall({ moveWithinMs: 1000 }))) ?? "";
        await house.bargaining.act(id, "ada", { act: "offer", offer: { ...deal, price: "2" } }, "agent");
      }
      now += 3_600_000;
      {
        await using house = await openHouse(store, folder.path, agents, { clock });
        assert.equal(await house.bargaining.recover(), 1);
        await house.bargaining.act(id, "bob", { act: "offer", offer: deal }, "agent");
        now += 1500;
        await house.bargaining.act(id, "ada", { act: "accept" }, "agent");
        const { session } = await house.bargaining.read(id);
        assert.equal(session.state.result?.reason, "fault", "the turn was missed after the restart");
      }
      assert.equal((await store.db.selectFrom("agreements").selectAll().execute()).length, 0);
      assert.equal(turns.length, 0, "who was seated to answer by tools is not asked");
    }));

  test(`${engine}: a hub that shows no sign of life loses its sessions to one that does`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      await using gone = await openHouse(store, folder.path, [party("ada"), party("bob")]);
      const id = (await gone.bargaining.start(jobCall())) ?? "";
      await sleep(250);
      await using second = await openHouse(
        await secondStore(store, reopen),
        other.path,
        [party("ada"), party("bob", async () => ({ act: "accept" }))],
        { leaseMs: 120 },
      );
      assert.equal(await second.bargaining.recover(), 1);
      await second.bargaining.act(id, "ada", { act: "offer", offer: deal }, "agent");
      await second.bargaining.act(id, "bob", { act: "accept" }, "agent");
      assert.equal((await gone.bargaining.read(id)).session.state.result?.outcome, "agreement");
    }));
}

test("agents are sent their turns over A2A, hear what the others offered, and are told what was wrong with an answer", () =>
  withStore({ skip: () => {} } as never /* why: SQLite is never skipped */, "sqlite", async (store) => {
    using folder = scratchFolder();
    const heard: NegotiationTurn[] = [];
    await using house = await openHouse(store, folder.path, [
      party("ada", async ({ round }) => ({
        act: "offer",
        offer: { ...deal, price: round === 0 ? "2" : "4" },
        text: `round ${round}`,
      })),
      party("bob", async (turn) => {
        heard.push(turn);
        if (turn.round === 0) return { act: "offer", offer: turn.problem ? { ...deal, price: "10" } : { price: "10" } };
        return { act: "accept" };
      }),
    ]);
    const id = (await house.bargaining.start(jobCall({ byTool: [] }))) ?? "";
    const { state, entries } = await house.bargaining.ended(id, soon());
    assert.deepEqual(state.result, { outcome: "agreement", agreed: [1, 1, 0], by: "ada", round: 1 });
    assert.equal(entries.length, 4);
    assert.deepEqual(
      heard.map(({ round, problem, standing, heard: offers }) => [
        round,
        problem?.code,
        standing?.offer.price,
        standing?.text,
        offers.length,
      ]),
      [
        [0, undefined, "2", "round 0", 1],
        [0, "OFFER_INVALID", "2", "round 0", 1],
        [1, undefined, "4", "round 1", 1],
      ],
    );
  }));

test("an agent that only answers out of place ends the session, and says why", () =>
  withStore({ skip: () => {} } as never /* why: SQLite is never skipped */, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [
      party("ada", async () => ({ act: "accept" })),
      party("bob", async () => ({ act: "accept" })),
    ]);
    const id = (await house.bargaining.start(jobCall({ byTool: [] }))) ?? "";
    const { state } = await house.bargaining.ended(id, soon());
    assert.equal(state.result?.reason, "ended");
    assert.match(state.result?.why ?? "", /nothing-to-accept/);
  }));

test("a party is somebody of this hub: no name leads out of the folder of keys", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [party("ada")]);
    for (const name of ["client:../../evil", "client:", "client:A", "../evil", "nobody"])
      await assert.rejects(house.bargaining.start(jobCall({ parties: ["ada", name], provider: "ada" })), code("AGENT_UNKNOWN"));
    assert.ok(await house.bargaining.start(jobCall({ parties: ["ada", "client:eve"], provider: "ada", byTool: ["ada"] })));
    await assert.rejects(openPartyKey(folder.path, "client:../../evil"), /wanted letters/);
    await assert.rejects(openPartyKey(folder.path, ".."), /wanted letters/);
  }));
