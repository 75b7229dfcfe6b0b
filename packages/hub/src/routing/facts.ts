/** What others know of an agent: the SLA monitor's quantiles and budgets, the record of agreements. */
export interface Facts {
  /** 95th percentile of the time to the end, ms. */
  readonly totalP95Ms: number | undefined;
  /** Share of the error budget that is left, 0 to 1; the least over its terms. */
  readonly budgetLeft: number | undefined;
  /** Terms in breach right now. */
  readonly breached: readonly string[];
  /** Share of agreements kept, 0 to 1. */
  readonly agreementsKept: number | undefined;
}

export const noFacts: Facts = { totalP95Ms: undefined, budgetLeft: undefined, breached: [], agreementsKept: undefined };
