/** Periods of budgets, in UTC. */
export const periods = ["day", "month"] as const;
export type Period = (typeof periods)[number];

/** When the period that holds `now` began, ms since the epoch. Pure. */
export function startOf(period: Period, now: number): number {
  const date = new Date(now);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), period === "day" ? date.getUTCDate() : 1);
}
