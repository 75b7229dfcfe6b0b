import { setTimeout } from "node:timers/promises";

/** Time as the Leap client sees it; tests and the hub give their own. */
export interface LeapClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Throws the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's time. */
export const systemClock: LeapClock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};
