// Random terms and events for the protocol's contract test: few prices and names, so that acceptances often name the price that stands.
import fc from "fast-check";
import type { OneToManyEvent, OneToManyTerms } from "../../src/index.ts";
import { names } from "../arbitrary/bidders.ts";

export const terms: fc.Arbitrary<OneToManyTerms> = fc.record(
  {
    buyer: fc.constant("zoe"),
    participants: fc.subarray(names, { minLength: 1 }),
    budget: fc.integer({ min: 0, max: 12 }),
    wanted: fc.integer({ min: 1, max: 3 }),
    decommitment: fc.constantFrom({ rate: 0 }, { rate: 0.25, growsTo: 0.75 }, { rate: 1 }),
    endAt: fc.integer({ min: 1, max: 250 }),
  },
  { requiredKeys: ["buyer", "participants", "budget", "decommitment", "endAt"], noNullPrototype: true },
);

const plain = { noNullPrototype: true };
const seller = fc.constantFrom(...names);
const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0.1, 9) },
);
const dealing = fc.constantFrom("offer" as const, "accept" as const);
const answering = fc.constantFrom("withdraw" as const, "reject" as const, "decommit" as const);

export const event: fc.Arbitrary<OneToManyEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      { type: dealing, from: fc.constant("zoe"), to: seller, price, instead: seller },
      { requiredKeys: ["type", "from", "to", "price"], ...plain },
    ),
  },
  { weight: 5, arbitrary: fc.record({ type: dealing, from: fc.constantFrom(...names, "stranger"), price }, plain) },
  { weight: 1, arbitrary: fc.record({ type: answering, from: fc.constant("zoe"), to: seller }, plain) },
  { weight: 1, arbitrary: fc.record({ type: answering, from: seller }, plain) },
);

export const anyEvent: fc.Arbitrary<OneToManyEvent> = fc.oneof(
  { weight: 40, arbitrary: event },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("leave" as const), from: seller }, plain) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("settle" as const), from: fc.constantFrom("zoe", "ada") }, plain) },
  { weight: 1, arbitrary: fc.constant({ type: "timer" as const }) },
);
