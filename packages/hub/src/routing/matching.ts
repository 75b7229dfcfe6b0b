/**
 * How far a skill is what a request means, from 0 to 1. A skill that is named counts 1 by its id and 0.8 by a tag. Text is
 * read twice and the two are averaged: the share of the request's words that the skill knows, each word weighing the more
 * the fewer agents know it (inverse document frequency: "on" and "my" say nothing), and the cosine of the vectors. Both
 * look at words, not at meaning: good enough to tell a baker from a smith, and behind hard filters (a semantic match alone
 * fails on negation and on skills that are near each other).
 */
import type { Candidate, CandidateSkill } from "./candidate.ts";
import type { RouteRequest } from "./request.ts";

/** A skill and how far it is meant. `fit` is that of the text alone; undefined without text. */
export interface Match {
  readonly skill: CandidateSkill | undefined;
  readonly value: number;
  readonly fit: number | undefined;
}

/** What each word of a request weighs. */
export type WordWeights = ReadonlyMap<string, number>;

const byTag = 0.8;
const unknown = 0.5;

/** Weights of a request's words among the candidates: ln((agents + 1) / (agents that know the word + ½)). */
export function wordWeights(candidates: readonly Candidate[], request: RouteRequest): WordWeights {
  const weights = new Map<string, number>();
  for (const word of request.words) {
    let know = 0;
    for (const { skills } of candidates) if (skills.some(({ words }) => words.has(word))) know += 1;
    weights.set(word, Math.log((candidates.length + 1) / (know + 0.5)));
  }
  return weights;
}

/** The skills of a candidate that the request may mean: by id, else by tag; all of them when it names none. */
export function skillsFor(candidate: Candidate, skill: string | undefined): readonly CandidateSkill[] {
  if (skill === undefined) return candidate.skills;
  const named = candidate.skills.filter((offered) => offered.id === skill);
  return named.length > 0 ? named : candidate.skills.filter((offered) => offered.tags.includes(skill));
}

/** The skill of a candidate that is meant most. */
export function bestMatch(candidate: Candidate, request: RouteRequest, weights: WordWeights): Match {
  let best: Match = { skill: undefined, value: 0, fit: undefined };
  for (const skill of skillsFor(candidate, request.skill)) {
    const named = request.skill === undefined ? undefined : skill.id === request.skill ? 1 : byTag;
    const fit = request.words.size === 0 ? undefined : fitOf(skill, request, weights);
    const value = named === undefined ? (fit ?? unknown) : fit === undefined ? named : (named + fit) / 2;
    if (best.skill === undefined || value > best.value) best = { skill, value, fit };
  }
  return best;
}

function fitOf(skill: CandidateSkill, request: RouteRequest, weights: WordWeights): number {
  let [known, all, cosine] = [0, 0, 0];
  for (const [word, weight] of weights) {
    all += weight;
    if (skill.words.has(word)) known += weight;
  }
  for (let i = 0; i < request.vector.length; i++) cosine += (request.vector[i] ?? 0) * (skill.vector[i] ?? 0);
  return (known / all + Math.min(1, Math.max(0, cosine))) / 2;
}
