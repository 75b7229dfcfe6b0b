/**
 * The Pareto front of a scenario: exact by merging for additive parties (two: bilateral-front.ts; more: the same idea with a filter in more
 * dimensions), by enumeration for any other preferences, as long as the outcomes can be enumerated.
 */
import { NegotiationError } from "../errors.ts";
import { countOutcomes, type Domain, type Outcome, outcomeAt } from "../scenario/domain.ts";
import { type AdditivePreferences, type Preferences, partsOf, utilityOf } from "../scenario/preferences.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { bilateralFront } from "./bilateral-front.ts";
import { undominated } from "./dominance.ts";

/** A Pareto front: utility vectors, the first party's utility falling, and an outcome for each. */
export interface Front {
  readonly points: readonly (readonly number[])[];
  outcome(i: number): Outcome;
  /** How far a point of the true front may lie above this one, in any party's utility; 0 when it is exact. */
  readonly error: number;
}

/** Enumeration beyond this is refused: it would take minutes and gigabytes. */
export const mostEnumerated = 2_000_000;

/** The front of a scenario. Throws `TOO_MANY_OUTCOMES` where preferences are not all additive and the domain is large. */
export function paretoFront(scenario: Scenario, options: { readonly maxPoints?: number } = {}): Front {
  const preferences = scenario.profiles.map((profile) => profile.preferences);
  if (!preferences.every(isAdditive)) return frontByEnumeration(scenario.domain, preferences);
  const [a, b] = preferences;
  if (preferences.length === 2 && a !== undefined && b !== undefined) {
    const { first, second, outcome, error } = bilateralFront(a, b, options.maxPoints);
    return { points: Array.from(first, (one, i) => [one, second[i]!]), outcome, error };
  }
  return multilateralFront(preferences);
}

/** The front by looking at every outcome. Throws `TOO_MANY_OUTCOMES`. */
export function frontByEnumeration(domain: Domain, preferences: readonly Preferences[]): Front {
  const count = countOutcomes(domain);
  if (count > mostEnumerated) throw new NegotiationError("TOO_MANY_OUTCOMES", { most: mostEnumerated, got: count });
  const utilities = preferences.map(utilityOf);
  const points: number[][] = [];
  for (let number = 0; number < count; number++) {
    const outcome = outcomeAt(domain, number);
    points.push(utilities.map((utility) => utility(outcome)));
  }
  const kept = undominated(points);
  return { points: kept.map((at) => points[at]!), outcome: (i) => outcomeAt(domain, kept[i]!), error: 0 };
}

function multilateralFront(preferences: readonly AdditivePreferences[]): Front {
  const parts = preferences.map(partsOf);
  const issues = parts[0]!.length;
  let points: number[][] = [preferences.map(() => 0)];
  let outcomes: number[][] = [[]];
  for (let k = 0; k < issues; k++) {
    const rows = parts.map((rowsOf) => rowsOf[k]!);
    const values = Array.from(rows[0]!.keys(), (value) => rows.map((row) => row[value]!));
    const good = undominated(values);
    const sums: number[][] = [];
    for (const point of points) for (const value of good) sums.push(point.map((one, p) => one + values[value]![p]!));
    const kept = undominated(sums);
    const before = outcomes;
    points = kept.map((at) => sums[at]!);
    outcomes = kept.map((at) => [...before[Math.floor(at / good.length)]!, good[at % good.length]!]);
  }
  return { points, outcome: (i) => outcomes[i]!, error: 0 };
}

function isAdditive(preferences: Preferences): preferences is AdditivePreferences {
  return preferences.kind === "additive";
}
