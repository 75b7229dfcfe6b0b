import type { Metrics } from "../telemetry/metrics.ts";
import { timeIndicators } from "./indicators.ts";
import type { Verdict } from "./judging.ts";
import type { Report } from "./report.ts";
import type { Measurement } from "./tracking.ts";

/** Counts a task and its verdicts for Prometheus. */
export function countMeasured(metrics: Metrics, measured: Measurement, verdicts: readonly Verdict[]): void {
  const { agent, outcome } = measured;
  metrics.slaTasks.inc({ agent, outcome });
  for (const { term, good } of verdicts)
    metrics.slaOutcomes.inc({ agent, indicator: term.indicator, verdict: good ? "good" : "bad" });
}

/** Shows a report's budgets, burn rates and times to Prometheus. */
export function showReport(metrics: Metrics, report: Report): void {
  const { agent } = report;
  for (const { indicator, budgetLeft, burn } of report.terms) {
    metrics.slaBudgetLeft.set({ agent, indicator }, budgetLeft);
    for (const { windowMs, rate } of burn)
      metrics.slaBurnRate.set({ agent, indicator, window: `${windowMs / 3_600_000}h` }, rate);
  }
  for (const indicator of timeIndicators) {
    const times = report.times.find((one) => one.indicator === indicator && one.windowMs === 3_600_000);
    for (const [quantile, ms] of [
      ["0.5", times?.p50],
      ["0.9", times?.p90],
      ["0.95", times?.p95],
      ["0.99", times?.p99],
    ] as const) {
      const labels = { agent, indicator, quantile };
      if (ms !== undefined) metrics.slaSeconds.set(labels, ms / 1000);
      // An hour without tasks has no times.
      else metrics.slaSeconds.remove(labels);
    }
  }
}
