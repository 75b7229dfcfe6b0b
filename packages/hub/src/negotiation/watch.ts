/**
 * Who waits for a change of a board, a vote, an auction, a bargain or a plan. Every change of those is told in the event log in the transaction that
 * makes it, so the end of the log is the one place to look at: at once after a commit of this hub, and every so often for what other
 * hubs on the store have done. A wake-up says that there is something new, not what it is: whoever wakes reads again.
 */
import { defineErrors } from "../base/errors.ts";
import { Listeners } from "../base/listeners.ts";
import type { Logger } from "../base/logger.ts";
import type { Store } from "../store/store.ts";

export const watchErrors = defineErrors({
  WATCHERS_TOO_MANY: {
    status: 429,
    text: (d: { limit: number }) =>
      `${d.limit} calls wait for changes already (limits.watchers); ask again without waiting, or a little later`,
  },
});

/** What a watch stands on. `limit` is how many may wait at once; other hubs are looked for every `pollMs` while somebody waits, else every `idleMs`. */
export interface WatchInput {
  readonly store: Store;
  readonly log: Logger;
  readonly limit: number;
  readonly pollMs: number;
  readonly idleMs: number;
}

const watched = ["board.", "vote.", "auction.", "bargain.", "negotiation.", "plan."];
const rereadIdles = 5;
const togetherMs = 40;

/** See the head of this file. */
export class Watch implements AsyncDisposable {
  readonly #input: WatchInput;
  readonly #waiters = new Map<string, Set<() => void>>();
  readonly #changed: Listeners<string>;
  readonly #stopHearing: () => void;
  #waiting = 0;
  #seen: number | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #soon = false;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(input: WatchInput) {
    this.#input = input;
    this.#changed = new Listeners((error) => input.log.error({ err: error }, "a listener to changes failed"));
    this.#stopHearing = input.store.onCommit(() => this.#committed());
    this.#look();
  }

  /** Calls `listener` with the id of whatever changed; returns how to stop. */
  onChange(listener: (id: string) => void): () => void {
    return this.#changed.add(listener);
  }

  /**
   * Reads until `done` says that what was read will do, or `waitMs` are over; gives what was read last. Rejects when the signal is aborted.
   * Throws WATCHERS_TOO_MANY.
   */
  async until<T>(
    id: string,
    { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
    read: () => Promise<T>,
    done: (value: T) => boolean,
  ): Promise<T> {
    const limit = waitMs > 0 ? AbortSignal.timeout(waitMs) : AbortSignal.abort();
    for (;;) {
      // Waiting begins before reading, so that nothing falls between the two.
      using woken = limit.aborted ? undefined : this.#wait(id);
      const value = await read();
      signal.throwIfAborted();
      if (!woken || done(value)) return value;
      // Not every change is told: that a clock has run out, for one.
      await either(woken.promise, rereadIdles * this.#input.idleMs, signal, limit);
      signal.throwIfAborted();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over = true;
    this.#stopHearing();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #wait(id: string): Disposable & { readonly promise: Promise<void> } {
    const { limit } = this.#input;
    if (this.#waiting >= limit) throw watchErrors.WATCHERS_TOO_MANY({ limit });
    const { promise, resolve } = Promise.withResolvers<void>();
    const others = this.#waiters.get(id) ?? new Set();
    this.#waiters.set(id, others.add(resolve));
    this.#waiting += 1;
    if (this.#waiting === 1) this.#later(this.#soon ? 0 : undefined);
    return {
      promise,
      [Symbol.dispose]: () => {
        others.delete(resolve);
        if (others.size === 0 && this.#waiters.get(id) === others) this.#waiters.delete(id);
        this.#waiting -= 1;
      },
    };
  }

  // Where nobody waits, many commits are looked at together: a hub that is busy with other things is not to be held up by this.
  #committed(): void {
    if (this.#waiting > 0) this.#look();
    else if (!this.#soon) {
      this.#soon = true;
      this.#later(togetherMs);
    }
  }

  // One look at a time; a commit during it asks for another.
  #look(): void {
    if (this.#over) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#soon = false;
    this.#looking = this.#read()
      .catch((error: unknown) => this.#input.log.error({ err: error }, "the end of the event log could not be read"))
      .finally(() => {
        this.#looking = undefined;
        const again = this.#again;
        this.#again = false;
        if (again && this.#waiting > 0) this.#look();
        else this.#later(again || this.#soon ? togetherMs : undefined);
      });
  }

  #later(afterMs?: number): void {
    if (this.#over) return;
    clearTimeout(this.#timer);
    const { pollMs, idleMs } = this.#input;
    this.#timer = setTimeout(() => this.#look(), afterMs ?? (this.#waiting > 0 ? pollMs : idleMs)).unref();
  }

  async #read(): Promise<void> {
    const { db } = this.#input.store;
    const seen = this.#seen;
    const head = (await db.selectFrom("event_head").select("seq").executeTakeFirst())?.seq ?? 0;
    if (seen === undefined) {
      this.#seen = head;
      // What came before is nobody's news, but somebody may have begun to wait meanwhile.
      for (const waiters of this.#waiters.values()) for (const wake of waiters) wake();
      return;
    }
    if (head === seen) return;
    // The engine looks through them: most of what a busy hub tells is about other things.
    const rows = await db
      .selectFrom("events")
      .select("subject")
      .distinct()
      .where("seq", ">", seen)
      .where("seq", "<=", head)
      .where((eb) => eb.or(watched.map((start) => eb("kind", "like", `${start}%`))))
      .execute();
    this.#seen = head;
    for (const { subject } of rows) {
      for (const wake of this.#waiters.get(subject) ?? []) wake();
      this.#changed.tell(subject);
    }
  }
}

// This timer keeps the process alive, as whoever waits wants it to be.
function either(woken: Promise<void>, mostMs: number, ...signals: readonly AbortSignal[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = (): void => resolve();
  const timer = setTimeout(stop, mostMs);
  for (const signal of signals) {
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  }
  return Promise.race([woken, promise]).finally(() => {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener("abort", stop);
  });
}
