// Random terms and events for the protocol's contract test: names inside and outside the session, any order, any time.
import fc from "fast-check";
import type { ContractNetEvent, ContractNetTerms, Json } from "../../src/index.ts";

const names = ["ada", "bob", "cy", "dee"];
const weight = fc.double({ min: 0, max: 5, noNaN: true });

export const terms: fc.Arbitrary<ContractNetTerms> = fc.record(
  {
    participants: fc.subarray(names, { minLength: 1 }),
    replyBy: fc.integer({ min: 1, max: 60 }),
    completeWithinMs: fc.integer({ min: 1, max: 40 }),
    awards: fc.integer({ min: 1, max: 3 }),
    reaward: fc.boolean(),
    criteria: fc.record(
      { price: weight.map((w) => w + 0.1), promisedTime: weight, reliability: weight },
      { noNullPrototype: true },
    ),
    reliability: fc.dictionary(fc.constantFrom(...names), fc.double({ min: 0, max: 1, noNaN: true }), { noNullPrototype: true }),
    most: fc.integer({ min: 2, max: 60 }),
    task: fc.json().map((text): Json => throughJson(text)),
  },
  { requiredKeys: ["participants", "replyBy", "completeWithinMs"], noNullPrototype: true },
);

// Written and read once, since JSON has no -0.
const throughJson = (text: string): Json => JSON.parse(JSON.stringify(JSON.parse(text)));

const from = fc.constantFrom(...names, "stranger", "__proto__");
const plain = { noNullPrototype: true };

export const event: fc.Arbitrary<ContractNetEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        type: fc.constant("propose" as const),
        from,
        price: fc.oneof(
          { weight: 9, arbitrary: fc.integer({ min: 0, max: 5 }) },
          { weight: 1, arbitrary: fc.constantFrom(-1, 1e300) },
        ),
        validUntil: fc.integer({ min: 0, max: 150 }),
        promisedMs: fc.integer({ min: 0, max: 50 }),
      },
      { requiredKeys: ["type", "from", "price"], ...plain },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.record(
      { type: fc.constantFrom("refuse" as const, "not-understood" as const, "withdraw" as const, "failure" as const), from },
      plain,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      { type: fc.constant("inform-done" as const), from, output: fc.string() },
      { requiredKeys: ["type", "from"], ...plain },
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("timer" as const) }, plain) },
);

/** The events above and the rare one that ends everything. */
export const anyEvent: fc.Arbitrary<ContractNetEvent> = fc.oneof(
  { weight: 20, arbitrary: event },
  { weight: 1, arbitrary: fc.constant({ type: "cancel" as const }) },
);
