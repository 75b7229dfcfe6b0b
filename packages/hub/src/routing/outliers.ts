/**
 * Success-rate outliers, after Envoy's outlier detection: at the end of each interval, among agents with enough calls,
 * one whose success rate lies more than `outlierDeviations` standard deviations below the mean is ejected, as long as
 * not too many are out. Finds the agent that fails now and then, which a count of failures in a row never sees.
 */
import type { RoutingPolicy } from "./policy.ts";

/** What an agent did in the interval. */
export interface Tally {
  readonly ok: number;
  readonly failed: number;
}

/** Agents to eject now, worst first, each with the reason. `out` says who is ejected already. */
export function outliers(
  tallies: Readonly<Record<string, Tally>>,
  out: ReadonlySet<string>,
  policy: RoutingPolicy,
): readonly { readonly agent: string; readonly why: string }[] {
  const rates = Object.entries(tallies)
    .filter(([agent, tally]) => !out.has(agent) && tally.ok + tally.failed >= policy.outlierCalls)
    .map(([agent, tally]) => ({ agent, rate: tally.ok / (tally.ok + tally.failed) }));
  if (rates.length < policy.outlierAgents) return [];
  const mean = rates.reduce((sum, { rate }) => sum + rate, 0) / rates.length;
  const deviation = Math.sqrt(rates.reduce((sum, { rate }) => sum + (rate - mean) ** 2, 0) / rates.length);
  const threshold = mean - policy.outlierDeviations * deviation;
  const places = placesLeft(Object.keys(tallies).length, out.size, policy);
  return rates
    .filter(({ rate }) => rate < threshold)
    .sort((a, b) => a.rate - b.rate || (a.agent < b.agent ? -1 : 1))
    .slice(0, places)
    .map(({ agent, rate }) => ({
      agent,
      why: `succeeded in ${(rate * 100).toFixed(1)} % of its calls, the others in ${(mean * 100).toFixed(1)} % on average`,
    }));
}

/** How many more agents of `all` may be ejected when `out` are; one may always go. */
export function placesLeft(all: number, out: number, policy: RoutingPolicy): number {
  return Math.max(0, Math.max(1, Math.floor(all * policy.maxEjectedShare)) - out);
}
