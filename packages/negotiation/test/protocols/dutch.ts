// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { DutchEvent, DutchTerms } from "../../src/index.ts";
import { auctioneerEvent, from, names, side } from "../arbitrary/bidders.ts";

export const terms: fc.Arbitrary<DutchTerms> = fc.record(
  {
    participants: fc.subarray(names, { minLength: 1 }),
    side,
    ceiling: fc.integer({ min: 3, max: 9 }),
    floor: fc.integer({ min: 0, max: 3 }),
    moveBy: fc.constantFrom(0.1, 1, 20),
    everyMs: fc.integer({ min: 1, max: 30 }),
    startAt: fc.integer({ min: 0, max: 30 }),
  },
  { requiredKeys: ["participants", "ceiling", "floor", "moveBy", "everyMs"], noNullPrototype: true },
);

export const anyEvent: fc.Arbitrary<DutchEvent> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant("accept" as const), from }, { noNullPrototype: true }) },
  { weight: 6, arbitrary: fc.constant({ type: "timer" as const }) },
  { weight: 1, arbitrary: auctioneerEvent },
);
