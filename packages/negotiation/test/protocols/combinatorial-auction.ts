// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { CombinatorialAuctionEvent, CombinatorialAuctionTerms } from "../../src/index.ts";
import { auctioneerEvent, from, names, price, side } from "../arbitrary/bidders.ts";

const items = ["cpu", "disk", "net"];

export const terms: fc.Arbitrary<CombinatorialAuctionTerms> = fc
  .record(
    {
      participants: fc.subarray(names, { minLength: 1 }),
      side,
      items: fc.constant(items),
      closesAt: fc.integer({ min: 1, max: 200 }),
      reserves: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 3, maxLength: 3 }),
      payments: fc.constantFrom("pay-as-bid" as const, "vcg" as const),
      maxBundles: fc.integer({ min: 1, max: 4 }),
      searchWork: fc.integer({ min: 1, max: 500 }),
    },
    { requiredKeys: ["participants", "items", "closesAt"], noNullPrototype: true },
  )
  .map((given) => (given.side === "buy" ? { reserves: [3, 4, 5], ...given } : given));

const bundle = fc.record(
  { items: fc.array(fc.constantFrom(...items, "tape"), { maxLength: 3 }), price },
  { noNullPrototype: true },
);

export const event: fc.Arbitrary<CombinatorialAuctionEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      { type: fc.constant("bid" as const), from, bundles: fc.array(bundle, { maxLength: 5 }) },
      { noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pass" as const), from }, { noNullPrototype: true }) },
);

export const anyEvent: fc.Arbitrary<CombinatorialAuctionEvent> = fc.oneof(
  { weight: 12, arbitrary: event },
  { weight: 1, arbitrary: auctioneerEvent },
);
