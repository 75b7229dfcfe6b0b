/** Whether a task was good, term by term. Pure. */
import type { Indicator } from "./indicators.ts";
import type { Term } from "./terms.ts";
import type { Measurement } from "./tracking.ts";

/** One term's verdict on a task. */
export interface Verdict {
  readonly term: Term;
  readonly good: boolean;
  /** ms, credits, or for success 1 and 0. */
  readonly value: number;
}

/**
 * The verdicts on a task; a term whose indicator was not measured says nothing. A cancelled task is its caller's doing and
 * judged by nobody. A task that did not complete breaks its promise of time too: it never came.
 */
export function judge(measured: Measurement, terms: readonly Term[]): readonly Verdict[] {
  if (measured.outcome === "canceled") return [];
  const completed = measured.outcome === "completed";
  return terms.flatMap((term): Verdict[] => {
    if (term.indicator === "success") return [{ term, good: completed, value: completed ? 1 : 0 }];
    const value = measuredOf(measured, term.indicator);
    if (value === undefined) return [];
    const within = value <= (term.threshold ?? Number.POSITIVE_INFINITY);
    return [{ term, good: within && (completed || term.indicator !== "total"), value }];
  });
}

function measuredOf(measured: Measurement, indicator: Exclude<Indicator, "success">): number | undefined {
  switch (indicator) {
    case "accept":
      return measured.acceptMs;
    case "first-artifact":
      return measured.firstArtifactMs;
    case "total":
      return measured.totalMs;
    case "cost":
      return measured.cost;
  }
}
