import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contractNet, type IteratedContractNetEvent, type IteratedContractNetTerms, iteratedContractNet } from "../src/index.ts";
import { anyEvent as netEvent, terms as netTerms } from "./protocols/contract-net.ts";
import { anyEvent, terms as anyTerms } from "./protocols/iterated-contract-net.ts";

const seed = 20261125;
const three: IteratedContractNetTerms = {
  participants: ["ada", "bob", "cy"],
  rounds: 3,
  replyWithinMs: 100,
  decideWithinMs: 50,
  completeWithinMs: 1000,
  task: "translate ten pages",
};
const propose = (from: string, price: number) => ({ type: "propose", from, price }) as const;

function play(given: IteratedContractNetTerms, steps: readonly (readonly [number, IteratedContractNetEvent])[]) {
  let [state, effects] = iteratedContractNet.start(given);
  const all = [...effects];
  const told: string[] = [];
  for (const [now, event] of steps) {
    [state, effects] = iteratedContractNet.step(state, event, now);
    all.push(...effects);
    for (const effect of effects) {
      const what = effect.type === "send" ? `${effect.to} ${effect.message.act}` : effect.type;
      const source = effect.type === "send" ? effect.message : effect;
      told.push(`${now} ${what}${"reason" in source ? ` ${source.reason}` : ""}`);
    }
  }
  return { state, all, told, result: iteratedContractNet.result(state), due: iteratedContractNet.nextTimer(state) };
}
const bids = [
  [1, propose("ada", 30)],
  [2, propose("bob", 20)],
  [3, propose("cy", 40)],
] as const;

test("when all have answered the initiator is shown the bids, ranked, and asked to decide in time", () => {
  const { all, due } = play(three, bids);
  const asked = all.at(-1)!;
  assert.ok(asked.type === "decide");
  assert.equal(asked.decideBy, 53);
  assert.deepEqual(
    asked.bids.map(({ name }) => name),
    ["bob", "ada", "cy"],
  );
  assert.equal(due, 53);
});

test("a further call goes to some of the bidders with the changed task; the others are rejected, and old bids lapse", () => {
  const { state, all, told } = play(three, [
    ...bids,
    [10, { type: "iterate", to: ["ada", "bob"], task: "translate five pages" }],
    [20, propose("ada", 12)],
    [30, propose("cy", 1)],
    [110, { type: "timer" }],
  ]);
  assert.deepEqual(told, [
    "3 decide",
    "10 cy reject-proposal",
    "10 ada cfp",
    "10 bob cfp",
    "30 cy not-understood not-a-participant",
    "110 decide",
  ]);
  const call = all.find((e) => e.type === "send" && e.message.act === "cfp" && e.message.round === 2);
  assert.deepEqual(call, {
    type: "send",
    to: "ada",
    message: {
      act: "cfp",
      replyBy: 110,
      completeWithinMs: 1000,
      criteria: { price: 1, promisedTime: 0, reliability: 0 },
      task: "translate five pages",
      round: 2,
      last: false,
    },
  });
  assert.deepEqual(state.past, [
    {
      called: ["ada", "bob", "cy"],
      bids: [
        { name: "ada", proposal: { price: 30 } },
        { name: "bob", proposal: { price: 20 } },
        { name: "cy", proposal: { price: 40 } },
      ],
    },
  ]);
  const last = all.at(-1)!;
  assert.ok(last.type === "decide" && last.bids.length === 1, "bob's bid of the first round is gone");
});

test("an award accepts the best bid; without a decision in time the best is accepted too", () => {
  for (const decision of [[10, { type: "award" }] as const, [53, { type: "timer" }] as const]) {
    const { told, state } = play({ ...three, awards: 1 }, [...bids, decision]);
    assert.deepEqual(told.slice(1), [
      `${decision[0]} bob accept-proposal`,
      `${decision[0]} ada reject-proposal`,
      `${decision[0]} cy reject-proposal`,
    ]);
    assert.deepEqual(state.net.awarded, ["bob"]);
  }
});

test("the last round decides itself, and says beforehand that it is the last", () => {
  const { told, all, result } = play({ ...three, rounds: 2 }, [
    ...bids,
    [10, { type: "iterate", to: ["ada", "cy"] }],
    [11, propose("ada", 9)],
    [12, propose("cy", 8)],
    [13, { type: "iterate", to: ["ada"] }],
    [14, { type: "inform-done", from: "cy" }],
  ]);
  assert.deepEqual(told.slice(-4), [
    "10 cy cfp",
    "12 cy accept-proposal",
    "12 ada reject-proposal",
    "13 not-decided out-of-sequence",
  ]);
  assert.ok(all.some((e) => e.type === "send" && e.message.act === "cfp" && e.message.last));
  assert.deepEqual(result, { outcome: "success", awarded: ["cy"], done: ["cy"], failed: [], outputs: [], rounds: 2 });
});

test("a decision before the bids are in, for somebody who has not bid, or by criteria that weigh nothing, changes nothing", () => {
  const { told } = play(three, [
    [1, propose("ada", 30)],
    [2, { type: "award" }],
    [3, { type: "refuse", from: "bob" }],
    [4, propose("cy", 20)],
    [5, { type: "iterate", to: ["bob"] }],
    [6, { type: "iterate", to: [] }],
    [7, { type: "iterate", to: ["ada", "ada"] }],
    [8, { type: "iterate", to: ["ada"], criteria: { price: 0, promisedTime: 0, reliability: 0 } }],
  ]);
  assert.deepEqual(told, [
    "2 not-decided out-of-sequence",
    "4 decide",
    "5 not-decided not-a-bidder",
    "6 not-decided not-a-bidder",
    "7 not-decided not-a-bidder",
    "8 not-decided invalid-criteria",
  ]);
});

test("a bid may be withdrawn while the initiator decides, and then cannot win or be called again", () => {
  const { state, told } = play(three, [
    ...bids,
    [4, { type: "withdraw", from: "bob" }],
    [5, { type: "iterate", to: ["bob"] }],
    [6, { type: "award" }],
  ]);
  assert.equal(told[1], "5 not-decided not-a-bidder");
  assert.deepEqual(state.net.awarded, ["ada"]);
});

test("a round in which nobody bids ends the session", () => {
  const { result } = play(three, [[100, { type: "timer" }]]);
  assert.equal(result?.outcome, "failed");
});

test("after an outage bidders and initiator get their full time", () => {
  const { due, told } = play(three, [
    [1, propose("ada", 30)],
    [9000, { type: "timer" }],
    [9001, { type: "iterate", to: ["ada"] }],
  ]);
  assert.deepEqual(told, ["9000 decide", "9001 ada cfp"]);
  assert.equal(due, 9101);
});

test("with one round it is Contract Net, message by message, in any order of events", () => {
  fc.assert(
    fc.property(netTerms, fc.array(fc.tuple(netEvent, fc.integer({ min: 0, max: 20 })), { maxLength: 40 }), (given, steps) => {
      const { replyBy, ...rest } = given;
      let [plain] = contractNet.start(given);
      let [iterated] = iteratedContractNet.start({ ...rest, rounds: 1, replyWithinMs: replyBy, decideWithinMs: 5 });
      let now = 0;
      for (const [event, wait] of steps) {
        now += wait;
        const [nextPlain, wanted] = contractNet.step(plain, event, now);
        const [nextIterated, got] = iteratedContractNet.step(iterated, event, now);
        assert.deepEqual(got, wanted);
        assert.deepEqual(nextIterated.net, nextPlain);
        assert.equal(iteratedContractNet.nextTimer(nextIterated), contractNet.nextTimer(nextPlain));
        [plain, iterated] = [nextPlain, nextIterated];
      }
    }),
    { seed, numRuns: 500 },
  );
});

test("in any order of events rounds are bounded, only bidders are called again, and only bidders of the round are accepted", () => {
  fc.assert(
    fc.property(
      anyTerms,
      fc.array(fc.tuple(anyEvent, fc.integer({ min: 0, max: 12 })), { maxLength: 60, size: "max" }),
      (given, steps) => {
        let [state, effects] = iteratedContractNet.start(given);
        let now = 0;
        const bidders = () => new Set(state.net.participants.filter((p) => p.proposal !== undefined).map((p) => p.name));
        for (const [event, wait] of steps) {
          now += wait;
          const before = bidders();
          const { round } = state;
          [state, effects] = iteratedContractNet.step(state, event, now);
          assert.ok(state.round <= given.rounds && state.round - round <= 1);
          for (const effect of effects) {
            if (effect.type !== "send") continue;
            if (effect.message.act === "cfp") assert.ok(before.has(effect.to), `${effect.to} was called without having bid`);
            if (effect.message.act === "accept-proposal") assert.ok(bidders().has(effect.to));
          }
          assert.ok(state.net.awarded.length <= (given.awards ?? 1) || given.reaward);
        }
      },
    ),
    { seed, numRuns: 1000 },
  );
});
