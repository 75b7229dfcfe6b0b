/** Votes as durable objects: nobody sees a ballot before the close, one close whatever happens, and the count is the library's. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { tally, votingRules } from "@entente/negotiation";
import fc from "fast-check";
import { sealOf } from "../../src/negotiation/assemblies/session.ts";
import { code } from "../code.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { names, openHouse, seenVote, voteCall } from "./house.ts";

const soon = () => ({ waitMs: 10_000, signal: new AbortController().signal });

for (const engine of engines) {
  test(`${engine}: a vote closes when all have answered, and until then neither others nor the log see a ballot`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      const { assemblies } = house;
      const weighted = [{ name: "ada", weight: 3 }, "bob", "cy"];
      const id = await assemblies.open(voteCall(Date.now(), { voters: weighted, rule: "plurality" }), "operator");
      const cast = (from: string, ranking: string[][]) => assemblies.act(id, { type: "ballot", from, ranking }, "agent");
      const { salt } = await cast("ada", [["salad"]]);
      await assert.rejects(cast("ada", [["soup"]]), code("ACT_REFUSED", /out-of-sequence/));
      await assert.rejects(cast("eve", [["soup"]]), code("ACT_REFUSED", /not-a-participant/));
      await assert.rejects(cast("bob", [["pie"]]), code("ACT_REFUSED", /invalid-ballot/));
      for (const viewer of ["bob", "operator"]) {
        const seen = await seenVote(house, id, viewer);
        assert.deepEqual([seen.status, seen.yours, seen.ballots, seen.result], ["open", null, null, null]);
        assert.deepEqual(
          seen.voters.map(({ answered }) => answered),
          [true, false, false],
        );
      }
      const own = (await seenVote(house, id, "ada")).yours;
      assert.deepEqual([own?.ballot, own?.salt], [[["salad"]], salt]);
      const told = await store.events.read({ subject: id, limit: 50 });
      assert.deepEqual(
        told.map(({ kind }) => kind),
        ["vote.opened", "vote.cast"],
      );
      assert.equal(told[1]?.data.seal, own?.seal);
      assert.ok(!JSON.stringify(told).includes("salad"), "the log tells nobody's ballot");
      await assemblies.act(id, { type: "abstain", from: "bob" }, "agent");
      await cast("cy", [["soup"]]);
      const over = await seenVote(house, id, "bob");
      assert.deepEqual([over.status, over.result?.winner, over.result?.scores], ["decided", "salad", { soup: 1, salad: 3 }]);
      assert.deepEqual(over.ballots, [
        { voter: "ada", ballot: [["salad"]] },
        { voter: "bob", ballot: null },
        { voter: "cy", ballot: [["soup"]] },
      ]);
      assert.equal(own?.seal, sealOf({ salt, event: { type: "ballot", from: "ada", ranking: [["salad"]] } }));
      await assert.rejects(cast("bob", [["soup"]]), code("ACT_REFUSED", /decided/));
    }));

  test(`${engine}: ballots of a secret vote are shown to nobody after the close either, and the opener closes before the deadline`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = openHouse(store, folder.path);
      const { assemblies } = house;
      const id = await assemblies.open(voteCall(Date.now(), { secret: true, quorum: 0.5 }), "operator");
      await assemblies.act(id, { type: "ballot", from: "ada", ranking: [["soup"], ["salad"]] }, "agent");
      await assemblies.act(id, { type: "ballot", from: "bob", ranking: [["soup"]] }, "agent");
      await assemblies.act(id, { type: "close", from: "operator" }, "operator");
      const seen = await seenVote(house, id, "cy");
      assert.deepEqual([seen.status, seen.result?.winner, seen.result?.turnout, seen.ballots], ["decided", "soup", 0.5, null]);
      const told = JSON.stringify(await store.events.read({ subject: id, limit: 50 }));
      assert.ok(!told.includes("ranking"));
    }));

  test(`${engine}: a deadline that passes while no hub is there is met as soon as one is, once over two hubs`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      const ids: string[] = [];
      {
        await using gone = openHouse(store, folder.path);
        for (let k = 0; k < 12; k++) {
          const id = await gone.assemblies.open(voteCall(Date.now(), { deadlineMs: 60_000 }), "operator");
          await gone.assemblies.act(id, { type: "ballot", from: "ada", ranking: [["soup"]] }, "agent");
          ids.push(id);
        }
      }
      const later = { now: () => Date.now() + 120_000 };
      // Two connections to one SQLite file would wait for each other inside one process; PostgreSQL has one for each hub.
      const second = engine === "postgres" ? await reopen() : store;
      await using one = openHouse(store, folder.path, { clock: later });
      await using two = openHouse(second, other.path, { clock: later });
      await Promise.all([one.assemblies.recover(), two.assemblies.recover()]);
      for (const id of ids) {
        assert.equal((await seenVote(two, id, "ada")).result?.winner, "soup");
        const closes = await store.events.read({ subject: id, kind: "vote.closed", limit: 10 });
        assert.equal(closes.length, 1);
        await assert.rejects(
          one.assemblies.act(id, { type: "ballot", from: "bob", ranking: [["soup"]] }, "agent"),
          code("ACT_REFUSED", /late|decided/),
        );
      }
    }));

  test(`${engine}: a vote closes at its deadline by itself, on the hub it was opened on and for who waits on another`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      await using one = openHouse(store, folder.path);
      await using two = openHouse(engine === "postgres" ? await reopen() : store, folder.path);
      const id = await one.assemblies.open(voteCall(Date.now(), { deadlineMs: 150 }), "operator");
      const kept = await two.assemblies.until(id, soon(), ({ open }) => !open);
      assert.equal(kept.session.result?.outcome, "no-votes");
    }));

  test(`${engine}: any ballots in any order over two hubs are counted as the library counts them (seeded)`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      await using one = openHouse(store, folder.path);
      await using two = openHouse(engine === "postgres" ? await reopen() : store, folder.path);
      const options = ["a", "b", "c"];
      const weight = fc.integer({ min: 0, max: 3 });
      const ranking = fc.shuffledSubarray(options, { minLength: 1 });
      const voter = fc.record({ weight, ranking: fc.option(ranking, { nil: undefined }) });
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...votingRules),
          fc.array(voter, { minLength: 4, maxLength: 4 }).filter((all) => all.some((one) => one.weight > 0)),
          async (rule, voters) => {
            const weighted = voters.map((one, i) => ({ name: names[i], weight: one.weight }));
            const terms = voteCall(Date.now(), { options, rule, voters: weighted });
            const id = await one.assemblies.open(terms, "operator");
            const ballots = voters.map((one) =>
              rule === "plurality"
                ? one.ranking && [one.ranking.slice(0, 1)]
                : rule === "approval"
                  ? one.ranking && [one.ranking]
                  : one.ranking?.map((option) => [option]),
            );
            await Promise.all(
              ballots.map((ranking, i) => {
                const from = names[i] ?? "";
                const { assemblies } = i % 2 === 0 ? one : two;
                return assemblies.act(id, ranking ? { type: "ballot", from, ranking } : { type: "abstain", from }, "agent");
              }),
            );
            const { session } = await two.assemblies.read(id);
            const cast = ballots.flatMap((ranking, i) => (ranking ? [{ ranking, weight: voters[i]?.weight ?? 0 }] : []));
            const wanted = tally(rule, options, cast);
            assert.ok(session.result && "turnout" in session.result);
            assert.deepEqual([session.result.winner, session.result.scores], [wanted.winner, wanted.scores]);
          },
        ),
        { seed: 5, numRuns: engine === "sqlite" ? 40 : 15 },
      );
    }));
}
