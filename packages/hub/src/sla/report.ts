/** An agent's report: terms with attainment and budget, burn rates, quantiles, breaches. Pure. */
import { z } from "zod";
import type { Breach } from "./breach.ts";
import { budgetLeft, burnRate, burnRules, severities } from "./burn.ts";
import { indicators, timeIndicators } from "./indicators.ts";
import { bucketsOver, type Series, tallyOver } from "./series.ts";
import { quantilesOf } from "./sketch.ts";
import { type Term, termSources } from "./terms.ts";

export const breachSchema = z.object({
  id: z.string(),
  agent: z.string(),
  indicator: z.enum(indicators),
  severity: z.enum([...severities, "agreement"]),
  agreement: z.string().nullable(),
  because: z.string(),
  openedAt: z.number(),
  closedAt: z.number().nullable(),
});
export type BreachRow = z.output<typeof breachSchema>;

/** A report. Shares from 0 to 1; `attainment` is null without tasks; windows and times in ms. */
export const reportSchema = z.object({
  agent: z.string(),
  at: z.number(),
  windowMs: z.number(),
  tasks: z.number(),
  terms: z.array(
    z.object({
      indicator: z.enum(indicators),
      threshold: z.number().nullable(),
      target: z.number(),
      source: z.enum(termSources),
      good: z.number(),
      bad: z.number(),
      attainment: z.number().nullable(),
      budgetLeft: z.number(),
      burn: z.array(z.object({ windowMs: z.number(), rate: z.number() })),
      breach: z.enum(severities).nullable(),
    }),
  ),
  times: z.array(
    z.object({
      indicator: z.enum(timeIndicators),
      windowMs: z.number(),
      count: z.number(),
      p50: z.number(),
      p90: z.number(),
      p95: z.number(),
      p99: z.number(),
      max: z.number(),
    }),
  ),
  breaches: z.array(breachSchema),
});
export type Report = z.output<typeof reportSchema>;

const hour = 3_600_000;
const timeWindows = [hour, 24 * hour] as const;

/** What is said of an agent now. `open` are its terms in breach, `breaches` the newest rows. */
export function reportOf(
  agent: string,
  series: Series,
  terms: readonly Term[],
  open: readonly Breach[],
  breaches: readonly BreachRow[],
  windowMs: number,
  now: number,
): Report {
  return {
    agent,
    at: now,
    windowMs,
    tasks: bucketsOver(series, windowMs, now).reduce((sum, bucket) => sum + bucket.tasks, 0),
    terms: terms.map((term) => {
      const { good, bad } = tallyOver(series, term.indicator, windowMs, now);
      return {
        indicator: term.indicator,
        threshold: term.threshold ?? null,
        target: term.target,
        source: term.source,
        good,
        bad,
        attainment: good + bad === 0 ? null : good / (good + bad),
        budgetLeft: budgetLeft(series, term.indicator, term.target, windowMs, now),
        burn: burnRules.map(({ longMs }) => ({
          windowMs: longMs,
          rate: burnRate(series, term.indicator, term.target, longMs, now),
        })),
        breach: open.find(({ indicator }) => indicator === term.indicator)?.severity ?? null,
      };
    }),
    times: timeIndicators.flatMap((indicator) =>
      timeWindows.flatMap((window) => {
        const sketches = bucketsOver(series, window, now).flatMap((bucket) => bucket.times[indicator] ?? []);
        const found = quantilesOf(sketches, [0.5, 0.9, 0.95, 0.99]);
        if (!found) return [];
        const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = found.values;
        return [{ indicator, windowMs: window, count: found.count, p50, p90, p95, p99, max: found.max }];
      }),
    ),
    breaches: [...breaches],
  };
}
