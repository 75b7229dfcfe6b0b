import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AlternatingOffersEvent, alternatingOffers, NegotiationError, type OfferTerms } from "../src/index.ts";

const terms: OfferTerms = { participants: ["ada", "bob"], issues: [3, 2], rounds: 2, moveWithinMs: 1000 };

function played(given: OfferTerms, events: readonly (readonly [AlternatingOffersEvent, number])[]) {
  let [state, effects] = alternatingOffers.start(given);
  for (const [event, now] of events) [state, effects] = alternatingOffers.step(state, event, now);
  return { state, effects, result: alternatingOffers.result(state) };
}

const offer = (from: string, ...outcome: number[]): AlternatingOffersEvent => ({ type: "offer", from, outcome });
const accept = (from: string): AlternatingOffersEvent => ({ type: "accept", from });

test("the party whose turn it is hears the offer that stands, how far time has gone and how many actions it has left", () => {
  const { effects } = played(terms, [[offer("ada", 2, 1), 10]]);
  assert.deepEqual(effects, [
    { type: "turn", to: "bob", t: 0, mayOffer: true, actionsLeft: 2, standing: { by: "ada", outcome: [2, 1] } },
  ]);
  assert.equal(
    played(terms, [
      [offer("ada", 2, 1), 10],
      [offer("bob", 0, 0), 20],
    ]).effects[0]?.type,
    "turn",
  );
});

test("an offer that all others accept without another in between is agreed", () => {
  const three: OfferTerms = { ...terms, participants: ["ada", "bob", "cy"] };
  const { result } = played(three, [
    [offer("ada", 0, 0), 1],
    [accept("bob"), 2],
    [offer("cy", 1, 1), 3],
    [accept("ada"), 4],
    [accept("bob"), 5],
  ]);
  assert.deepEqual(result, { outcome: "agreement", agreed: [1, 1], by: "cy", round: 1 });
});

test("the offer of the last round may still be accepted, and after that there is no deal", () => {
  const until: [AlternatingOffersEvent, number][] = [
    [offer("ada", 0, 0), 1],
    [offer("bob", 1, 0), 2],
    [offer("ada", 0, 0), 3],
    [offer("bob", 1, 1), 4],
  ];
  assert.deepEqual(played(terms, [...until, [accept("ada"), 5]]).result, {
    outcome: "agreement",
    agreed: [1, 1],
    by: "bob",
    round: 2,
  });
  const late = played(terms, [...until, [offer("ada", 0, 0), 5]]);
  assert.deepEqual(late.effects, [{ type: "not-understood", to: "ada", reason: "no-offers-any-more" }]);
  assert.equal(late.result, undefined, "it may still accept");
  assert.deepEqual(played(terms, [...until, [{ type: "end", from: "ada", reason: "too dear" }, 5]]).result, {
    outcome: "no-deal",
    reason: "ended",
    by: "ada",
    why: "too dear",
    round: 2,
  });
});

test("a message out of turn, a bad offer, an acceptance of nothing and a stranger change nothing and are told so", () => {
  const told = (event: AlternatingOffersEvent) => {
    const [before] = alternatingOffers.start(terms);
    const [after, effects] = alternatingOffers.step(before, event, 1);
    assert.equal(after, before);
    const [effect] = effects;
    return effect?.type === "not-understood" ? effect.reason : effect?.type;
  };
  assert.equal(told(offer("bob", 0, 0)), "out-of-turn");
  assert.equal(told(offer("eve", 0, 0)), "not-a-participant");
  assert.equal(told(accept("ada")), "nothing-to-accept");
  for (const outcome of [[], [0], [0, 2], [0, -1], [0.5, 0], [0, 0, 0]])
    assert.equal(told(offer("ada", ...outcome)), "invalid-offer");
});

test("who does not act in time is at fault, and nothing counts after the deadline", () => {
  const { result } = played(terms, [
    [offer("ada", 0, 0), 10],
    [{ type: "timer" }, 1010],
  ]);
  assert.deepEqual(result, { outcome: "no-deal", reason: "fault", by: "bob", round: 0 });
  const timed: OfferTerms = { participants: ["ada", "bob"], issues: [2], startAt: 100, endAt: 300 };
  const { effects } = played(timed, [[offer("ada", 1), 200]]);
  assert.equal(effects[0]?.type === "turn" && effects[0].t, 0.5);
  assert.deepEqual(
    played(timed, [
      [offer("ada", 1), 200],
      [accept("bob"), 300],
    ]).result,
    { outcome: "no-deal", reason: "deadline", round: 0 },
  );
});

test("terms that cannot be meant are refused with what was wanted and what came", () => {
  const bad: readonly [Partial<OfferTerms>, RegExp][] = [
    [{ participants: ["ada"] }, /terms\.participants: wanted at least 2 names; got \["ada"\]/],
    [{ participants: ["ada", "ada"] }, /terms\.participants\[1\]: wanted each name once; got "ada"/],
    [{ issues: [] }, /terms\.issues/],
    [{ issues: [0] }, /terms\.issues\[0\]: wanted a whole number of at least 1; got 0/],
    [{ rounds: 0 }, /terms\.rounds: wanted a whole number of at least 1; got 0/],
    [{ endAt: -1 }, /terms\.endAt: wanted a time after 0; got -1/],
    [{ moveWithinMs: Number.NaN }, /terms\.moveWithinMs: wanted more than 0 ms; got NaN/],
  ];
  for (const [part, message] of bad)
    assert.throws(
      () => alternatingOffers.start({ ...terms, ...part }),
      (thrown: unknown) => thrown instanceof NegotiationError && thrown.code === "TERMS_INVALID" && message.test(thrown.message),
    );
});

test("whatever comes in whatever order: at most one agreement, only on an offer that was made, and never after the end", () => {
  const names = ["ada", "bob", "cy"];
  const event: fc.Arbitrary<AlternatingOffersEvent> = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant("offer" as const),
        from: fc.constantFrom(...names),
        outcome: fc.tuple(fc.nat(2), fc.nat(1)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ type: fc.constant("accept" as const), from: fc.constantFrom(...names) }) },
    fc.record({ type: fc.constant("timer" as const) }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 3 }),
      fc.array(fc.tuple(event, fc.nat(300)), { maxLength: 40, size: "max" }),
      (count, events) => {
        let [state] = alternatingOffers.start({ ...terms, participants: names.slice(0, count), rounds: 3 });
        let now = 0;
        const made = new Set<string>();
        let first: unknown;
        for (const [one, wait] of events) {
          now += wait;
          const [after, effects] = alternatingOffers.step(state, one, now);
          if (one.type === "offer" && !effects.some(({ type }) => type === "not-understood")) made.add(one.outcome.join());
          if (first !== undefined) assert.deepEqual(after.result, first);
          first ??= after.result;
          if (after.result?.agreed !== undefined) assert.ok(made.has(after.result.agreed.join()));
          state = after;
        }
      },
    ),
    { seed: 31, numRuns: 3000 },
  );
});
