/** Transcripts of every kind of session: in order, linked, for those whose they are, and no seal opened before its time. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/base/clock.ts";
import { canonicalJson, sha256 } from "../src/base/json.ts";
import { operator } from "../src/base/principals.ts";
import type { Principal } from "../src/base/tool.ts";
import { sealOf } from "../src/negotiation/assemblies/session.ts";
import type { Collaboration } from "../src/negotiation/collaboration.ts";
import { NegotiationRecords } from "../src/negotiation/records.ts";
import { advance, openSession } from "../src/negotiation/transcript.ts";
import { listSessions } from "../src/negotiation/transcripts/list.ts";
import type { Store } from "../src/store/store.ts";
import { auctionCall, openCollaboration, voteCall } from "./assemblies/house.ts";
import { jobCall, openHouse, party } from "./bargains/house.ts";
import { code } from "./code.ts";
import { configOn, scratchFolder } from "./scratch.ts";
import { engines, withStore } from "./stores.ts";

const principal = (id: string): Principal => ({ id, kind: "agent" });
const { signal } = new AbortController();

interface House extends AsyncDisposable {
  readonly collaboration: Collaboration;
  readonly bargaining: Awaited<ReturnType<typeof openHouse>>["bargaining"];
  readonly read: (
    id: string,
    who: Principal,
    since?: number,
    waitMs?: number,
  ) => ReturnType<Collaboration["transcripts"]["read"]>;
}

async function open(store: Store, folder: string): Promise<House> {
  const house = await openHouse(
    store,
    folder,
    ["ada", "bob", "cy"].map((name) => party(name)),
  );
  const { bargaining } = house;
  const { values } = configOn(folder);
  const collaboration = openCollaboration(store, folder, house, values);
  return {
    collaboration,
    bargaining,
    read: (id, who, since = 0, waitMs = 0) => collaboration.transcripts.read({ id, since, limit: 200, waitMs }, who, signal),
    [Symbol.asyncDispose]: async () => {
      await collaboration[Symbol.asyncDispose]();
      await house[Symbol.asyncDispose]();
    },
  };
}

for (const engine of engines) {
  test(`${engine}: a bargain, a vote and a board are told in one shape, page by page, to their parties alone, and a changed event is found`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await open(store, folder.path);
      const { bargaining, collaboration, read } = house;
      const bargain = (await bargaining.start(jobCall())) ?? "";
      const deal = { price: "6", time: "1000", region: "eu" };
      await bargaining.act(bargain, "ada", { act: "offer", offer: deal, text: "take it" }, "agent");
      await bargaining.act(bargain, "bob", { act: "accept" }, "agent");
      const vote = await collaboration.assemblies.open(voteCall(Date.now(), { voters: ["ada", "bob"] }), "operator");
      for (const from of ["ada", "bob"]) await collaboration.assemblies.act(vote, { type: "abstain", from }, "agent");
      const board = await collaboration.boards.open("ada", "notes", ["bob"]);
      await collaboration.boards.write({ board, key: "k", expected: 0, value: 1 }, operator, "bob");
      await collaboration.boards.write({ board, key: "k", expected: 1 }, operator, "ada");
      for (const [id, acts, table, column] of [
        [bargain, ["offer", "accept"], "bargain_events", "bargain_id"],
        [vote, ["sealed", "sealed"], "assembly_events", "assembly_id"],
        [board, ["put", "delete"], "board_events", "board_id"],
      ] as const) {
        const whole = await read(id, principal("ada"));
        assert.deepEqual([whole.problem, whole.length, whole.events.map(({ act }) => act)], [null, 2, acts]);
        assert.deepEqual(whole.events.map(({ by }) => by).sort(), ["ada", "bob"]);
        const rest = await read(id, principal("bob"), 1);
        assert.deepEqual([rest.problem, rest.events[0]?.hash], [null, whole.events[1]?.hash]);
        await assert.rejects(read(id, principal("cy")), code("NOT_FOUND"));
        const changed = store.db.updateTable(table).set({ at: 1 }).where("seq", "=", 2);
        // why: the three tables differ in the name of this column alone
        await changed.where(column as never, "=", id as never).execute();
        assert.match((await read(id, operator)).problem ?? "", /event 2 is not the one that was kept/);
        assert.match((await read(id, operator, 1)).problem ?? "", /event 2/);
      }
      await assert.rejects(read("bar_none", operator), code("NOT_FOUND"));
    }));

  test(`${engine}: sessions are listed page by page, each once, to the operator all and to others their own`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await open(store, folder.path);
      const { assemblies, boards } = house.collaboration;
      const ids: string[] = [];
      for (let k = 0; k < 4; k++) {
        ids.push((await house.bargaining.start(jobCall())) ?? "");
        ids.push(await assemblies.open(voteCall(Date.now(), { voters: k % 2 === 0 ? ["ada", "cy"] : ["bob"] }), "operator"));
        ids.push(await boards.open("bob", "notes", k === 0 ? ["cy"] : []));
        if (k === 1) await sleep(2);
      }
      const listed = async (who: Principal, limit: number, protocol?: string): Promise<string[]> => {
        const found: string[] = [];
        for (let before: string | undefined; ; ) {
          const page = await listSessions(store, { before, limit, protocol }, who);
          found.push(...page.sessions.map(({ id }) => id));
          assert.ok(page.sessions.length <= limit);
          if (page.next === undefined) return found;
          before = page.next;
        }
      };
      assert.deepEqual((await listed(operator, 100)).sort(), ids.toSorted());
      assert.deepEqual((await listed(operator, 4)).sort(), ids.toSorted());
      const of = (start: string, every: number) => ids.filter((id) => id.startsWith(start)).filter((_, k) => k % every === 0);
      assert.deepEqual((await listed(principal("cy"), 2)).sort(), [...of("vot", 2), ...of("brd", 4)].sort());
      assert.deepEqual((await listed(operator, 3, "board")).sort(), of("brd", 1).sort());
      assert.deepEqual(await listed(principal("eve"), 10), []);
    }));

  test(`${engine}: who watches an auction sees each event come, a seal while it is one, and at the close what was under it`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await open(store, folder.path);
      const { assemblies } = house.collaboration;
      const call = auctionCall(Date.now(), { bidders: ["ada", "bob"], deadlineMs: 60_000 });
      const id = await assemblies.open(call, "operator");
      const first = house.read(id, principal("bob"), 0, 10_000);
      await assemblies.act(id, { type: "bid", from: "ada", price: 7.25 }, "agent");
      const [sealed] = (await first).events;
      assert.deepEqual(
        [sealed?.act, sealed?.by, sealed?.sealed, Object.keys(sealed?.what ?? {})],
        ["sealed", "ada", true, ["seal"]],
      );
      assert.equal((await house.read(id, operator)).events[0]?.sealed, true, "the operator is not shown it either");
      assert.deepEqual((await house.read(id, principal("ada"))).events[0]?.what.answer, {
        type: "bid",
        from: "ada",
        price: 7.25,
      });
      const last = house.read(id, principal("bob"), 1, 10_000);
      await assemblies.act(id, { type: "close", from: "operator" }, "operator");
      assert.deepEqual((await last).events[0]?.what.result, { outcome: "awarded", price: 0, winner: "ada" });
      const { events, status } = await house.read(id, principal("bob"), 0, 10_000);
      const { answer, salt, seal } = events[0]?.what ?? {};
      assert.equal(status, "awarded");
      // why: what a seal covers is the event as it is shown
      assert.equal(seal, sealOf({ salt: String(salt), event: answer as never }));
      const secret = voteCall(Date.now(), { voters: ["ada", "bob"], secret: true, rule: "plurality" });
      const vote = await assemblies.open(secret, "operator");
      for (const from of ["ada", "bob"]) await assemblies.act(vote, { type: "ballot", from, ranking: [["soup"]] }, "agent");
      const secrets = (await house.read(vote, principal("bob"))).events;
      assert.deepEqual(
        secrets.map(({ sealed: closed, what }) => [closed, "answer" in what]),
        [
          [true, false],
          [false, true],
        ],
        "a secret ballot stays with who cast it",
      );
    }));

  test(`${engine}: a job by Contract Net is told to its bidders, to each its own bid until it is over`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using house = await open(store, folder.path);
      const records = new NegotiationRecords(store, systemClock);
      const [opened] = openSession({ participants: ["ada", "bob"], replyBy: 1000, completeWithinMs: 1000 });
      const about = { id: "neg_1", run: "run_1", subject: "a job", actor: "cy", replaced: undefined };
      await records.begin(about, opened);
      const bid = (from: string, price: number) => ({ type: "propose", from, price }) as const;
      const [one] = advance(opened, bid("ada", 5), 10);
      await records.keep("neg_1", one, "collecting", [NegotiationRecords.told("neg_1", "ada", bid("ada", 5))]);
      const seen = await house.read("neg_1", principal("bob"));
      assert.deepEqual(
        [seen.protocol, seen.open, seen.events[0]?.sealed, seen.events[0]?.what],
        ["contract-net", true, true, {}],
      );
      for (const who of ["ada", "cy"])
        assert.deepEqual((await house.read("neg_1", principal(who))).events[0]?.what, { price: 5 }, who);
      const waiting = house.read("neg_1", principal("ada"), 1, 10_000);
      const [two] = advance(one, bid("bob", 4), 20);
      await records.keep("neg_1", two, "closed", [NegotiationRecords.told("neg_1", "bob", bid("bob", 4))]);
      assert.deepEqual((await waiting).events[0]?.what, { price: 4 });
      const over = await house.read("neg_1", principal("bob"));
      assert.deepEqual(
        over.events.map(({ what }) => what.price),
        [5, 4],
      );
      assert.notEqual(over.events[0]?.hash, over.events[1]?.hash);
      await assert.rejects(house.read("neg_1", principal("eve")), code("NOT_FOUND"));
      const terms = {
        subject: "a job",
        initiator: "cy",
        contractor: "ada",
        job: {},
        price: 5,
        promisedMs: 1,
        quality: 1,
        dueAt: 1,
      };
      const signed = (id: string, transcript: string) =>
        records.openAgreement({ id, negotiation: "neg_1", ...terms, transcript }, { initiator: "", contractor: "" });
      await signed("agr_1", sha256(canonicalJson(two.entries.slice(0, 1))));
      assert.equal((await house.read("neg_1", operator)).problem, null, "it was signed over what had happened by then");
      await signed("agr_2", sha256("something else"));
      assert.match((await house.read("neg_1", operator)).problem ?? "", /"agr_2" was signed over other events/);
    }));
}
