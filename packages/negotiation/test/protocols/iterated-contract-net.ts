// Random terms and events for the protocol's contract test: those of Contract Net, and decisions wise and unwise.
import fc from "fast-check";
import type { IteratedContractNetEvent, IteratedContractNetTerms } from "../../src/index.ts";
import { anyEvent as netEvent, terms as netTerms } from "./contract-net.ts";

export const terms: fc.Arbitrary<IteratedContractNetTerms> = fc
  .tuple(netTerms, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 40 }))
  .map(([{ replyBy, ...net }, rounds, decideWithinMs]) => ({ ...net, rounds, replyWithinMs: replyBy, decideWithinMs }));

const iterate = fc.record(
  {
    type: fc.constant("iterate" as const),
    to: fc.subarray(["ada", "bob", "cy", "dee", "stranger"]),
    task: fc.string(),
    criteria: fc.record(
      { price: fc.integer({ min: -1, max: 2 }), promisedTime: fc.integer({ min: 0, max: 2 }), reliability: fc.constant(0) },
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: ["type", "to"], noNullPrototype: true },
);

export const anyEvent: fc.Arbitrary<IteratedContractNetEvent> = fc.oneof(
  { weight: 12, arbitrary: netEvent },
  { weight: 3, arbitrary: iterate },
  { weight: 1, arbitrary: fc.constant({ type: "award" as const }) },
);
