import { assess, type Survey } from "./survey.ts";

/**
 * How fair a deal is by the kindest of three notions of fairness: the largest of its optimalities for the Nash, the Kalai and the
 * Kalai-Smorodinsky point, from 0 to 1. Undefined where no outcome is rational for everybody.
 */
export function fairnessOf(survey: Survey, utilities: readonly number[]): number | undefined {
  const { nash, kalai, kalaiSmorodinsky } = assess(survey, utilities);
  if (nash === undefined || kalai === undefined || kalaiSmorodinsky === undefined) return undefined;
  return Math.max(nash.optimality, kalai.optimality, kalaiSmorodinsky.optimality);
}

/**
 * What each party missed: the most it could have got in an outcome at which everybody has the reservation, less what it got; 0 at least.
 * Undefined where no outcome is rational for everybody.
 */
export function regretOf({ front, reservation }: Survey, utilities: readonly number[]): readonly number[] | undefined {
  const rational = front.points.filter((point) => point.every((one, p) => one >= reservation[p]! - 1e-9));
  if (rational.length === 0) return undefined;
  return utilities.map((one, p) => rational.reduce((most, point) => Math.max(most, point[p]!), one) - one);
}
