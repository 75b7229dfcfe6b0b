import type { Logger } from "../../base/logger.ts";
import { insist } from "./insistence.ts";

/** Work that goes on by itself until it is done or everything stops; whoever stops it can wait for all of it. */
export class Works {
  readonly #log: Logger;
  readonly #under = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Aborted by `stop`. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** Goes on with something; what it throws before the stop is logged, and told to `failed`. */
  add(what: string, work: Promise<void>, failed?: (error: unknown) => Promise<void>): void {
    const watched = work
      .catch(async (error: unknown) => {
        if (this.signal.aborted) return;
        this.#log.error({ err: error }, `${what} failed`);
        await failed?.(error);
      })
      .catch((error: unknown) => {
        if (!this.signal.aborted) this.#log.error({ err: error }, `the failure of ${what} could not be kept`);
      })
      .finally(() => this.#under.delete(watched));
    this.#under.add(watched);
  }

  /** Tries a write until the store takes it, or everything stops; see `insist`. */
  insist<T>(what: string, write: () => Promise<T>): Promise<T> {
    return insist(write, { signal: this.signal, log: this.#log, what });
  }

  /** Begins something after a while, unless everything stops before. */
  later(what: string, afterMs: number, begin: () => Promise<void>): void {
    if (this.signal.aborted) return;
    const timer = setTimeout(() => {
      this.signal.removeEventListener("abort", stop);
      this.add(what, begin());
    }, afterMs);
    const stop = (): void => clearTimeout(timer);
    this.signal.addEventListener("abort", stop, { once: true });
    timer.unref();
  }

  stop(reason: Error): void {
    this.#stopping.abort(reason);
  }

  /** Ends when everything has ended, also what was begun meanwhile. */
  async settled(): Promise<void> {
    while (this.#under.size > 0) await Promise.all(this.#under);
  }
}
