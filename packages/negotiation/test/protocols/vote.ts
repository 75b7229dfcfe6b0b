// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { VoteEvent, VoteTerms } from "../../src/index.ts";
import { auctioneerEvent, from, names } from "../arbitrary/bidders.ts";

const options = ["red", "green", "blue"];

export const terms: fc.Arbitrary<VoteTerms> = fc
  .record(
    {
      participants: fc.subarray(names, { minLength: 1 }),
      options: fc.constant(options),
      rule: fc.constantFrom("plurality" as const, "approval" as const, "borda" as const, "schulze" as const),
      closesAt: fc.integer({ min: 1, max: 200 }),
      quorum: fc.constantFrom(0, 0.5, 1),
      heavy: fc.integer({ min: 1, max: 5 }),
      question: fc.string(),
    },
    { requiredKeys: ["participants", "options", "closesAt"], noNullPrototype: true },
  )
  .map(({ heavy, ...given }) => (heavy === undefined ? given : { ...given, weights: { [given.participants[0]!]: heavy } }));

const ranking = fc.oneof(
  fc.subarray(options).map((group) => [group]),
  fc.shuffledSubarray([...options, "pink"]).map((order) => order.map((option) => [option])),
);

export const event: fc.Arbitrary<VoteEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("ballot" as const), from, ranking }, { noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("abstain" as const), from }, { noNullPrototype: true }) },
);

export const anyEvent: fc.Arbitrary<VoteEvent> = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 1, arbitrary: auctioneerEvent },
);
