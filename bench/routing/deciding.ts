/** How long the hub's own code takes for one decision among many agents. Depends on the machine; a figure, not a bar. */
import { vectorOf, wordsOf } from "../../packages/hub/src/learning/ingest/features.ts";
import { candidateOf } from "../../packages/hub/src/routing/candidate.ts";
import { type Choosing, choose } from "../../packages/hub/src/routing/choosing.ts";
import { noFacts } from "../../packages/hub/src/routing/facts.ts";
import { defaultPolicy } from "../../packages/hub/src/routing/policy.ts";
import { emptyPool, poolEnded, poolSent } from "../../packages/hub/src/routing/pool.ts";
import { routeRequest } from "../../packages/hub/src/routing/request.ts";
import { seeded } from "./agents.ts";

/** Microseconds of one decision by text, with its attempt counted, among `agents` that all fit. Median of five rounds. */
export function decisionUs(agents: number): number {
  const reading = { vectorOf, wordsOf };
  const candidates = Array.from({ length: agents }, (_, i) => i).flatMap(
    (i) => candidateOf(`agent-${i}`, { skills: [{ id: "work", description: `Does the work of ${i}` }] }, reading) ?? [],
  );
  const lists = { allow: [], deny: [] };
  const from: Choosing = { candidates, facts: () => noFacts, lists, policy: defaultPolicy, random: seeded(1) };
  const text = "please do the work of seven";
  const request = routeRequest({
    text,
    words: new Set(wordsOf(text)),
    vector: vectorOf(text),
    chain: { id: "c", path: [], spent: 0 },
  });
  let pool = emptyPool;
  const calls = Math.ceil(100_000 / agents);
  const about = { skill: "work", why: "", times: { firstMs: 1, totalMs: 5 } };
  const rounds = [1, 2, 3, 4, 5, 6].map((round) => {
    const begun = performance.now();
    for (let call = 0; call < calls; call++) {
      const now = round * 100_000 + call;
      const { pick } = choose(pool, request, from, new Set(), true, now);
      pool = poolSent(pool, pick?.agent ?? "", String(now), now);
      pool = poolEnded(pool, pick?.agent ?? "", String(now), "ok", about, now + 5, defaultPolicy);
    }
    return ((performance.now() - begun) / calls) * 1000;
  });
  return rounds.slice(1).sort((a, b) => a - b)[2] ?? Number.NaN; // The first round warms up.
}
