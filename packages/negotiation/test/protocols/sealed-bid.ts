// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { SealedBidEvent, SealedBidTerms } from "../../src/index.ts";
import { auctioneerEvent, from, names, price, side } from "../arbitrary/bidders.ts";

export const terms: fc.Arbitrary<SealedBidTerms> = fc
  .record(
    {
      participants: fc.subarray(names, { minLength: 1 }),
      side,
      closesAt: fc.integer({ min: 1, max: 200 }),
      pricing: fc.constantFrom("first" as const, "second" as const),
      reserve: fc.integer({ min: 0, max: 6 }),
      lot: fc.string(),
    },
    { requiredKeys: ["participants", "closesAt"], noNullPrototype: true },
  )
  .map((given) => (given.side === "buy" ? { reserve: 4, ...given } : given));

export const event: fc.Arbitrary<SealedBidEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("bid" as const), from, price }, { noNullPrototype: true }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("pass" as const), from }, { noNullPrototype: true }) },
);

export const anyEvent: fc.Arbitrary<SealedBidEvent> = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 1, arbitrary: auctioneerEvent },
);
