/** Time as an argument: deadlines are counted on this clock, and tests bring their own. */
export interface Clock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Runs `fire` once after `delayMs`; the answer cancels it. */
  after(delayMs: number, fire: () => void): () => void;
}

// setTimeout fires at once above this (2^31 - 1 ms, 24.8 days), so a longer delay is walked in steps.
const maxDelayMs = 2_147_483_647;

/** The process's own monotonic clock; its timers keep the process alive no longer than the pipe does. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, fire) {
    let left = Math.max(0, delayMs);
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      const step = Math.min(left, maxDelayMs);
      left -= step;
      timer = setTimeout(() => (left > 0 ? arm() : fire()), step);
    };
    arm();
    return () => clearTimeout(timer);
  },
};
