/**
 * Learns a person's weights from answers to "which of these two would you rather have?".
 *
 * Values are known or guessed (each issue's evaluations); the weights of the issues are not: they are at least 0 and add up to 1. An answer
 * that A is better than B says that weights * (a - b) >= 0, which cuts the simplex; what is left is a polytope, and any weights in it
 * explain every answer. The state keeps answers and a sample of the polytope, drawn by hit-and-run (Smith 1984) from a seed: from a point
 * in a random direction to a random point of the chord, which is uniform in the end. The next question is the pair of outcomes on which the
 * sample disagrees most: half of it for either. Each answer so halves what is possible, as near as the pairs allow.
 *
 * How sure it is follows from the sample: the mean weights, the spread of each, and `agreement`, the share of the sample that holds the
 * same outcome for the better one in a random pair. An answer that no weights explain together with those before is refused and changes nothing: the
 * caller asks again. Whether there are such weights is decided exactly (matrix-game.ts).
 *
 * A pure state machine: state and answers are plain JSON, and the same seed and answers give the same questions.
 */
import { drawing } from "../draw.ts";
import { NegotiationError } from "../errors.ts";
import { type Domain, describeOutcome, type Outcome } from "../scenario/domain.ts";
import { type AdditivePreferences, checkPreferences } from "../scenario/preferences.ts";
import { solveGame } from "./matrix-game.ts";

/** Which of two outcomes is better? */
export interface Question {
  readonly a: Outcome;
  readonly b: Outcome;
  /** The share of the sampled weights for which a is better; the nearer to 0.5, the more an answer tells. */
  readonly share: number;
}

/** An answer to a question. */
export interface PairwiseAnswer {
  readonly better: Outcome;
  readonly worse: Outcome;
}

/** What is known so far, as plain JSON. */
export interface Elicitation {
  readonly domain: Domain;
  readonly evaluations: readonly (readonly number[])[];
  readonly answers: readonly PairwiseAnswer[];
  readonly seed: number;
  /** Weights that explain all answers. */
  readonly sample: readonly (readonly number[])[];
}

/** What the answers say of the weights. */
export interface Elicited {
  /** The mean of the weights that are possible: for each issue, adding up to 1. */
  readonly weights: readonly number[];
  /** The standard deviation of each. */
  readonly spread: readonly number[];
  /** The chance that two possible weightings agree on which of two random outcomes is better, 0.5 to 1. */
  readonly agreement: number;
}

const sampled = 200;
const steps = 12;
const pairsLooked = 400;
const flat = 1e-9;

/** Opens an elicitation. `evaluations[k][v]` is what value v of issue k is worth beside the others of it. Throws `SCENARIO_INVALID`. */
export function startElicitation(domain: Domain, evaluations: readonly (readonly number[])[], seed = 1): Elicitation {
  const even = domain.issues.map(() => 1 / domain.issues.length);
  checkPreferences(domain, { kind: "additive", weights: even, evaluations }, "elicitation");
  const state = { domain, evaluations, answers: [], seed, sample: [even] };
  return { ...state, sample: sampleOf(state, even) };
}

/** The question that splits what is possible best; undefined when no pair of outcomes that was looked at divides it. */
export function nextQuestion(state: Elicitation): Question | undefined {
  const { domain, sample, seed, answers } = state;
  const draw = drawing(seed * 7919 + answers.length);
  let best: Question | undefined;
  for (let i = 0; i < pairsLooked; i++) {
    const a = drawnOutcome(domain, draw);
    // Pairs that differ in two issues are the easiest to answer, and the others split no better.
    const b = i % 2 === 0 ? changed(domain, a, draw) : drawnOutcome(domain, draw);
    const gain = gainOf(state, { better: a, worse: b });
    if (gain.every((one) => Math.abs(one) <= flat)) continue;
    const share = sample.reduce((count, weights) => count + (dot(gain, weights) > 0 ? 1 : 0), 0) / sample.length;
    if (share === 0 || share === 1) continue;
    if (best === undefined || Math.abs(share - 0.5) < Math.abs(best.share - 0.5)) best = { a, b, share };
  }
  return best;
}

/** Takes an answer. Throws `ANSWER_CONTRADICTS` when no weights explain it together with the earlier ones, `OUTCOME_INVALID`. */
export function answered(state: Elicitation, answer: PairwiseAnswer): Elicitation {
  for (const outcome of [answer.better, answer.worse]) describeOutcome(state.domain, outcome); // refuses what is none
  const next = { ...state, answers: [...state.answers, answer] };
  const centre = centreOf(next);
  if (centre === undefined) throw new NegotiationError("ANSWER_CONTRADICTS", { ...answer, answers: state.answers.length });
  return { ...next, sample: sampleOf(next, centre) };
}

/** What the answers say. */
export function elicited({ domain, evaluations, sample, seed }: Elicitation): Elicited {
  const weights = domain.issues.map((_, k) => sample.reduce((sum, one) => sum + one[k]!, 0) / sample.length);
  const spread = weights.map((mean, k) => Math.sqrt(sample.reduce((sum, one) => sum + (one[k]! - mean) ** 2, 0) / sample.length));
  const draw = drawing(seed * 104_729);
  let [agree, pairs] = [0, 0];
  for (let i = 0; i < pairsLooked; i++) {
    const gain = gainOf({ evaluations }, { better: drawnOutcome(domain, draw), worse: drawnOutcome(domain, draw) });
    if (gain.every((one) => Math.abs(one) <= flat)) continue;
    const share = sample.reduce((count, one) => count + (dot(gain, one) > 0 ? 1 : 0), 0) / sample.length;
    agree += share ** 2 + (1 - share) ** 2;
    pairs += 1;
  }
  return { weights, spread, agreement: pairs === 0 ? 1 : agree / pairs };
}

/** The preferences that were learned, by the mean weights. */
export function elicitedPreferences(state: Elicitation, reservation = 0): AdditivePreferences {
  return { kind: "additive", weights: elicited(state).weights, evaluations: state.evaluations, reservation };
}

// For each issue how much more the better outcome is worth by a weight of 1.
function gainOf({ evaluations }: Pick<Elicitation, "evaluations">, { better, worse }: PairwiseAnswer): readonly number[] {
  return evaluations.map((row, k) => row[better[k]!]! - row[worse[k]!]!);
}

// What each answer says; a choice between two that are worth the same under any weights says nothing.
function gainsOf(state: Pick<Elicitation, "answers" | "evaluations">): readonly (readonly number[])[] {
  return state.answers.map((one) => gainOf(state, one)).filter((gain) => gain.some((one) => Math.abs(one) > flat));
}

// The weights that are farthest from contradicting any answer and from leaving an issue out: a point inside, from which every direction is open.
function centreOf(state: Pick<Elicitation, "answers" | "domain" | "evaluations">): readonly number[] | undefined {
  const gains = gainsOf(state);
  const payoffs = state.domain.issues.map((_, k) => [
    ...gains.map((gain) => gain[k]!),
    ...state.domain.issues.map((_issue, other) => (other === k ? 1 : 0)),
  ]);
  const { mixture, value } = solveGame(payoffs);
  return value > flat ? mixture : undefined;
}

function sampleOf(
  state: Pick<Elicitation, "answers" | "evaluations" | "seed">,
  start: readonly number[],
): readonly (readonly number[])[] {
  const gains = gainsOf(state);
  const draw = drawing(state.seed + state.answers.length * 65_537);
  if (start.length === 1) return [start];
  let point = start;
  return Array.from({ length: sampled }, () => {
    for (let i = 0; i < steps; i++) {
      const direction = randomDirection(point.length, draw);
      const [low, high] = chord(point, direction, gains);
      const step = low + (high - low) * draw();
      point = point.map((one, k) => Math.max(0, one + direction[k]! * step));
    }
    return point;
  });
}

// How far one may go from a point in a direction, backward and forward, within the simplex and the answers.
function chord(
  point: readonly number[],
  direction: readonly number[],
  gains: readonly (readonly number[])[],
): readonly [number, number] {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bound = (now: number, change: number) => {
    if (change > 0) low = Math.max(low, -now / change);
    else if (change < 0) high = Math.min(high, -now / change);
  };
  for (const [k, one] of point.entries()) bound(one, direction[k]!);
  for (const gain of gains) bound(dot(gain, point), dot(gain, direction));
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? [Math.min(0, low), Math.max(0, high)] : [0, 0];
}

// Normal in every coordinate, so uniform over directions, and put into the plane in which weights keep their sum.
function randomDirection(size: number, draw: () => number): readonly number[] {
  const raw = Array.from({ length: size }, () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw()));
  const mean = raw.reduce((sum, one) => sum + one, 0) / size;
  return raw.map((one) => one - mean);
}

function drawnOutcome(domain: Domain, draw: () => number): Outcome {
  return domain.issues.map(({ values }) => Math.floor(draw() * values.length));
}

// The same outcome with other values in two issues.
function changed(domain: Domain, outcome: Outcome, draw: () => number): Outcome {
  const count = domain.issues.length;
  const first = Math.floor(draw() * count);
  const second = (first + 1 + Math.floor(draw() * Math.max(1, count - 1))) % count;
  return outcome.map((value, k) => (k === first || k === second ? Math.floor(draw() * domain.issues[k]!.values.length) : value));
}

function dot(x: readonly number[], y: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < x.length; k++) sum += x[k]! * y[k]!;
  return sum;
}
