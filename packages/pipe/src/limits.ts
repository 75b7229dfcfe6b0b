import { PipeError } from "./errors.ts";

/** What one end of a pipe will hold for its peer, and for its own callers. Each bounds one queue. */
export interface Limits {
  /** Messages from the peer that may be on their way or buffered here; also the pool that streams share. */
  readonly messages: number;
  /** Bytes from the peer that may be on their way or buffered here, where sizes are known; one message may overshoot it. */
  readonly bytes: number;
  /** Calls of the peer that may be open here at once. */
  readonly calls: number;
  /** Own calls that may wait for a place; one more is refused with `QUEUE_FULL`. */
  readonly waitingCalls: number;
}

/** 256 messages or 1 MiB each way, 256 open calls, 1024 waiting ones. */
export const defaultLimits: Limits = { messages: 256, bytes: 1024 * 1024, calls: 256, waitingCalls: 1024 };

/**
 * What a sender may assume before the peer's `hello` has come: so nobody can be flooded by a peer that starts first.
 * Therefore also the least that any end may set.
 */
export const firstAllowance = { messages: 8, bytes: 64 * 1024, calls: 8 } as const;

/** Control requests (flush, version) that may be open beside the calls, so that a full pipe still answers them. */
export const controlCalls = 8;

/** Fills in the defaults; throws `LIMIT_INVALID` for one that is not a whole number of at least the first allowance. */
export function resolveLimits(partial: Partial<Limits> = {}): Limits {
  const limits = { ...defaultLimits, ...partial };
  const least: Limits = { ...firstAllowance, waitingCalls: 1 };
  for (const limit of Object.keys(least) as (keyof Limits)[]) {
    // why: the keys of a literal of that type
    const got = limits[limit];
    if (!Number.isSafeInteger(got) || got < least[limit])
      throw new PipeError("LIMIT_INVALID", { limit, wanted: `a whole number of at least ${least[limit]}`, got });
  }
  return limits;
}
