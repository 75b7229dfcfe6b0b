// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { EnglishEvent, EnglishTerms } from "../../src/index.ts";
import { auctioneerEvent, from, names, price, side } from "../arbitrary/bidders.ts";

export const terms: fc.Arbitrary<EnglishTerms> = fc
  .record(
    {
      participants: fc.subarray(names, { minLength: 1 }),
      side,
      startPrice: fc.integer({ min: 0, max: 9 }),
      minRaise: fc.constantFrom(0.1, 1, 2),
      quietMs: fc.integer({ min: 1, max: 60 }),
      closesAt: fc.integer({ min: 1, max: 300 }),
    },
    { requiredKeys: ["participants", "startPrice", "minRaise", "quietMs"], noNullPrototype: true },
  )
  .map(({ quietMs, ...given }) => (given.closesAt !== undefined && quietMs % 2 === 0 ? given : { ...given, quietMs }));

export const event: fc.Arbitrary<EnglishEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("bid" as const), from, price }, { noNullPrototype: true }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("leave" as const), from }, { noNullPrototype: true }) },
);

export const anyEvent: fc.Arbitrary<EnglishEvent> = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 1, arbitrary: auctioneerEvent },
);
