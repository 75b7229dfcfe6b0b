/**
 * Which hub runs which jobs, where several share a store. A hub that runs jobs has a row in the store and moves a counter there several
 * times a lease. Another hub that saw the counter stand still for a whole lease, by its own clock, takes over the jobs, the flights and
 * their part of the journal of the Leap client, and deletes the row, all in one transaction; the jobs of a hub without a row, which said
 * good-bye, are taken at once. No two clocks are compared.
 *
 * A hub that was only slow must do no harm when it wakes. Every transaction in which it changes a job, a flight or the journal first looks
 * for its own row, as it stood when its lease began: if that is gone, so is the right to change anything (JOBS_TAKEN_OVER). And since no
 * transaction reaches as far as Leap, it sends nothing there unless it showed within the last two thirds of a lease that it lives; whoever
 * takes over comes a third of a lease later at the earliest, and looks up at Leap what may have been sent before it sends anything.
 */
import type { Transaction } from "kysely";
import type { Clock } from "../../base/clock.ts";
import { newId } from "../../base/ids.ts";
import type { Logger } from "../../base/logger.ts";
import type { Database } from "../../store/schema.ts";
import type { Store } from "../../store/store.ts";
import { jobErrors } from "./errors.ts";

/** What a lease stands on. */
export interface RunnerLeaseInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: string;
  readonly leaseMs: number;
  /** Another hub has taken over; told once. */
  readonly lost: () => void;
}

/** A hub's row as it was seen; undefined epoch: there was none. */
interface Sight {
  readonly epoch: string | undefined;
  readonly beat: number;
  /** When it was first seen so, on the clock of `performance.now()`. */
  readonly since: number;
}

const beatsPerLease = 6;

/** See the head of this file. */
export class RunnerLease {
  readonly #input: RunnerLeaseInput;
  readonly #epoch: string;
  readonly #seen = new Map<string, Sight>();
  #shown: { readonly at: number; readonly clockAt: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> = Promise.resolve();
  #isLost = false;

  constructor(input: RunnerLeaseInput) {
    this.#input = input;
    this.#epoch = newId("epoch", input.clock.now());
  }

  /** Takes the lease, from an earlier process on the same data folder too, and goes on showing that it lives. */
  async take(): Promise<void> {
    const { store, hub, leaseMs, log } = this.#input;
    const shown = this.#now();
    await store.db
      .insertInto("quantum_runners")
      .values({ hub, epoch: this.#epoch, beat: 1 })
      .onConflict((c) => c.column("hub").doUpdateSet({ epoch: this.#epoch, beat: 1 }))
      .execute();
    this.#shown = shown;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      this.#beating = this.#beat().catch((error: unknown) =>
        log.error({ err: error }, "the hub could not show that it runs jobs"),
      );
    }, leaseMs / beatsPerLease).unref();
  }

  /** Says good-bye: others may take what is left at once. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#shown === undefined) return;
    await this.#beating;
    await this.#own(this.#input.store.db.deleteFrom("quantum_runners")).execute();
  }

  /** A transaction that changes what this hub runs. Throws JOBS_TAKEN_OVER where it runs nothing any more. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
    return this.#input.store.transaction(async (trx) => {
      await this.#hold(trx, "share");
      return work(trx);
    });
  }

  /** That something may be sent now. Throws JOBS_TAKEN_OVER where another hub may soon send it. */
  checkFresh(): void {
    const { hub, leaseMs } = this.#input;
    const { at, clockAt } = this.#now();
    const since = this.#shown && Math.max(at - this.#shown.at, Math.abs(clockAt - this.#shown.clockAt));
    if (this.#isLost || since === undefined || since > (2 * leaseMs) / 3) throw jobErrors.JOBS_TAKEN_OVER({ hub });
  }

  /**
   * Takes over from the hubs that are gone, among those given: `move` changes what was theirs, in a transaction in which nobody else takes
   * it and they themselves can change nothing. Gives how many there were.
   */
  async takeOver(hubs: readonly string[], move: (trx: Transaction<Database>, hub: string) => Promise<void>): Promise<number> {
    const { store, hub: own, log } = this.#input;
    const rows = await store.db.selectFrom("quantum_runners").selectAll().execute();
    let count = 0;
    for (const hub of hubs) {
      const row = rows.find((one) => one.hub === hub);
      const sight = this.#sighted(hub, row);
      if (sight.epoch !== undefined && performance.now() - sight.since <= this.#input.leaseMs) continue;
      const taken = await store.transaction(async (trx) => {
        await this.#hold(trx, "update");
        if (!(await removed(trx, hub, sight))) return false;
        await move(trx, hub);
        const event = { kind: "quantum.jobs.taken", actor: "hub", subject: hub, data: { by: own } };
        await store.events.append(trx, [event]);
        return true;
      });
      if (!taken) continue;
      this.#seen.delete(hub);
      count += 1;
      log.warn({ hub }, "the optimisation jobs of a hub that is gone are taken over");
    }
    return count;
  }

  #sighted(hub: string, row: { readonly epoch: string; readonly beat: number } | undefined): Sight {
    const before = this.#seen.get(hub);
    const { epoch, beat } = row ?? { epoch: undefined, beat: 0 };
    if (before !== undefined && before.epoch === epoch && before.beat === beat) return before;
    const sight = { epoch, beat, since: performance.now() };
    this.#seen.set(hub, sight);
    return sight;
  }

  // Locked until the transaction ends: shared by all that this hub does, alone for whoever adds to what it runs, or ends that.
  async #hold(trx: Transaction<Database>, lock: "share" | "update"): Promise<void> {
    const { store, hub } = this.#input;
    if (await (store.engine === "sqlite" ? this.#writes(trx) : this.#locks(trx, lock))) return;
    this.#lose();
    throw jobErrors.JOBS_TAKEN_OVER({ hub });
  }

  async #locks(trx: Transaction<Database>, lock: "share" | "update"): Promise<boolean> {
    const query = this.#own(trx.selectFrom("quantum_runners").select("epoch"));
    return (await (lock === "share" ? query.forShare() : query.forUpdate()).executeTakeFirst()) !== undefined;
  }

  // SQLite has one writer. A transaction that reads first and then finds that another process has written fails at once; one that writes
  // first waits for its turn.
  async #writes(trx: Transaction<Database>): Promise<boolean> {
    const query = this.#own(trx.updateTable("quantum_runners")).set({ epoch: this.#epoch });
    return (await query.executeTakeFirst()).numUpdatedRows === 1n;
  }

  async #beat(): Promise<void> {
    const shown = this.#now();
    const moved = await this.#own(this.#input.store.db.updateTable("quantum_runners"))
      .set((eb) => ({ beat: eb("beat", "+", 1) }))
      .executeTakeFirst();
    if (moved.numUpdatedRows === 1n) this.#shown = shown;
    else this.#lose();
  }

  #lose(): void {
    if (this.#isLost || this.#shown === undefined) return;
    this.#isLost = true;
    clearInterval(this.#timer);
    this.#input.log.error({ leaseMs: this.#input.leaseMs }, "another hub has taken over the optimisation jobs of this one");
    this.#input.lost();
  }

  // The one stands still while the machine sleeps, the other may be set.
  #now(): { readonly at: number; readonly clockAt: number } {
    return { at: performance.now(), clockAt: this.#input.clock.now() };
  }

  #own<Q extends { where(column: "hub" | "epoch", is: "=", value: string): Q }>(query: Q): Q {
    return query.where("hub", "=", this.#input.hub).where("epoch", "=", this.#epoch);
  }
}

// Removes a hub's row as it was seen. For one that had none the row is made for a moment, so that the hub cannot come back in between.
async function removed(trx: Transaction<Database>, hub: string, { epoch, beat }: Sight): Promise<boolean> {
  if (epoch === undefined) {
    const { numInsertedOrUpdatedRows } = await trx
      .insertInto("quantum_runners")
      .values({ hub, epoch: "", beat: 0 })
      .onConflict((c) => c.column("hub").doNothing())
      .executeTakeFirst();
    if (numInsertedOrUpdatedRows !== 1n) return false;
  }
  const { numDeletedRows } = await trx
    .deleteFrom("quantum_runners")
    .where("hub", "=", hub)
    .where("epoch", "=", epoch ?? "")
    .where("beat", "=", beat)
    .executeTakeFirst();
  return numDeletedRows === 1n;
}
