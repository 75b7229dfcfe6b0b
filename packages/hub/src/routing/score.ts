/**
 * The soft score: how well an agent fits, from 0 to 1, as a weighted mean of four parts that are each from 0 to 1.
 *
 *   match        how far the skill is what is meant (matching.ts) / the best match among the candidates
 *   price        cheapest price among the candidates / price; 1 where all are free
 *   reliability  share of calls that went well (smoothed, fading), times the share of agreements kept where known
 *   budget       share of the error budget that is left; 1 where nothing is promised
 *
 * A term in breach takes `breachPenalty` off the whole: more than the band's width, so that an agent in breach is chosen
 * only where every other one fits worse by as much.
 */
import type { Candidate, CandidateSkill } from "./candidate.ts";
import type { Facts } from "./facts.ts";
import type { Match } from "./matching.ts";
import type { RoutingPolicy } from "./policy.ts";
import { reliabilityOf, type Standing } from "./pool.ts";

/** One part: its value from 0 to 1, its share of the weights, and their product. */
export interface ScorePart {
  readonly value: number;
  readonly weight: number;
  readonly points: number;
}

/** A score with what it is made of. `skill` is the one meant. */
export interface Score {
  readonly agent: string;
  readonly skill: CandidateSkill | undefined;
  readonly total: number;
  readonly parts: Readonly<Record<keyof RoutingPolicy["weights"], ScorePart>>;
  readonly penalty: number;
}

export const breachPenalty = 0.3;

/** What the parts of a score are measured against: the best among the candidates. */
export interface Best {
  readonly match: number;
  readonly price: number;
}

/** Scores one agent whose skills match so far. */
export function scoreOf(
  candidate: Candidate,
  match: Match,
  standing: Standing,
  facts: Facts,
  best: Best,
  now: number,
  policy: RoutingPolicy,
): Score {
  const { weights } = policy;
  const sum = weights.match + weights.price + weights.reliability + weights.budget;
  const part = (value: number, weight: number): ScorePart => ({
    value,
    weight: weight / sum,
    points: (value * weight) / sum,
  });
  const price = candidate.service.price ?? 0;
  const parts = {
    match: part(ratio(match.value, best.match), weights.match),
    price: part(ratio(best.price, price), weights.price),
    reliability: part(reliabilityOf(standing, now) * (facts.agreementsKept ?? 1), weights.reliability),
    budget: part(facts.budgetLeft ?? 1, weights.budget),
  };
  const penalty = facts.breached.length > 0 ? breachPenalty : 0;
  const total = parts.match.points + parts.price.points + parts.reliability.points + parts.budget.points - penalty;
  return { agent: candidate.name, skill: match.skill, total, parts, penalty };
}

// Ratios to the best, not min-max: two prices a hair's breadth apart must not score 1 and 0.
function ratio(less: number, more: number): number {
  return less === more ? 1 : less / more; // Equal covers 0/0.
}
