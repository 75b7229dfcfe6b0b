/**
 * The same solution points by rank. Utilities say how much better an outcome is, and parties may scale them as they like; ranks only say
 * what is better. A party's ordinal utility of an outcome is the share of the other outcomes that it likes less, ties counting half: 0 for
 * the one worst outcome, 1 for the one best. What is on the Pareto front stays on it.
 */
import { NegotiationError } from "../errors.ts";
import { countOutcomes, outcomeAt } from "../scenario/domain.ts";
import { utilityOf } from "../scenario/preferences.ts";
import { type Front, mostEnumerated } from "./front.ts";
import { type Solutions, solutionsOf } from "./solutions.ts";
import type { Survey } from "./survey.ts";

/** A front and its solution points in ordinal utilities. */
export interface OrdinalSurvey {
  readonly front: Front;
  readonly solutions: Solutions | undefined;
  /** The ordinal utility that the reservation has. */
  readonly reservation: readonly number[];
  /** What utilities are as ranks. */
  ranked(utilities: readonly number[]): readonly number[];
}

/** Surveys a scenario by rank. Throws `TOO_MANY_OUTCOMES`. */
export function ordinalSurveyOf({ scenario, front, reservation }: Survey): OrdinalSurvey {
  const { domain, profiles } = scenario;
  const count = countOutcomes(domain);
  if (count > mostEnumerated) throw new NegotiationError("TOO_MANY_OUTCOMES", { most: mostEnumerated, got: count });
  const sorted = profiles.map(({ preferences }) => {
    const worth = utilityOf(preferences);
    return Float64Array.from({ length: count }, (_, number) => worth(outcomeAt(domain, number))).sort();
  });
  const ranked = (utilities: readonly number[]) => utilities.map((one, p) => rankIn(sorted[p]!, one));
  const points = front.points.map(ranked);
  const least = reservation.map((one, p) => below(sorted[p]!, one - sameUtility) / Math.max(1, count - 1));
  const best = sorted.map((row) => rankIn(row, row[count - 1]!));
  const ordinal: Front = { points, outcome: (i) => front.outcome(i), error: 0 };
  return { front: ordinal, solutions: solutionsOf(ordinal, least, best), reservation: least, ranked };
}

const sameUtility = 1e-9;

// The share of the others below, ties counting half.
function rankIn(sorted: Float64Array, value: number): number {
  const [low, high] = [below(sorted, value - sameUtility), below(sorted, value + sameUtility)];
  const ties = Math.max(0, high - low - 1);
  return sorted.length <= 1 ? 1 : (low + ties / 2) / (sorted.length - 1);
}

function below(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
