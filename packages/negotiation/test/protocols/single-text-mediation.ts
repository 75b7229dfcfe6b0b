// Random terms and events for the protocol's contract test.
import fc from "fast-check";
import type { MediationEvent, MediationTerms } from "../../src/index.ts";
import { from, names } from "../arbitrary/bidders.ts";

export const terms: fc.Arbitrary<MediationTerms> = fc.record(
  {
    participants: fc.subarray(names, { minLength: 2 }),
    issues: fc.constantFrom([2], [3, 1, 4], [2, 2, 2, 2]),
    rounds: fc.integer({ min: 1, max: 8 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    temperature: fc.constantFrom(0, 0.5, 3),
    voteWithinMs: fc.integer({ min: 1, max: 60 }),
    startAt: fc.integer({ min: 0, max: 20 }),
  },
  { requiredKeys: ["participants", "issues", "rounds", "seed"], noNullPrototype: true },
);

const answer = fc.oneof(
  { weight: 5, arbitrary: fc.constant("accept" as const) },
  { weight: 2, arbitrary: fc.constant("reluctant" as const) },
  { weight: 1, arbitrary: fc.constant("reject" as const) },
);

export const event: fc.Arbitrary<MediationEvent> = fc.oneof(
  { weight: 20, arbitrary: fc.record({ type: fc.constant("vote" as const), from, answer }, { noNullPrototype: true }) },
  { weight: 3, arbitrary: fc.constant({ type: "timer" as const }) },
);

export const anyEvent: fc.Arbitrary<MediationEvent> = fc.oneof(
  { weight: 30, arbitrary: event },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("end" as const), from }, { noNullPrototype: true }) },
);
