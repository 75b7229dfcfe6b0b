import type { Breach } from "./breach.ts";
import type { Report } from "./report.ts";

/** What routing asks of an agent. */
export interface Standing {
  /** 95th percentile of the time to the end over the last hour, ms; undefined with too few tasks. */
  readonly totalP95Ms: number | undefined;
  /** The least error budget over its terms. */
  readonly budgetLeft: number | undefined;
  /** Terms in breach that page. */
  readonly breached: readonly string[];
}

const hourMs = 3_600_000;

/** The standing that a report amounts to. `minTasks` must have been timed for the quantile to be believed. */
export function standingFrom(report: Report, open: readonly Breach[], minTasks: number): Standing {
  const hour = report.times.find(({ indicator, windowMs }) => indicator === "total" && windowMs === hourMs);
  const budgets = report.terms.filter(({ good, bad }) => good + bad > 0).map(({ budgetLeft }) => budgetLeft);
  return {
    totalP95Ms: hour && hour.count >= minTasks ? hour.p95 : undefined,
    budgetLeft: budgets.length === 0 ? undefined : Math.min(...budgets),
    breached: open.filter(({ severity }) => severity === "page").map(({ indicator }) => indicator),
  };
}

/** The standing of an agent of which nothing was seen. */
export const unknownStanding: Standing = { totalP95Ms: undefined, budgetLeft: undefined, breached: [] };
