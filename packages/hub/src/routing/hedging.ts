/** When an idempotent call is sent to a second agent, and what that weighs. Pure. */
import { type Delivery, timesKey } from "./call.ts";
import type { Choosing, Ranked } from "./choosing.ts";
import { meanTotal, type Pool, timeQuantile } from "./pool.ts";

/** When a second agent is asked, unless the first has begun by then; undefined for a call that may do harm twice. */
export function hedgeTime(delivery: Delivery, pool: Pool, pick: Ranked, from: Choosing, now: number): number | undefined {
  if (!delivery.request.idempotent && !pick.skill?.idempotent) return undefined;
  const { policy } = from;
  const after = timeQuantile(pool, timesKey(delivery), "first", policy.hedgeQuantile, policy);
  if (after !== undefined) return now + Math.max(after, policy.minHedgeMs);
  // Nothing is known yet: only a probe, which may hit an agent that is still down, is covered all the same.
  return delivery.attempts.at(-1)?.probe ? now + policy.minSilenceMs / 2 : undefined;
}

/**
 * How many calls a hedge weighs. What has taken three times the mean will, where times are heavy-tailed, take as long
 * again: a hedge weighs as much work as it is likely to repeat, so that its budget is a share of the load and not of calls.
 */
export function hedgeWeight(delivery: Delivery, pool: Pool, from: Choosing, now: number): number {
  const mean = meanTotal(pool, timesKey(delivery), from.policy);
  return mean === undefined ? 1 : Math.max(1, (now - delivery.begunAt) / mean);
}
