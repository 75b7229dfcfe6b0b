/**
 * The soft score: how well an agent fits, from 0 to 1, as a weighted mean of four parts that are each from 0 to 1.
 *
 *   match        skill by id 1, by tag 0.8, by text alone 0; where there is text, its mean with how the text fits:
 *                half the share of the request's words that the skill knows, half the cosine of the vectors
 *   price        cheapest price among the candidates / price; 1 where all are free
 *   reliability  share of calls that went well (smoothed, fading), times the share of agreements kept where known
 *   budget       share of the error budget that is left; 1 where nothing is promised
 *
 * A term in breach takes `breachPenalty` off the whole: more than the band's width, so that an agent in breach is chosen
 * only where every other one fits worse by as much.
 */
import type { Candidate, CandidateSkill } from "./candidate.ts";
import type { Facts } from "./facts.ts";
import { skillsFor } from "./filters.ts";
import type { RoutingPolicy } from "./policy.ts";
import { reliabilityOf, type Standing } from "./pool.ts";
import type { RouteRequest } from "./request.ts";

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

/** Scores one agent; `cheapest` is the lowest price among the candidates. */
export function scoreOf(
  candidate: Candidate,
  request: RouteRequest,
  standing: Standing,
  facts: Facts,
  cheapest: number,
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
  const [skill, match] = bestSkill(candidate, request);
  const price = candidate.service.price ?? 0;
  const parts = {
    match: part(match, weights.match),
    price: part(price === cheapest ? 1 : cheapest / price, weights.price),
    reliability: part(reliabilityOf(standing, now) * (facts.agreementsKept ?? 1), weights.reliability),
    budget: part(facts.budgetLeft ?? 1, weights.budget),
  };
  const penalty = facts.breached.length > 0 ? breachPenalty : 0;
  const total = parts.match.points + parts.price.points + parts.reliability.points + parts.budget.points - penalty;
  return { agent: candidate.name, skill, total, parts, penalty };
}

function bestSkill(candidate: Candidate, request: RouteRequest): readonly [CandidateSkill | undefined, number] {
  let best: readonly [CandidateSkill | undefined, number] = [undefined, 0];
  for (const skill of skillsFor(candidate, request.skill)) {
    const named = request.skill === undefined ? undefined : skill.id === request.skill ? 1 : 0.8;
    const read = request.words.size === 0 ? undefined : textMatch(skill, request);
    const match = named === undefined ? (read ?? 0.5) : read === undefined ? named : (named + read) / 2;
    if (best[0] === undefined || match > best[1]) best = [skill, match];
  }
  return best;
}

function textMatch(skill: CandidateSkill, request: RouteRequest): number {
  let known = 0;
  for (const word of request.words) if (skill.words.has(word)) known += 1;
  let cosine = 0;
  for (let i = 0; i < request.vector.length; i++) cosine += (request.vector[i] ?? 0) * (skill.vector[i] ?? 0);
  return (known / request.words.size + Math.min(1, Math.max(0, cosine))) / 2;
}
