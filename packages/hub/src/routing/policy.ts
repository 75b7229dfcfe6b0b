import type { ConfigValues } from "../base/config-keys.ts";

/** The numbers that routing decides by. Where a default has a source, it is named; all times in ms. */
export interface RoutingPolicy {
  /** Time in which an average forgets (Linkerd: 10 s). */
  readonly decayMs: number;
  /** How well a text must fit what an agent says of its skills, when it is all there is to go by. */
  readonly leastFit: number;
  /** How far below the best score an agent may stand and still be chosen by its load. */
  readonly scoreBand: number;
  /** How many times the cheapest expected wait an agent may have and still be drawn. */
  readonly costBand: number;
  /** How many of the band are drawn and compared (Mitzenmacher: two are exponentially better than one). */
  readonly choices: number;
  /** Failures in a row that eject (Envoy: 5). */
  readonly consecutiveFailures: number;
  /** First ejection; it doubles with each one in a row, up to `maxEjectionMs` (Envoy: 30 s times the count, 300 s). */
  readonly ejectionMs: number;
  readonly maxEjectionMs: number;
  /** Most agents that outlier detection may take out at once, as a share; one may always go (Envoy: 10 %). */
  readonly maxEjectedShare: number;
  /** Below this share of healthy agents all are asked again (Envoy: 50 %). */
  readonly panicShare: number;
  /** Success-rate outliers: how often, among how many agents with how many calls, and how many deviations (Envoy: 5, 100, 1.9). */
  readonly outlierIntervalMs: number;
  readonly outlierAgents: number;
  readonly outlierCalls: number;
  readonly outlierDeviations: number;
  /** Most calls under way at one agent. */
  readonly maxOutstanding: number;
  /** Most attempts of one call, the first among them. */
  readonly maxAttempts: number;
  /** Retries as a share of calls over `budgetWindowMs`, and how many are always allowed in it (Linkerd: 20 % and a floor). */
  readonly retryShare: number;
  readonly retryFloor: number;
  readonly hedgeShare: number;
  readonly hedgeFloor: number;
  readonly budgetWindowMs: number;
  /** A hedge is sent when the first sign of life takes longer than in this share of calls (Dean and Barroso 2013: 0.95). */
  readonly hedgeQuantile: number;
  readonly minHedgeMs: number;
  /** Calls that must have been seen before their quantiles are believed. */
  readonly quantileCalls: number;
  /** How long an agent may give no sign of life: `silenceFactor` times the 99th percentile of first events, in these bounds. */
  readonly minSilenceMs: number;
  readonly maxSilenceMs: number;
  readonly silenceFactor: number;
  /** Agents that one piece of work may pass one after another. */
  readonly maxDepth: number;
  /** Weights of the score's parts; only their proportions count. */
  readonly weights: { readonly match: number; readonly price: number; readonly reliability: number; readonly budget: number };
}

export const defaultPolicy: RoutingPolicy = {
  decayMs: 10_000,
  leastFit: 0.1,
  scoreBand: 0.1,
  costBand: 2,
  choices: 2,
  consecutiveFailures: 5,
  ejectionMs: 5_000,
  maxEjectionMs: 300_000,
  maxEjectedShare: 0.5,
  panicShare: 0.5,
  outlierIntervalMs: 10_000,
  outlierAgents: 5,
  outlierCalls: 30,
  outlierDeviations: 1.9,
  maxOutstanding: 256,
  maxAttempts: 3,
  retryShare: 0.2,
  retryFloor: 10,
  hedgeShare: 0.05,
  hedgeFloor: 1,
  budgetWindowMs: 10_000,
  hedgeQuantile: 0.95,
  minHedgeMs: 20,
  quantileCalls: 20,
  minSilenceMs: 1_000,
  maxSilenceMs: 30_000,
  silenceFactor: 4,
  maxDepth: 8,
  weights: { match: 0.4, price: 0.2, reliability: 0.25, budget: 0.15 },
};

/** The defaults with what the configuration says. */
export function policyOf(values: ConfigValues): RoutingPolicy {
  return {
    ...defaultPolicy,
    consecutiveFailures: values["routing.consecutiveFailures"],
    ejectionMs: values["routing.ejectionMs"],
    maxEjectionMs: values["routing.maxEjectionMs"],
    maxOutstanding: values["routing.maxOutstanding"],
    maxAttempts: values["routing.maxAttempts"],
    retryShare: values["routing.retryShare"],
    hedgeShare: values["routing.hedgeShare"],
    hedgeFloor: values["routing.hedgeShare"] === 0 ? 0 : defaultPolicy.hedgeFloor,
    maxSilenceMs: values["routing.maxSilenceMs"],
    minSilenceMs: Math.min(defaultPolicy.minSilenceMs, values["routing.maxSilenceMs"]),
    maxDepth: values["routing.maxDepth"],
  };
}
