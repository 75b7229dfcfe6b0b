/** A term of an agent, how it was kept over the budget's window, and what is left. Shares from 0 to 1, times in ms. */
export interface Term {
  readonly indicator: string;
  readonly threshold: number | null;
  readonly target: number;
  readonly source: string;
  readonly good: number;
  readonly bad: number;
  readonly attainment: number | null;
  readonly budgetLeft: number;
  readonly burn: readonly { readonly windowMs: number; readonly rate: number }[];
  readonly breach: "page" | "ticket" | null;
}

/** Quantiles of one kind of time over a window, ms. */
export interface Times {
  readonly indicator: string;
  readonly windowMs: number;
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** A term in breach, or (`severity` agreement) a task that broke its agreement. */
export interface Breach {
  readonly id: string;
  readonly indicator: string;
  readonly severity: string;
  readonly agreement: string | null;
  readonly because: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
}

/** What `sla_get_report` gives. */
export interface ServiceLevels {
  readonly agent: string;
  readonly windowMs: number;
  readonly tasks: number;
  readonly terms: readonly Term[];
  readonly times: readonly Times[];
  readonly breaches: readonly Breach[];
}
