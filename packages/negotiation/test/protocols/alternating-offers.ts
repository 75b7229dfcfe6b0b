// Random terms and events for the protocol's contract test: names inside and outside the session, offers that fit and that do not.
import fc from "fast-check";
import type { AlternatingOffersEvent, OfferTerms } from "../../src/index.ts";

const names = ["ada", "bob", "cy"];
const plain = { noNullPrototype: true };

export const terms: fc.Arbitrary<OfferTerms> = fc
  .record(
    {
      participants: fc.subarray(names, { minLength: 2 }),
      issues: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
      rounds: fc.integer({ min: 1, max: 6 }),
      endAt: fc.integer({ min: 1, max: 200 }),
      moveWithinMs: fc.integer({ min: 1, max: 60 }),
    },
    { ...plain, requiredKeys: ["participants", "issues", "moveWithinMs"] },
  )
  .map((one) => one);

const from = fc.constantFrom(...names, "stranger", "__proto__");

export const anyEvent: fc.Arbitrary<AlternatingOffersEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record(
      { type: fc.constant("offer" as const), from, outcome: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }) },
      plain,
    ),
  },
  fc.record({ type: fc.constant("accept" as const), from }, plain),
  fc.record({ type: fc.constant("end" as const), from, reason: fc.string() }, { ...plain, requiredKeys: ["type", "from"] }),
  fc.record({ type: fc.constant("timer" as const) }, plain),
);
