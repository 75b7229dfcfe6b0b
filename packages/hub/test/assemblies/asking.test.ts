/** Agents are asked for ballots and bids over A2A: once for each question, told what was wrong, and again after a restart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BallotCall, BidCall } from "@entente/sdk";
import type { Agent } from "../../src/base/agent.ts";
import { mandateSchema } from "../../src/negotiation/bargains/mandate.ts";
import type { Store } from "../../src/store/store.ts";
import { openHouse as openBargains, party } from "../bargains/house.ts";
import { configOn, scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { auctionCall, openCollaboration, voteCall } from "./house.ts";

const soon = () => ({ waitMs: 20_000, signal: new AbortController().signal });
const over = ({ open }: { open: boolean }) => !open;

function agent(name: string, hooks: Partial<Pick<Agent, "vote" | "auction">> = {}): Agent {
  return { ...party(name), ...hooks };
}

async function open(store: Store, folder: string, agents: readonly Agent[], leaseMs = "60000") {
  const house = await openBargains(store, folder, agents);
  const { bargaining } = house;
  const { values } = configOn(folder, { "a2a.leaseMs": leaseMs });
  const collaboration = openCollaboration(store, folder, house, values);
  return {
    ...collaboration,
    collaboration,
    bargaining,
    [Symbol.asyncDispose]: async () => {
      await collaboration[Symbol.asyncDispose]();
      await house[Symbol.asyncDispose]();
    },
  };
}

for (const engine of engines) {
  test(`${engine}: agents that vote are asked, told what was wrong with an answer, and a vote of agents ends by itself`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const calls: BallotCall[] = [];
      const ada = agent("ada", {
        vote: async (call) => {
          calls.push(call);
          return call.problem ? { act: "ballot", ranking: [["salad"], ["soup"]] } : { act: "ballot", ranking: [["pie"]] };
        },
      });
      const cy = agent("cy", { vote: async () => ({ act: "abstain" }) });
      await using hub = await open(store, folder.path, [ada, agent("bob"), cy]);
      const terms = voteCall(Date.now(), { rule: "borda", voters: [{ name: "ada", weight: 2 }, "bob", "cy"] });
      const id = await hub.assemblies.open(terms, "operator");
      await hub.assemblies.act(id, { type: "ballot", from: "bob", ranking: [["soup"]] }, "agent");
      const { session } = await hub.assemblies.until(id, soon(), over);
      assert.ok(session.result && "winner" in session.result);
      assert.equal(session.result.winner, "salad");
      assert.deepEqual(
        calls.map(({ weight, you, problem }) => [weight, you, problem?.code]),
        [
          [2, "ada", undefined],
          [2, "ada", "OFFER_INVALID"],
        ],
      );
    }));

  test(`${engine}: agents bid each other up until one has enough, within its mandate; a dutch price is taken when it has fallen far enough`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      const prices: (number | undefined)[] = [];
      const bidder = (most: number) => async (call: BidCall) => {
        if (call.kind === "dutch") {
          prices.push(call.price);
          return (call.price ?? 0) <= most ? ({ act: "bid" } as const) : ({ act: "pass" } as const);
        }
        const next = call.next ?? 0;
        return next <= most && !call.problem ? ({ act: "bid", price: next } as const) : ({ act: "pass" } as const);
      };
      await using hub = await open(store, folder.path, [
        agent("ada", { auction: bidder(30) }),
        agent("bob", { auction: bidder(24) }),
        agent("cy", { auction: bidder(99) }),
      ]);
      const mandate = mandateSchema.parse({ issues: { price: { most: 12 } } });
      await hub.bargaining.records.setMandate("cy", mandate, "operator");
      const english = { kind: "english", startPrice: 10, minRaise: 2, quietMs: 20_000, bidders: ["ada", "bob", "cy"] };
      const id = await hub.assemblies.open(auctionCall(Date.now(), english), "operator");
      const { session } = await hub.assemblies.until(id, soon(), over);
      assert.ok(session.result && "price" in session.result);
      assert.equal(session.result.winner, "ada");
      assert.ok(session.result.price === 24 || session.result.price === 26, `${session.result.price}`);
      const dutch = { kind: "dutch", ceiling: 50, floor: 10, moveBy: 10, everyMs: 400, bidders: ["ada"] };
      const falling = await hub.assemblies.open(auctionCall(Date.now(), dutch), "operator");
      const fallen = await hub.assemblies.until(falling, soon(), over);
      assert.deepEqual(fallen.session.result, { outcome: "awarded", winner: "ada", price: 30 });
      assert.deepEqual(prices, [50, 40, 30]);
    }));

  test(`${engine}: an agent that its hub was killed before it answered is asked again by the next, and by another hub when its own is gone`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      const hanging = agent("ada", { vote: () => new Promise(() => {}) });
      const ids: string[] = [];
      {
        await using gone = await open(store, folder.path, [hanging, agent("bob")]);
        for (let k = 0; k < 2; k++)
          ids.push(await gone.assemblies.open(voteCall(Date.now(), { voters: ["ada"], deadlineMs: 600_000 }), "operator"));
      }
      const answering = agent("ada", { vote: async () => ({ act: "ballot", ranking: [["soup"]] }) });
      {
        await using back = await open(store, folder.path, [answering]);
        await back.collaboration.recover();
        for (const id of ids) await back.assemblies.until(id, soon(), over);
      }
      await using silent = await open(store, folder.path, [hanging]);
      const left = await silent.assemblies.open(voteCall(Date.now(), { voters: ["ada"], deadlineMs: 600_000 }), "operator");
      await using second = await open(engine === "postgres" ? await reopen() : store, other.path, [answering], "240");
      await second.collaboration.recover();
      const { session } = await second.assemblies.until(left, soon(), over);
      assert.equal(session.result?.outcome, "decided");
    }));
}
