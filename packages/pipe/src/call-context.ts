import type { PipeError } from "./errors.ts";

/** What a handler is given beside its input. */
export interface CallContext {
  /** Aborted when the caller cancels, its deadline passes, or the pipe is lost. */
  readonly signal: AbortSignal;
  /** The time the caller will still wait, in milliseconds; undefined without a deadline. Hand it on to calls of your own. */
  remainingMs(): number | undefined;
  /** Closes the pipe because the message, though well formed, cannot be meant honestly; throw the answer. */
  reportBadMessage(reason: string): PipeError;
}

/** The context of one call; the signal is made when it is first asked for, since most handlers never do. */
export class LazyContext implements CallContext {
  readonly #deadlineAt: number | undefined;
  readonly #now: () => number;
  readonly #report: (reason: string) => PipeError;
  #controller: AbortController | undefined;
  #aborted: unknown;

  constructor(deadlineAt: number | undefined, now: () => number, report: (reason: string) => PipeError) {
    this.#deadlineAt = deadlineAt;
    this.#now = now;
    this.#report = report;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted);
    }
    return this.#controller.signal;
  }

  remainingMs(): number | undefined {
    return this.#deadlineAt === undefined ? undefined : Math.max(0, this.#deadlineAt - this.#now());
  }

  reportBadMessage(reason: string): PipeError {
    return this.#report(reason);
  }

  /** Aborts the signal, now or when it is made; only the first reason counts. */
  abort(reason: Error): void {
    this.#aborted ??= reason;
    this.#controller?.abort(reason);
  }
}
