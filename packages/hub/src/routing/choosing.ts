/**
 * One decision: filter, score, keep the best band, and among it take the lighter of two drawn at random (power of two
 * choices, Mitzenmacher 2001) by expected wait. An agent whose breaker is half-open goes first when the call can bear a
 * failure: a probe nobody sends would leave it out for good. Rejected: always the cheapest of all, which makes every hub
 * on a store run to the same agent at once; and drawing two of the whole pool, where both may be slow.
 */
import type { Candidate } from "./candidate.ts";
import { type Facts, noFacts } from "./facts.ts";
import { type Drop, momentaryDrop, type RoutingLists, staticDrop } from "./filters.ts";
import { costOf } from "./load.ts";
import { bestMatch, type Match, wordWeights } from "./matching.ts";
import type { RoutingPolicy } from "./policy.ts";
import { type Pool, type Standing, standingOf } from "./pool.ts";
import type { RouteRequest } from "./request.ts";
import { type Score, scoreOf } from "./score.ts";

/** An agent that passed the filters. `cost` is the expected wait, ms. */
export interface Ranked extends Score {
  readonly cost: number;
  readonly outstanding: number;
  /** Whether it was near enough to the best to be drawn. */
  readonly band: boolean;
}

/** What was decided and why. `pick` is undefined when nobody was left. */
export interface Choice {
  readonly pick: Ranked | undefined;
  readonly how: "only-one" | "two-choices" | "probe" | "nobody";
  /** Those drawn, in the order they were drawn. */
  readonly drawn: readonly string[];
  /** Best score first. */
  readonly ranked: readonly Ranked[];
  readonly dropped: readonly Drop[];
  /** Too few agents are healthy: breakers were not asked. */
  readonly panic: boolean;
}

/** What a choice is made from. `random` gives numbers from 0 to 1. */
export interface Choosing {
  readonly candidates: readonly Candidate[];
  readonly facts: (agent: string) => Facts;
  readonly lists: RoutingLists;
  readonly policy: RoutingPolicy;
  readonly random: () => number;
}

/** Chooses among the candidates but those `tried`. `mayProbe`: the call can bear a failure. */
export function choose(
  pool: Pool,
  request: RouteRequest,
  from: Choosing,
  tried: ReadonlySet<string>,
  mayProbe: boolean,
  now: number,
): Choice {
  const { policy } = from;
  const dropped: Drop[] = [];
  const fit: Fit[] = [];
  const weights = wordWeights(from.candidates, request);
  for (const candidate of from.candidates) {
    const match = bestMatch(candidate, request, weights);
    const drop = staticDrop(candidate, request, match, from.lists, policy);
    if (drop) dropped.push(drop);
    else
      fit.push({
        candidate,
        match,
        standing: standingOf(pool, candidate.name, now),
        facts: from.facts(candidate.name) ?? noFacts,
      });
  }
  const healthy = fit.filter(({ standing }) => standing.breaker.state === "closed").length;
  const panic = fit.length > 0 && healthy < fit.length * policy.panicShare;
  const left = fit.filter(({ candidate, standing, facts }) => {
    if (tried.has(candidate.name)) return false;
    const drop = momentaryDrop(candidate, request, standing, facts, panic, now, policy);
    if (drop) dropped.push(drop);
    return !drop;
  });
  if (left.length === 0) return { pick: undefined, how: "nobody", drawn: [], ranked: [], dropped, panic };

  const scored = scoredAll(left, request, policy, now);
  // One that is half-open is drawn only as a probe, or where there is nobody else.
  const steady = scored.filter(({ breaker }) => panic || breaker.state === "closed");
  const band = bandOf(steady.length > 0 ? steady : scored, policy);
  const inBand = new Set(band.map(({ agent }) => agent));
  // Written out, not spread: with a thousand agents that is half of the decision's time.
  const ranked = scored.map(
    ({ agent, skill, total, parts, penalty, cost, outstanding }): Ranked => ({
      agent,
      skill,
      total,
      parts,
      penalty,
      cost,
      outstanding,
      band: inBand.has(agent),
    }),
  );
  const chosen = (agent: string | undefined) => ranked.find((one) => one.agent === agent);

  const probe = panic ? undefined : scored.find(({ breaker }) => isDue(breaker, mayProbe, now, policy));
  if (probe && steady.length > 0)
    return { pick: chosen(probe.agent), how: "probe", drawn: [probe.agent], ranked, dropped, panic };
  const drawn = draw(band, policy.choices, from.random);
  const pick = drawn.reduce((a, b) => (b.cost < a.cost ? b : a), drawn[0] ?? band[0]!); // why: near holds the best, so band is never empty
  return {
    pick: chosen(pick.agent),
    how: ranked.length === 1 ? "only-one" : "two-choices",
    drawn: drawn.map(({ agent }) => agent),
    ranked,
    dropped,
    panic,
  };
}

interface Fit {
  readonly candidate: Candidate;
  readonly match: Match;
  readonly standing: Standing;
  readonly facts: Facts;
}

interface Scored extends Score {
  readonly cost: number;
  readonly outstanding: number;
  readonly breaker: Standing["breaker"];
}

function scoredAll(fit: readonly Fit[], request: RouteRequest, policy: RoutingPolicy, now: number): readonly Scored[] {
  const best = {
    match: fit.reduce((most, { match }) => Math.max(most, match.value), 0),
    price: fit.reduce((least, { candidate }) => Math.min(least, candidate.service.price ?? 0), Number.POSITIVE_INFINITY),
  };
  const prior = typicalTotal(fit.map(({ standing }) => standing));
  const scored = fit.map(({ candidate, match, standing, facts }): Scored => {
    const { agent, skill, total, parts, penalty } = scoreOf(candidate, match, standing, facts, best, now, policy);
    const cost = costOf(standing.load, request.aim, candidate.service.promises?.totalMs ?? prior, now);
    return { agent, skill, total, parts, penalty, cost, outstanding: standing.load.underWay.size, breaker: standing.breaker };
  });
  return scored.sort((a, b) => b.total - a.total || (a.agent < b.agent ? -1 : 1));
}

// Near the best by score, and of those near the cheapest by expected wait. `scored` has the best score first.
function bandOf(scored: readonly Scored[], policy: RoutingPolicy): readonly Scored[] {
  const near = scored.filter(({ total }) => total >= (scored[0]?.total ?? 0) - policy.scoreBand);
  const least = near.reduce((cost, one) => Math.min(cost, one.cost), Number.POSITIVE_INFINITY);
  return near.filter(({ cost }) => cost <= least * policy.costBand);
}

// A call that cannot bear a failure probes only what nobody else has probed for as long again as the first ejection.
function isDue(breaker: Standing["breaker"], mayProbe: boolean, now: number, policy: RoutingPolicy): boolean {
  return breaker.state === "half-open" && (mayProbe || now - breaker.since >= policy.ejectionMs);
}

// The middle of what is known of the agents' times, ms: what is expected of one that nobody has tried.
function typicalTotal(standings: readonly Standing[]): number {
  const known = standings.flatMap(({ load }) => (load.total ? [load.total.value] : [])).sort((a, b) => a - b);
  return known[known.length >> 1] ?? 0;
}

// Floyd's sampling would save nothing here: a band is short.
function draw<T>(from: readonly T[], count: number, random: () => number): readonly T[] {
  const left = [...from];
  const drawn: T[] = [];
  while (drawn.length < count && left.length > 0)
    drawn.push(...left.splice(Math.min(left.length - 1, Math.floor(random() * left.length)), 1));
  return drawn;
}
