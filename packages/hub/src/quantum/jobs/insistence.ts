import { setTimeout as sleep } from "node:timers/promises";
import { asEntenteError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";

/** How a write is insisted on. */
export interface Insistence {
  /** Ends the trying. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** What could not be kept, for the log. */
  readonly what: string;
}

const firstMs = 100;
const mostMs = 5_000;

/**
 * Tries a write until the store takes it, with waits that double up to 5 s: a store that is away for a moment must cost nobody a job.
 * The write must do no harm when it is done twice, since the answer of one that was committed may be lost. Errors that are declared
 * (EntenteError with a code of its own) are no outage and are thrown; so is the signal's reason, after one try.
 */
export async function insist<T>(write: () => Promise<T>, { signal, log, what }: Insistence): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write();
    } catch (error) {
      if (asEntenteError(error).code !== "INTERNAL") throw error;
      signal.throwIfAborted();
      const waitMs = Math.min(mostMs, firstMs * 2 ** Math.min(tries - 1, 10));
      log.warn({ err: error, tries, waitMs }, `${what} could not be kept yet`);
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
