import { indicators } from "./indicators.ts";
import { type Series, tallyOver } from "./series.ts";
import type { Term } from "./terms.ts";

const lookBackMs = 72 * 3_600_000;

/**
 * The terms whose burn rate is watched: an agent's own, and those that only agreements name, as long as tasks under them
 * were counted in the longest window of an alert.
 */
export function watchedTerms(series: Series, terms: readonly Term[], target: number, now: number): readonly Term[] {
  const agreed = indicators.flatMap((indicator): Term[] => {
    if (terms.some((term) => term.indicator === indicator)) return [];
    const { good, bad } = tallyOver(series, indicator, lookBackMs, now);
    return good + bad === 0 ? [] : [{ indicator, threshold: undefined, target, source: "agreement" }];
  });
  return [...terms, ...agreed];
}
