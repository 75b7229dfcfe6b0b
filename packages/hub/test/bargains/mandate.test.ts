/** The mandate guard: nothing outside a mandate leaves the hub, whoever wrote it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EntenteError } from "../../src/base/errors.ts";
import { type Mandate, mandateSchema, violation, type Writer, writers } from "../../src/negotiation/bargains/mandate.ts";
import { utilityFor } from "../../src/negotiation/bargains/seat.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { jobCall, jobIssues, openHouse, party, wants } from "./house.ts";

const soon = (): AbortSignal => AbortSignal.timeout(20_000);
const deal = { price: "6", time: "1000", region: "eu" };
const outside =
  (rule: string, says = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof EntenteError, String(error));
    assert.equal(error.code, "MANDATE_EXCEEDED");
    assert.equal(error.details.rule, rule);
    assert.match(error.message, says);
    return true;
  };
const mandate = (more: Partial<Mandate>): Mandate => mandateSchema.parse(more);

const anyOffer = fc.record({
  price: fc.constantFrom("2", "4", "6", "8", "10"),
  time: fc.constantFrom("500", "1000", "2000"),
  region: fc.constantFrom("eu", "us"),
});
const anyMandate = fc
  .record(
    {
      most: fc.constantFrom(2, 5, 8),
      least: fc.constantFrom(0, 4),
      forbid: fc.subarray(["eu", "us"]),
      allow: fc.subarray(["500", "1000", "2000"], { minLength: 1 }),
      minUtility: fc.constantFrom(0, 0.4, 0.8),
      budget: fc.constantFrom(0, 6, 20),
      commit: fc.subarray([...writers]),
      until: fc.constantFrom(50, 150),
    },
    { requiredKeys: [] },
  )
  .map(({ most, least, forbid, allow, budget, ...rest }) =>
    mandate({
      ...rest,
      issues: {
        price: { ...(most === undefined ? {} : { most }), ...(least === undefined ? {} : { least }) },
        ...(forbid ? { region: { forbid } } : {}),
        ...(allow ? { time: { allow } } : {}),
      },
      ...(budget === undefined ? {} : { budget: { issue: "price", most: budget } }),
    }),
  );

test("an offer is refused exactly when some mandate forbids it, and the refusal says what is allowed", () => {
  fc.assert(
    fc.property(
      fc.array(anyMandate, { maxLength: 3 }),
      anyOffer,
      fc.constantFrom<Writer>(...writers),
      fc.option(fc.constantFrom(0.2, 0.5, 0.9), { nil: undefined }),
      fc.constantFrom(0, 3, 15),
      (mandates, offer, writer, utility, spent) => {
        const broken = violation(mandates, { issues: jobIssues, offer, writer, now: 100, utility, promised: { price: spent } });
        const price = Number(offer.price);
        const allowed = mandates.every(
          ({ issues, minUtility, budget, commit, until }) =>
            price <= (issues.price?.most ?? 99) &&
            price >= (issues.price?.least ?? 0) &&
            !(issues.region?.forbid ?? []).includes(offer.region) &&
            (issues.time?.allow ?? [offer.time]).includes(offer.time) &&
            (minUtility === undefined || (utility !== undefined && utility >= minUtility)) &&
            (budget === undefined || spent + price <= budget.most) &&
            (commit === undefined || commit.includes(writer)) &&
            (until === undefined || until >= 100),
        );
        assert.equal(broken === undefined, allowed);
        assert.ok(broken === undefined || (broken.got !== "" && broken.allowed !== ""));
      },
    ),
    { numRuns: 5000, seed: 11 },
  );
});

test("random offers, from whichever writer: what is kept of a session is within both mandates, the rest was told to nobody", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [party("ada"), party("bob")]);
    const { bargaining } = house;
    const set = mandate({ issues: { price: { most: 8 } } });
    const own = mandate({ issues: { region: { forbid: ["us"] } }, minUtility: 0.45 });
    await bargaining.records.setMandate("ada", set, "operator");
    const seats = { ada: { ...wants("buyer"), mandate: own } };
    const utility = utilityFor(seats.ada);
    const id = (await bargaining.start(jobCall({ seats, rounds: 1000 }))) ?? "";
    let refused = 0;
    for (const offer of fc.sample(anyOffer, { numRuns: 300, seed: 5 })) {
      const before = (await bargaining.read(id)).session.entries.length;
      const writer = writers[refused % writers.length] ?? "agent";
      try {
        await bargaining.act(id, "ada", { act: "offer", offer }, writer);
        await bargaining.act(id, "bob", { act: "offer", offer: { ...deal, price: "10" } }, "agent");
        await assert.rejects(bargaining.act(id, "ada", { act: "accept" }, writer), outside("issue", /price = 2, 4, 6, 8/));
      } catch (error) {
        assert.ok(error instanceof EntenteError && error.code === "MANDATE_EXCEEDED", String(error));
        assert.match(String(error.details.rule), /^(issue|utility)$/);
        assert.equal((await bargaining.read(id)).session.entries.length, before);
        refused += 1;
      }
    }
    const { session } = await bargaining.read(id);
    const made = session.entries.flatMap(({ event }) => (event.type === "offer" && event.from === "ada" ? [event.outcome] : []));
    assert.ok(made.length > 10 && refused > 10, `${made.length} made, ${refused} refused`);
    for (const outcome of made) {
      assert.ok((outcome[0] ?? 9) <= 3, "no price above 8");
      assert.equal(outcome[2], 0, "never us");
      assert.ok((utility?.(outcome) ?? 0) >= 0.45 - 1e-9);
    }
  }));

test("a strategy never thinks of what its mandate forbids, and comes to a deal within it", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [party("ada"), party("bob")]);
    for (const strategy of ["deadline-micro", "boulware", "conceder", "linear", "micro", "tit-for-tat"]) {
      const seats = {
        ada: wants("buyer", { strategy, mandate: mandate({ issues: { price: { most: 6 }, region: { allow: ["us"] } } }) }),
        bob: wants("seller", { strategy: "conceder" }),
      };
      const id = (await house.bargaining.start(jobCall({ seats, byTool: [], rounds: 40 }))) ?? "";
      const { entries, state } = await house.bargaining.ended(id, soon());
      for (const { event } of entries)
        if (event.type === "offer" && event.from === "ada")
          assert.ok((event.outcome[0] ?? 9) <= 2 && event.outcome[2] === 1, `${strategy}: ${event.outcome}`);
      assert.ok(state.result?.agreed?.[2] === 1 || state.result?.outcome === "no-deal", strategy);
    }
  }));

test("only who may commit a party does, and only until its time", (t) =>
  withStore(t, "sqlite", async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, [party("ada"), party("bob")]);
    const { bargaining } = house;
    const id = (await bargaining.start(jobCall())) ?? "";
    await bargaining.records.setMandate("ada", mandate({ commit: ["operator"] }), "operator");
    await assert.rejects(
      bargaining.act(id, "ada", { act: "offer", offer: deal }, "agent"),
      outside("writer", /acts of the operator/),
    );
    await bargaining.act(id, "ada", { act: "offer", offer: deal }, "operator");
    await bargaining.records.setMandate("bob", mandate({ until: Date.now() - 1000 }), "operator");
    await assert.rejects(bargaining.act(id, "bob", { act: "accept" }, "agent"), outside("time", /until/));
    await bargaining.act(id, "bob", { act: "end", reason: "no mandate" }, "agent");
    assert.equal((await bargaining.read(id)).session.state.result?.why, "no mandate");
  }));

for (const engine of engines)
  test(`${engine}: a budget holds over all sessions, also when they are played at once, and what is not agreed is given back`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const sellers = Array.from({ length: 8 }, (_, at) => `seller-${at}`);
      await using house = await openHouse(
        store,
        folder.path,
        ["ada", ...sellers].map((name) => party(name)),
      );
      const { bargaining } = house;
      await bargaining.records.setMandate("ada", mandate({ budget: { issue: "price", most: 20 } }), "operator");
      const open = (name: string) => bargaining.start(jobCall({ parties: ["ada", name], byTool: ["ada", name], provider: name }));
      const ids = await Promise.all(sellers.map(async (name) => (await open(name)) ?? ""));
      const offers = await Promise.allSettled(ids.map((id) => bargaining.act(id, "ada", { act: "offer", offer: deal }, "agent")));
      assert.equal(offers.filter(({ status }) => status === "fulfilled").length, 3, "three times 6 fit into 20");
      const made = ids.filter((_, at) => offers[at]?.status === "fulfilled");
      const left = ids.find((_, at) => offers[at]?.status === "rejected") ?? "";
      await assert.rejects(bargaining.act(left, "ada", { act: "offer", offer: deal }, "agent"), outside("budget", /at most 2/));
      const seller = async (id: string) => (await bargaining.read(id)).session.terms.parties[1]?.name ?? "";
      await bargaining.act(made[0] ?? "", await seller(made[0] ?? ""), { act: "accept" }, "agent");
      await bargaining.act(made[1] ?? "", await seller(made[1] ?? ""), { act: "end" }, "agent");
      await bargaining.act(left, "ada", { act: "offer", offer: deal }, "agent");
      const counter = { ...deal, price: "10" };
      await bargaining.act(made[2] ?? "", await seller(made[2] ?? ""), { act: "offer", offer: counter }, "agent");
      await assert.rejects(bargaining.act(made[2] ?? "", "ada", { act: "accept" }, "agent"), outside("budget", /at most 8/));
      assert.equal(await bargaining.records.promised("ada", "price", ""), 12, "one agreed, one on the table");
    }));
