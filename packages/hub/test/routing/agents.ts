import { slaExtension } from "../../src/base/sla-extension.ts";
import { vectorOf, wordsOf } from "../../src/learning/ingest/features.ts";
import { type Candidate, candidateOf } from "../../src/routing/candidate.ts";
import type { Choosing } from "../../src/routing/choosing.ts";
import type { Facts } from "../../src/routing/facts.ts";
import { noFacts } from "../../src/routing/facts.ts";
import { defaultPolicy, type RoutingPolicy } from "../../src/routing/policy.ts";
import { type RouteRequest, routeRequest } from "../../src/routing/request.ts";

export const reading = { vectorOf, wordsOf };

/** A candidate from a card with the given skills and service params. */
export function agent(name: string, params: object = {}, card: object = {}): Candidate {
  const made = candidateOf(
    name,
    {
      description: name,
      defaultInputModes: ["text/plain"],
      defaultOutputModes: ["text/plain", "application/json"],
      capabilities: { extensions: [{ uri: slaExtension, params }] },
      skills: [{ id: "work", name: "Work", description: "Does the work", tags: ["labour"] }],
      ...card,
    },
    reading,
  );
  if (!made) throw new Error("not a card");
  return made;
}

/** A request at the beginning of its chain. */
export function wants(change: Partial<RouteRequest> = {}): RouteRequest {
  return routeRequest({ skill: "work", chain: { id: "c", path: [], spent: 0 }, ...change });
}

/** A request by its text. */
export function wantsText(text: string, change: Partial<RouteRequest> = {}): RouteRequest {
  return wants({ skill: undefined, text, words: new Set(wordsOf(text)), vector: vectorOf(text), ...change });
}

/** What a choice is made from. `random` gives the same draw every time. */
export function among(
  candidates: readonly Candidate[],
  change: { policy?: Partial<RoutingPolicy>; facts?: Readonly<Record<string, Partial<Facts>>>; random?: () => number } = {},
): Choosing {
  return {
    candidates,
    facts: (name) => ({ ...noFacts, ...change.facts?.[name] }),
    lists: { allow: [], deny: [] },
    policy: { ...defaultPolicy, ...change.policy },
    random: change.random ?? (() => 0),
  };
}
