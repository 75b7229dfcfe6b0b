// Long computations on the main thread must leave it now and then: for cancellation, progress, and everyone else's requests.
import { setImmediate } from "node:timers/promises";

const sliceMs = 12;
const workPerLook = 50_000; // elementary steps between two looks at the clock: below a millisecond

/** Slices a computation: it counts its work, and when `due` says so awaits `take`. */
export class Pauses {
  readonly #signal: AbortSignal | undefined;
  #pausedAt = performance.now();
  #work = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.throwIfAborted();
  }

  /** Counts `work` elementary steps; true when it is time for a pause. */
  due(work: number): boolean {
    this.#work += work;
    if (this.#work < workPerLook) return false;
    this.#work = 0;
    return performance.now() - this.#pausedAt >= sliceMs;
  }

  /** Lets others run. Throws the signal's reason. */
  async take(): Promise<void> {
    await setImmediate();
    this.#signal?.throwIfAborted();
    this.#pausedAt = performance.now();
  }
}
