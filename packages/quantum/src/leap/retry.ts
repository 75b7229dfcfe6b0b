/** How often and how patiently a request is tried again. Waits double from `factorMs` and stay below `mostMs`. */
export interface RetryRule {
  readonly retries: number;
  readonly factorMs: number;
  readonly mostMs: number;
}

/** D-Wave's own rule. */
export const usualRetries: RetryRule = { retries: 10, factorMs: 10, mostMs: 60_000 };

const longestAskedMs = 3_600_000;
const idempotent = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const transientStatuses = new Set([413, 429, 500, 502, 503, 504]);

/** How one try of a request ended without success: no response at all, or a response with an error status. */
export type Failure = { readonly status: number; readonly retryAfterMs?: number | undefined } | "no response";

/**
 * How long to wait before the next try, in ms; undefined: do not try again. `tries` counts those made. Only idempotent methods
 * are repeated: after a lost answer to a POST nobody knows whether it took effect. 413 is worth a try only if the server says when.
 */
export function retryWait(method: string, tries: number, failure: Failure, rule: RetryRule): number | undefined {
  if (!idempotent.has(method) || tries > rule.retries) return undefined;
  if (failure === "no response") return backOff(tries, rule);
  if (!transientStatuses.has(failure.status)) return undefined;
  if (failure.retryAfterMs !== undefined) return Math.min(failure.retryAfterMs, longestAskedMs);
  return failure.status === 413 ? undefined : backOff(tries, rule);
}

/** The wait before try `tries + 1`: none before the second, then doubling. */
export function backOff(tries: number, { factorMs, mostMs }: Pick<RetryRule, "factorMs" | "mostMs">): number {
  return tries <= 1 ? 0 : Math.min(mostMs, factorMs * 2 ** (tries - 1));
}

/** Reads a `Retry-After` header (seconds, or an HTTP date) as ms from now; undefined when there is none or it makes no sense. */
export function retryAfter(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
