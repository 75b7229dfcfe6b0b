import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type ContractNetEffect,
  type ContractNetEvent,
  type ContractNetState,
  type ContractNetTerms,
  contractNet,
  explain,
  NegotiationError,
  rank,
} from "../src/index.ts";
import { event, terms } from "./protocols/contract-net.ts";

const seed = 20261124;
const three: ContractNetTerms = { participants: ["ada", "bob", "cy"], replyBy: 100, completeWithinMs: 50 };

function play(given: ContractNetTerms, steps: readonly (readonly [number, ContractNetEvent])[]) {
  let [state] = contractNet.start(given);
  const sent: string[] = [];
  for (const [now, e] of steps) {
    let effects: readonly ContractNetEffect[];
    [state, effects] = contractNet.step(state, e, now);
    for (const { to, message } of effects)
      sent.push(`${now} ${to} ${message.act}${"reason" in message ? ` ${message.reason}` : ""}`);
  }
  return { state, sent };
}
const propose = (from: string, price: number, rest: { validUntil?: number; promisedMs?: number } = {}) =>
  ({ type: "propose", from, price, ...rest }) as const;
const standing = (state: ContractNetState, name: string) => state.participants.find((p) => p.name === name)?.standing;

test("the call for proposals carries the deadline, the criteria and the task", () => {
  const [, effects] = contractNet.start({ ...three, task: { choose: 64 } });
  assert.deepEqual(
    effects.map((e) => e.to),
    ["ada", "bob", "cy"],
  );
  assert.deepEqual(effects[0]?.message, {
    act: "cfp",
    replyBy: 100,
    completeWithinMs: 50,
    criteria: { price: 1, promisedTime: 0, reliability: 0 },
    task: { choose: 64 },
  });
});

test("a bid withdrawn before the evaluation cannot win, and its bidder counts as having answered", () => {
  const { state, sent } = play(three, [
    [1, propose("ada", 1)],
    [2, propose("bob", 5)],
    [3, { type: "withdraw", from: "ada", reason: "overbooked" }],
    [4, { type: "refuse", from: "cy" }],
  ]);
  assert.deepEqual(state.awarded, ["bob"]);
  assert.equal(standing(state, "ada"), "withdrawn");
  assert.deepEqual(sent, ["4 bob accept-proposal"]);
});

test("a reserve that withdrew is passed over at the re-award", () => {
  const { state, sent } = play({ ...three, reaward: true }, [
    [1, propose("ada", 1)],
    [1, propose("bob", 2)],
    [1, propose("cy", 3)],
    [5, { type: "withdraw", from: "bob" }],
    [9, { type: "failure", from: "ada" }],
  ]);
  assert.deepEqual(state.awarded, ["ada", "cy"]);
  assert.deepEqual(sent, ["1 ada accept-proposal", "9 cy accept-proposal"]);
});

test("an accepted bidder cannot withdraw: it must deliver or fail", () => {
  const { state, sent } = play({ ...three, participants: ["ada"] }, [
    [1, propose("ada", 1)],
    [2, { type: "withdraw", from: "ada" }],
  ]);
  assert.equal(standing(state, "ada"), "awarded");
  assert.deepEqual(sent, ["1 ada accept-proposal", "2 ada not-understood out-of-sequence"]);
});

test("a withdrawn bid cannot be replaced by another", () => {
  const { sent } = play(three, [
    [1, propose("ada", 1)],
    [2, { type: "withdraw", from: "ada" }],
    [3, propose("ada", 9)],
  ]);
  assert.deepEqual(sent, ["3 ada not-understood out-of-sequence"]);
});

test("a proposal with a price, validity or promise that cannot be compared gets not-understood and may be sent again", () => {
  for (const bad of [
    propose("ada", Number.NaN),
    propose("ada", -1),
    propose("ada", 1, { promisedMs: -5 }),
    propose("ada", 1, { validUntil: Infinity }),
  ]) {
    const { state, sent } = play(three, [
      [1, bad],
      [2, propose("ada", 1)],
    ]);
    assert.deepEqual(sent, ["1 ada not-understood invalid-proposal"]);
    assert.equal(standing(state, "ada"), "proposed");
  }
});

test("after an outage a bid that was due for acceptance still gets its full time to complete", () => {
  const { state } = play(three, [
    [1, propose("ada", 1)],
    [5000, { type: "timer" }],
  ]);
  assert.equal(standing(state, "ada"), "awarded");
  assert.equal(contractNet.nextTimer(state), 5050);
});

test("a clock that runs backwards does not reopen a deadline", () => {
  const { sent } = play(three, [
    [1, propose("ada", 1)],
    [100, { type: "timer" }],
    [40, propose("bob", 1)],
  ]);
  assert.deepEqual(sent.slice(1), ["40 bob reject-proposal late"]);
});

test("what a winner delivers is in the result", () => {
  const { state } = play({ ...three, participants: ["ada"] }, [
    [1, propose("ada", 1)],
    [2, { type: "inform-done", from: "ada", output: { chosen: [1, 2] } }],
  ]);
  assert.deepEqual(contractNet.result(state), {
    outcome: "success",
    awarded: ["ada"],
    done: ["ada"],
    failed: [],
    outputs: [{ from: "ada", output: { chosen: [1, 2] } }],
  });
});

test("cancelling says why to everyone still in the session and leaves finished bidders alone", () => {
  const { state, sent } = play({ ...three, awards: 2 }, [
    [1, propose("ada", 1)],
    [1, propose("bob", 1)],
    [1, { type: "refuse", from: "cy" }],
    [2, { type: "inform-done", from: "ada" }],
    [3, { type: "cancel", reason: "not needed" }],
    [4, { type: "cancel" }],
  ]);
  assert.deepEqual(sent.slice(2), ["3 bob cancel not needed"]);
  assert.equal(contractNet.result(state)?.outcome, "cancelled");
  assert.deepEqual(contractNet.result(state)?.done, ["ada"]);
});

test("a reliable, quick bidder beats a cheaper one when the criteria say so, and the explanation names the parts", () => {
  const { state } = play(
    { ...three, criteria: { price: 1, promisedTime: 1, reliability: 2 }, reliability: { ada: 0.2, bob: 1 } },
    [
      [1, propose("ada", 8, { promisedMs: 40 })],
      [2, propose("bob", 10, { promisedMs: 20 })],
      [3, propose("cy", 1, { validUntil: 2 })],
    ],
  );
  const { bids, unranked, because } = explain(state);
  assert.deepEqual(
    bids.map((b) => [b.name, b.place, b.standing]),
    [
      ["bob", 1, "awarded"],
      ["ada", 2, "rejected"],
    ],
  );
  assert.deepEqual(unranked, [{ name: "cy", standing: "expired" }]);
  // bob: 8/10 * 1/4 + 20/20 * 1/4 + 1 * 2/4;  ada: 1 * 1/4 + 20/40 * 1/4 + 0.2 * 2/4
  assert.ok(Math.abs(bids[0]!.total - 0.95) < 1e-12 && Math.abs(bids[1]!.total - 0.475) < 1e-12);
  assert.equal(because, "bob leads ada by 0.475 on reliability (+0.400), promised time (+0.125)");
});

test("a bid above the ceiling is rejected as too dear, whatever else it promises, and nobody is told the ceiling", () => {
  const { state, sent } = play({ ...three, most: 2, reaward: true, criteria: { price: 0, promisedTime: 1, reliability: 0 } }, [
    [1, propose("ada", 2, { promisedMs: 90 })],
    [1, propose("bob", 2.01, { promisedMs: 1 })],
    [1, propose("cy", 1, { promisedMs: 95 })],
    [9, { type: "failure", from: "ada" }],
    [10, { type: "failure", from: "cy" }],
  ]);
  assert.deepEqual(sent, ["1 bob reject-proposal too-dear", "1 ada accept-proposal", "9 cy accept-proposal"]);
  assert.equal(standing(state, "bob"), "too-dear");
  assert.deepEqual(explain(state).unranked, [{ name: "bob", standing: "too-dear" }]);
  const [, calls] = contractNet.start({ ...three, most: 2 });
  assert.ok(!JSON.stringify(calls).includes("most"));
});

test("in any order of events nobody is accepted at a price above the ceiling", () => {
  fc.assert(
    fc.property(anyRun, (run) => {
      const [given] = run;
      const { state, accepted } = toTheEnd(run);
      for (const name of accepted) {
        const price = state.participants.find((p) => p.name === name)?.proposal?.price ?? Number.NaN;
        assert.ok(price <= (given.most ?? Number.POSITIVE_INFINITY), `${price} above ${given.most}`);
      }
    }),
    { seed, numRuns: 1000 },
  );
});

test("the order fixed at the evaluation is kept for re-awards", () => {
  const { state } = play({ ...three, reaward: true }, [
    [1, propose("ada", 3)],
    [1, propose("bob", 1, { validUntil: 1 })],
    [1, propose("cy", 2)],
  ]);
  const order = rank(state).map((r) => r.name);
  const [later] = contractNet.step(state, { type: "failure", from: "bob" }, 30);
  assert.deepEqual(
    rank(later).map((r) => r.name),
    order,
  );
  assert.deepEqual(later.awarded, ["bob", "cy"]);
});

test("before the evaluation the ranking is the one an evaluation now would give", () => {
  const { state } = play(three, [
    [1, propose("ada", 3)],
    [2, propose("bob", 2)],
  ]);
  assert.deepEqual(
    rank(state).map((r) => r.name),
    ["bob", "ada"],
  );
  assert.equal(explain(play(three, []).state).because, "no bid can be accepted");
});

test("terms that make no sense are refused with TERMS_INVALID, naming the field", () => {
  const bad: [Partial<ContractNetTerms>, string][] = [
    [{ participants: [] }, "participants"],
    [{ participants: ["ada", "ada"] }, "participants[1]"],
    [{ replyBy: Number.NaN }, "replyBy"],
    [{ completeWithinMs: 0 }, "completeWithinMs"],
    [{ awards: 1.5 }, "awards"],
    [{ most: -1 }, "most"],
    [{ most: Number.NaN }, "most"],
    [{ criteria: { price: 0, promisedTime: 0, reliability: 0 } }, "criteria"],
    [{ criteria: { price: -1, promisedTime: 0, reliability: 2 } }, "criteria.price"],
    [{ reliability: { ada: 2 } }, "reliability.ada"],
  ];
  for (const [change, field] of bad) {
    assert.throws(
      () => contractNet.start({ ...three, ...change }),
      (e: unknown) =>
        e instanceof NegotiationError && e.code === "TERMS_INVALID" && e.details.field === field && e.message.includes("wanted"),
      field,
    );
  }
});

const anyRun = fc.tuple(
  terms,
  fc.array(fc.tuple(event, fc.integer({ min: 0, max: 6 })), { maxLength: 40, size: "max" }),
  fc.option(fc.nat(40)),
);

function toTheEnd([given, events, cancelAt]: [ContractNetTerms, [ContractNetEvent, number][], number | null]) {
  let [state, effects] = contractNet.start(given);
  const proposed = new Set<string>();
  const accepted: string[] = [];
  let now = 0;
  const deliver = (e: ContractNetEvent) => {
    if (e.type === "propose") proposed.add(e.from);
    [state, effects] = contractNet.step(state, e, now);
    for (const { to, message } of effects) if (message.act === "accept-proposal") accepted.push(to);
    const working = state.participants.filter((p) => p.standing === "awarded").length;
    assert.ok(working + state.done.length <= (given.awards ?? 1), "more winners than awards");
  };
  for (const [i, [e, wait]] of events.entries()) {
    now += wait;
    deliver(i === cancelAt ? { type: "cancel" } : e);
  }
  for (let due = contractNet.nextTimer(state); due !== undefined; due = contractNet.nextTimer(state)) {
    now = Math.max(now, due);
    deliver({ type: "timer" });
  }
  return { state, proposed, accepted };
}

test("in any order of events there are never more winners than awards, and only who proposed is accepted, once", () => {
  let awards = 0;
  fc.assert(
    fc.property(anyRun, (run) => {
      const { state, proposed, accepted } = toTheEnd(run);
      assert.ok(accepted.every((name) => proposed.has(name)));
      assert.equal(new Set(accepted).size, accepted.length);
      assert.deepEqual(state.awarded, accepted);
      awards += accepted.length;
    }),
    { seed, numRuns: 1500 },
  );
  assert.ok(awards > 300, `the random runs hardly award anything (${awards})`);
});

test("every accepted bidder ends done, failed, timed out or cancelled, and every participant in a final standing", () => {
  const final = [
    "done",
    "failed",
    "timed-out",
    "cancelled",
    "withdrawn",
    "rejected",
    "expired",
    "too-dear",
    "refused",
    "not-understood",
    "no-reply",
  ];
  fc.assert(
    fc.property(anyRun, (run) => {
      const { state, accepted } = toTheEnd(run);
      for (const name of accepted) assert.ok(["done", "failed", "timed-out", "cancelled"].includes(standing(state, name)!));
      for (const p of state.participants) assert.ok(final.includes(p.standing), p.standing);
      const cancelled = accepted.filter((name) => standing(state, name) === "cancelled").length;
      assert.equal(state.done.length + state.failed.length + cancelled, accepted.length);
    }),
    { seed, numRuns: 1000 },
  );
});

test("with the default criteria the winner has the lowest valid price, ties by earlier arrival", () => {
  const bids = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(bids, (prices) => {
      const participants = prices.map((_, i) => `b${9 - i}`);
      const { state } = play({ ...three, participants }, [
        ...prices.map((price, i) => [1, propose(participants[i]!, price)] as const),
      ]);
      assert.deepEqual(state.awarded, [participants[prices.indexOf(Math.min(...prices))]]);
    }),
    { seed, numRuns: 500 },
  );
});
