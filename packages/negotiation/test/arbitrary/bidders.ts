// What the random events of all auctions have in common: names inside and outside the session, prices good and bad.
import fc from "fast-check";
import type { AuctioneerEvent } from "../../src/index.ts";

export const names = ["ada", "bob", "cy", "dee"];
export const from = fc.constantFrom(...names, "stranger", "__proto__");
export const side = fc.constantFrom("sell" as const, "buy" as const);
export const price = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 9 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -0, 0.5, 1e300) },
);
export const auctioneerEvent: fc.Arbitrary<AuctioneerEvent> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: "timer" as const }) },
  {
    weight: 1,
    arbitrary: fc.record(
      { type: fc.constant("cancel" as const), reason: fc.string() },
      { requiredKeys: ["type"], noNullPrototype: true },
    ),
  },
);
