import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  commitments,
  exposure,
  NegotiationError,
  type OneToManyEvent,
  type OneToManyState,
  type OneToManyTerms,
  oneToMany,
} from "../src/index.ts";
import { anyEvent, terms as anyTerms } from "./protocols/one-to-many.ts";

const seed = 20261125;
const zoe: OneToManyTerms = {
  buyer: "zoe",
  participants: ["ada", "bob", "cy"],
  budget: 100,
  decommitment: { rate: 0.1 },
  endAt: 1000,
};

function play(given: OneToManyTerms, steps: readonly (readonly [number, OneToManyEvent])[]) {
  let [state, effects] = oneToMany.start(given);
  const told: string[] = [];
  for (const [now, event] of steps) {
    [state, effects] = oneToMany.step(state, event, now);
    for (const { to, message } of effects) {
      const about = to === given.buyer && "seller" in message ? ` ${message.seller}` : "";
      told.push(`${now} ${to} ${message.act}${about}${"reason" in message ? ` ${message.reason}` : ""}`);
    }
  }
  return { state, told, result: oneToMany.result(state) };
}
const bid = (to: string, price: number, instead?: string) =>
  ({ type: "offer", from: "zoe", to, price, ...(instead === undefined ? {} : { instead }) }) as const;
const ask = (from: string, price: number) => ({ type: "offer", from, price }) as const;
const accept = (from: string, price: number) => ({ type: "accept", from, price }) as const;
const take = (to: string, price: number, instead?: string) => ({ ...bid(to, price, instead), type: "accept" }) as const;

test("five offers of 90 for one deal need a budget of 90: the first acceptance withdraws the others in the same step", () => {
  const { told, state } = play(zoe, [
    [1, bid("ada", 90)],
    [1, bid("bob", 90)],
    [1, bid("cy", 100)],
    [2, accept("bob", 90)],
    [2, accept("ada", 90)],
  ]);
  assert.deepEqual(told, [
    "1 ada offer",
    "1 bob offer",
    "1 cy offer",
    "2 zoe accepted bob",
    "2 ada withdrawn enough",
    "2 zoe withdrawn ada enough",
    "2 cy withdrawn enough",
    "2 zoe withdrawn cy enough",
    "2 ada refused out-of-sequence",
  ]);
  assert.deepEqual(
    commitments(state).map((t) => t.seller),
    ["bob"],
  );
  assert.equal(exposure(state), 90);
});

test("for two deals the two dearest offers are held, and an offer that would not fit is refused with what is free", () => {
  const { told, state } = play({ ...zoe, wanted: 2 }, [
    [1, bid("ada", 60)],
    [1, bid("bob", 40)],
    [1, bid("cy", 41)],
    [1, bid("cy", 40)],
  ]);
  assert.deepEqual(told, ["1 ada offer", "1 bob offer", "1 zoe refused over-budget", "1 cy offer"]);
  assert.equal(exposure(state), 100);
});

test("a commitment is bettered for its penalty: the dearer one ends in the step that makes the cheaper one", () => {
  const { told, state, result } = play(zoe, [
    [1, bid("ada", 80)],
    [2, accept("ada", 80)],
    [3, ask("bob", 60)],
    [4, take("bob", 60, "ada")],
    [1000, { type: "timer" }],
  ]);
  assert.deepEqual(told.slice(2, 5), ["3 zoe offer bob", "4 ada decommitted", "4 bob accepted"]);
  assert.equal(state.spent, 8);
  assert.deepEqual(result, { outcome: "complete", deals: [{ seller: "bob", price: 60 }], cost: 68, received: 0 });
});

test("an offer to replace a commitment is held with the dearest penalty, beside that commitment only if dearer", () => {
  const committed = [[1, bid("ada", 80)] as const, [2, accept("ada", 80)] as const];
  assert.equal(exposure(play(zoe, [...committed, [3, bid("bob", 50, "ada")]]).state), 80);
  assert.equal(exposure(play(zoe, [...committed, [3, bid("bob", 90, "ada")]]).state), 98);
  const { told } = play(zoe, [...committed, [3, bid("bob", 93, "ada")], [4, bid("bob", 50, "cy")], [5, bid("bob", 1)]]);
  assert.deepEqual(told.slice(2), ["3 zoe refused over-budget", "4 zoe refused out-of-sequence", "5 zoe refused enough"]);
});

test("when a seller takes a commitment back it owes the penalty, and the buyer's latest offers go until the budget holds the rest", () => {
  const { told, state } = play({ ...zoe, wanted: 2, decommitment: { rate: 0.5 } }, [
    [1, bid("ada", 40)],
    [2, accept("ada", 40)],
    [3, bid("bob", 60)],
    [4, bid("cy", 60)],
    [5, { type: "decommit", from: "ada" }],
  ]);
  assert.deepEqual(told.slice(-3), ["5 zoe decommitted ada", "5 cy withdrawn over-budget", "5 zoe withdrawn cy over-budget"]);
  assert.equal(state.received, 20);
  assert.equal(exposure(state), 60);
});

test("the penalty grows from its first share to its last over the time that is left", () => {
  const { state } = play({ ...zoe, decommitment: { rate: 0, growsTo: 1 } }, [
    [200, bid("ada", 80)],
    [200, accept("ada", 80)],
    [600, { type: "decommit", from: "zoe", to: "ada" }],
  ]);
  assert.equal(state.spent, 40);
});

test("a counter-offer turns down the offer it answers, and an acceptance of a price that has changed is refused", () => {
  const { told, state } = play(zoe, [
    [1, bid("ada", 50)],
    [2, ask("ada", 70)],
    [3, accept("ada", 50)],
    [4, ask("ada", 75)],
    [5, take("ada", 70)],
    [6, take("ada", 75)],
  ]);
  assert.deepEqual(told.slice(2), [
    "3 ada refused out-of-sequence",
    "4 zoe offer ada",
    "5 zoe refused price-changed",
    "6 ada accepted",
  ]);
  assert.equal(exposure(state), 75);
});

test("an offer may be withdrawn or turned down; then there is nothing to accept and nothing is held", () => {
  for (const end of [
    { type: "withdraw", from: "zoe", to: "ada" },
    { type: "reject", from: "ada" },
  ] as const) {
    const { state, told } = play(zoe, [
      [1, bid("ada", 50)],
      [2, end],
      [3, accept("ada", 50)],
    ]);
    assert.equal(exposure(state), 0);
    assert.equal(told.at(-1), "3 ada refused out-of-sequence");
  }
});

test("commitments become deals at the end, or when the buyer settles, or when all sellers have left", () => {
  const committed = [[1, bid("ada", 80)] as const, [2, accept("ada", 80)] as const];
  const { told, result } = play({ ...zoe, wanted: 2 }, [...committed, [3, { type: "settle", from: "zoe" }], [4, ask("bob", 1)]]);
  assert.deepEqual(told.slice(2), ["3 ada closed", "3 bob closed", "3 cy closed", "3 zoe closed", "4 bob refused closed"]);
  assert.deepEqual(result, { outcome: "partial", deals: [{ seller: "ada", price: 80 }], cost: 80, received: 0 });
  const left = play(zoe, [
    [1, { type: "leave", from: "ada" }],
    [1, { type: "leave", from: "bob" }],
    [1, { type: "leave", from: "cy" }],
  ]);
  assert.equal(left.result?.outcome, "no-deal");
  assert.equal(play(zoe, [...committed, [1000, { type: "decommit", from: "ada" }]]).result?.outcome, "complete");
});

test("only the buyer settles, only a seller leaves, and a committed one not without decommitting", () => {
  const { told } = play(zoe, [
    [1, { type: "settle", from: "ada" }],
    [2, bid("ada", 80)],
    [3, accept("ada", 80)],
    [4, { type: "leave", from: "ada" }],
    [5, { type: "leave", from: "zoe" }],
    [6, ask("eve", 1)],
  ]);
  assert.deepEqual(
    told.filter((line) => line.includes("refused")),
    [
      "1 ada refused out-of-sequence",
      "4 ada refused out-of-sequence",
      "5 zoe refused not-a-participant",
      "6 eve refused not-a-participant",
    ],
  );
});

test("a penalty above the price, a seller that is the buyer, or an end before the start are refused", () => {
  for (const bad of [
    { decommitment: { rate: 1.1 } },
    { decommitment: { rate: 0.5, growsTo: 0.4 } },
    { buyer: "ada" },
    { endAt: 0 },
  ])
    assert.throws(
      () => oneToMany.start({ ...zoe, ...bad }),
      (e: unknown) => e instanceof NegotiationError && e.code === "TERMS_INVALID",
    );
});

// Blind events, and such that look at what stands, as parties do: they reach deep into commitments, replacements and withdrawals.
const choice = fc.record({
  seller: fc.nat({ max: 4 }),
  act: fc.nat({ max: 9 }),
  price: fc.integer({ min: 1, max: 6 }),
  other: fc.nat({ max: 3 }),
});
const wait = fc.integer({ min: 0, max: 6 });
const crowded = fc.tuple(anyTerms, fc.integer({ min: 3, max: 15 })).map(([given, budget]) => {
  return { ...given, participants: ["ada", "bob", "cy", "dee", "eve"], budget, endAt: 400 };
});
const runs = fc.tuple(
  fc.oneof({ weight: 1, arbitrary: anyTerms }, { weight: 3, arbitrary: crowded }),
  fc.array(fc.tuple(fc.oneof({ weight: 1, arbitrary: anyEvent }, { weight: 12, arbitrary: choice }), wait), {
    maxLength: 60,
    size: "max",
  }),
);

function sensible(
  { threads }: OneToManyState,
  { seller, act, price, other }: { seller: number; act: number; price: number; other: number },
): OneToManyEvent {
  const { seller: name, standing, offer } = threads[seller % threads.length]!;
  const committed = threads.filter((t) => t.standing === "committed").map((t) => t.seller);
  const instead = act % 3 === 0 ? undefined : committed[other % (committed.length || 1)];
  if (standing === "committed" && act < 3)
    return { type: "decommit", from: price > 3 ? "zoe" : name, ...(price > 3 ? { to: name } : {}) };
  if (offer?.by === "buyer" && act < 2) return accept(name, offer.price);
  if (offer?.by === "seller" && act < 6) return take(name, offer.price, instead);
  return act === 9 ? ask(name, price) : bid(name, price, instead);
}

test("in any order of events the buyer is never over-committed: not in money, not in deals, not after penalties", () => {
  const seen = { bettered: 0, withdrawn: 0, refused: 0 };
  fc.assert(
    fc.property(runs, ([given, steps]) => {
      let [state, effects] = oneToMany.start(given);
      let now = 0;
      for (const [one, pause] of steps) {
        now += pause;
        const before = state;
        [state, effects] = oneToMany.step(state, "seller" in one ? sensible(state, one) : one, now);
        assertHeld(state);
        if (state.spent > before.spent && commitments(state).length === commitments(before).length) seen.bettered++;
        for (const { message } of effects) {
          if (message.act === "withdrawn" && message.reason === "over-budget") seen.withdrawn++;
          if (message.act === "refused" && message.reason === "over-budget") seen.refused++;
        }
      }
      [state] = oneToMany.step(state, { type: "timer" }, 10_000);
      const { deals, cost } = oneToMany.result(state)!;
      assert.ok(cost <= given.budget + 1e-9 && deals.length <= (given.wanted ?? 1));
    }),
    { seed, numRuns: 10_000 },
  );

  for (const [what, times] of Object.entries(seen)) assert.ok(times > 100, `${what} only ${times} times: too little is tested`);
});

test("whatever stands, sellers may accept all of it in any order, and every acceptance of a standing offer is kept", () => {
  let kept = 0;
  fc.assert(
    fc.property(runs, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), ([given, steps], order) => {
      let [state] = oneToMany.start(given);
      let now = 0;
      for (const [one, pause] of steps) {
        now += pause;
        [state] = oneToMany.step(state, "seller" in one ? sensible(state, one) : one, now);
      }
      if (state.result !== undefined) return;
      const sellers = state.threads.map((t, i) => ({ seller: t.seller, key: order[i]! })).sort((a, b) => a.key - b.key);
      for (const { seller } of sellers) {
        const offer = state.threads.find((t) => t.seller === seller)?.offer;
        if (offer?.by !== "buyer") continue;
        [state] = oneToMany.step(state, accept(seller, offer.price), now);
        assert.ok(
          commitments(state).some((t) => t.seller === seller && t.price === offer.price),
          "an offer did not bind",
        );
        assertHeld(state);
        kept++;
      }
    }),
    { seed, numRuns: 5000 },
  );
  assert.ok(kept > 1000, `only ${kept} acceptances`);
});

function assertHeld(state: OneToManyState) {
  const { terms, spent } = state;
  const owed = commitments(state).reduce((sum, t) => sum + t.price, spent);
  assert.ok(owed <= terms.budget + 1e-9, `owes ${owed} of ${terms.budget}`);
  assert.ok(owed <= exposure(state) + 1e-9 && exposure(state) <= terms.budget + 1e-9);
  assert.ok(commitments(state).length <= terms.wanted);
}
