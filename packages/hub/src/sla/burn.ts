/**
 * Error budgets and burn-rate alerts, after the SRE workbook (chapter 5, "Alerting on SLOs", multiwindow and
 * multi-burn-rate). The burn rate is the share of bad tasks over the share that the target allows: at 1 the budget lasts
 * exactly its window. An alert needs a long window, so that it matters, and a short one, so that it still goes on; and
 * enough tasks, since one failure of three says little.
 */
import type { Indicator } from "./indicators.ts";
import { type Series, tallyOver } from "./series.ts";

/** How loud an alert is: a page wakes somebody, a ticket waits for the morning. */
export const severities = ["page", "ticket"] as const;
export type Severity = (typeof severities)[number];

/** One rule. Windows in ms. */
export interface BurnRule {
  readonly severity: Severity;
  readonly factor: number;
  readonly longMs: number;
  readonly shortMs: number;
}

const minute = 60_000;
const hour = 60 * minute;

/** Loudest and quickest first: 2 %, 5 %, 10 % and 10 % of a thirty-day budget. */
export const burnRules: readonly BurnRule[] = [
  { severity: "page", factor: 14.4, longMs: hour, shortMs: 5 * minute },
  { severity: "page", factor: 6, longMs: 6 * hour, shortMs: 30 * minute },
  { severity: "ticket", factor: 3, longMs: 24 * hour, shortMs: 2 * hour },
  { severity: "ticket", factor: 1, longMs: 72 * hour, shortMs: 6 * hour },
];

/** What is asked of an alert beside its rates: so many tasks in the long window, so many of them bad. */
export interface Minimum {
  readonly tasks: number;
  readonly bad: number;
}

/** A rule that fires. */
export interface Burning {
  readonly rule: BurnRule;
  readonly rate: number;
}

/** The burn rate over a window; 0 without tasks. */
export function burnRate(series: Series, indicator: Indicator, target: number, windowMs: number, now: number): number {
  const { good, bad } = tallyOver(series, indicator, windowMs, now);
  return good + bad === 0 ? 0 : bad / (good + bad) / (1 - target);
}

/**
 * The loudest rule that fires, or undefined. A target so low that a rule's factor can never be reached (0.9 allows at most
 * a rate of 10) is judged by the greatest rate there can be: everything bad.
 */
export function burning(
  series: Series,
  indicator: Indicator,
  target: number,
  minimum: Minimum,
  now: number,
): Burning | undefined {
  const most = 1 / (1 - target);
  for (const rule of burnRules) {
    const { good, bad } = tallyOver(series, indicator, rule.longMs, now);
    if (good + bad < minimum.tasks || bad < minimum.bad) continue;
    const rate = bad / (good + bad) / (1 - target);
    const factor = Math.min(rule.factor, most);
    const epsilon = 1e-9; // Shares are quotients: 1/(1-0.95) is not quite 20.
    if (rate >= factor - epsilon && burnRate(series, indicator, target, rule.shortMs, now) >= factor - epsilon)
      return { rule, rate };
  }
  return undefined;
}

/** Share of the error budget of a window that is left, 1 to 0; 1 without tasks. */
export function budgetLeft(series: Series, indicator: Indicator, target: number, windowMs: number, now: number): number {
  return Math.max(0, 1 - burnRate(series, indicator, target, windowMs, now));
}
