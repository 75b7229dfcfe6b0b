/**
 * What a party wants. Utilities lie between 0 and 1 where the party has normalised them; nothing here needs it.
 *
 * Three kinds: linear-additive (a weight for each issue, an evaluation for each value), constraints (boxes over the values' indexes that add
 * their worth where the outcome lies inside, the hyper-rectangles of Genius), and any function. Only the first lets the analysis and the
 * strategies work on spaces that cannot be enumerated.
 */
import { NegotiationError } from "../errors.ts";
import type { Domain, Outcome } from "./domain.ts";

interface Common {
  /** What the party has without a deal; no deal below it is rational. Default 0. */
  readonly reservation?: number;
  /** What remains of a utility at the deadline: u * discount^t, t in [0, 1]. Default 1, no discount. */
  readonly discount?: number;
}

/** Utility of an outcome: the sum over the issues k of `weights[k] * evaluations[k][value]`. */
export interface AdditivePreferences extends Common {
  readonly kind: "additive";
  readonly weights: readonly number[];
  readonly evaluations: readonly (readonly number[])[];
}

/** A box: the outcome lies in it when every issue's index is within `low[k]` and `high[k]`, both included. */
export interface Constraint {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly worth: number;
}

/** Utility of an outcome: the worth of all boxes it lies in, divided by `best` (default: the sum of all that is worth something). */
export interface ConstraintPreferences extends Common {
  readonly kind: "constraints";
  readonly constraints: readonly Constraint[];
  readonly best?: number;
}

/** Utility by any function of the outcome; cannot be stored. */
export interface FunctionPreferences extends Common {
  readonly kind: "function";
  readonly utility: (outcome: Outcome) => number;
}

/** What a party wants; see the head of this file. */
export type Preferences = AdditivePreferences | ConstraintPreferences | FunctionPreferences;

/** Gives the utility of an outcome, undiscounted. */
export type Utility = (outcome: Outcome) => number;

/** What a party has without a deal. */
export function reservationOf(preferences: Preferences): number {
  return preferences.reservation ?? 0;
}

/** `weights[k] * evaluations[k][value]`: what each value adds. */
export function partsOf({ weights, evaluations }: AdditivePreferences): readonly Float64Array[] {
  return evaluations.map((row, k) => Float64Array.from(row, (one) => one * weights[k]!));
}

/** The utility function of some preferences. */
export function utilityOf(preferences: Preferences): Utility {
  switch (preferences.kind) {
    case "additive": {
      const parts = partsOf(preferences);
      return (outcome) => {
        let sum = 0;
        for (let k = 0; k < parts.length; k++) sum += parts[k]![outcome[k]!]!;
        return sum;
      };
    }
    case "constraints": {
      const { constraints } = preferences;
      const best = preferences.best ?? constraints.reduce((sum, { worth }) => sum + Math.max(0, worth), 0);
      return (outcome) => {
        let sum = 0;
        for (const { low, high, worth } of constraints)
          if (outcome.every((at, k) => at >= low[k]! && at <= high[k]!)) sum += worth;
        return best === 0 ? 0 : sum / best;
      };
    }
    case "function":
      return preferences.utility;
  }
}

/** A utility at relative time `t`, in [0, 1]. */
export function discounted(preferences: Preferences, utility: number, t: number): number {
  const { discount = 1 } = preferences;
  return discount === 1 ? utility : utility * discount ** t;
}

/** The most an additive party can get. */
export function bestOf(preferences: AdditivePreferences): number {
  return partsOf(preferences).reduce((sum, row) => sum + row.reduce((a, b) => Math.max(a, b)), 0);
}

/** Checks preferences from outside against their domain. Throws `SCENARIO_INVALID`. */
export function checkPreferences(domain: Domain, preferences: Preferences, field: string): void {
  const invalid = (inner: string, wanted: string, got: unknown) =>
    new NegotiationError("SCENARIO_INVALID", { field: `${field}.${inner}`, wanted, got });
  const { reservation = 0, discount = 1 } = preferences;
  if (!Number.isFinite(reservation)) throw invalid("reservation", "a finite number", reservation);
  if (!(discount > 0 && discount <= 1)) throw invalid("discount", "a number above 0 and at most 1", discount);
  const sizes = domain.issues.map(({ values }) => values.length);
  if (preferences.kind === "additive") {
    const { weights, evaluations } = preferences;
    if (weights.length !== sizes.length || !weights.every((one) => Number.isFinite(one) && one >= 0))
      throw invalid("weights", `${sizes.length} numbers of at least 0`, weights);
    if (evaluations.length !== sizes.length) throw invalid("evaluations", `${sizes.length} rows`, evaluations.length);
    for (const [k, row] of evaluations.entries())
      if (row.length !== sizes[k] || !row.every(Number.isFinite))
        throw invalid(`evaluations[${k}]`, `${sizes[k]} finite numbers`, row);
  } else if (preferences.kind === "constraints")
    for (const [i, { low, high, worth }] of preferences.constraints.entries()) {
      if (low.length !== sizes.length || high.length !== sizes.length)
        throw invalid(`constraints[${i}]`, `${sizes.length} bounds on each side`, `${low.length} and ${high.length}`);
      if (!Number.isFinite(worth)) throw invalid(`constraints[${i}].worth`, "a finite number", worth);
    }
}
