/** The journal of the hub's Leap client in the store: one per hub, as the library's contract wants it. */
import type { Journal, JournalEntry } from "@entente/quantum";
import { BulkInsert } from "../../store/bulk.ts";
import type { Store } from "../../store/store.ts";

interface Waiting {
  readonly entries: readonly JournalEntry[];
  readonly done: PromiseWithResolvers<void>;
}

/** Appends in the order of the calls; those that wait at the moment share one transaction. */
export class StoreJournal implements Journal {
  readonly #store: Store;
  readonly #hub: string;
  readonly #transaction: Store["transaction"];
  readonly #insert: BulkInsert;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  /** `transaction` writes; a hub's refuses where another hub has taken over, so that whoever sends nothing without an entry sends nothing then. */
  constructor(store: Store, hub: string, transaction: Store["transaction"] = (work) => store.transaction(work)) {
    this.#store = store;
    this.#hub = hub;
    this.#transaction = transaction;
    this.#insert = new BulkInsert(store.engine, "quantum_leap_journal", ["hub", "seq", "key", "entry_json"]);
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ entries, done });
    this.#writing ??= this.#write();
    return done.promise;
  }

  async entries(): Promise<readonly JournalEntry[]> {
    await this.#writing;
    const rows = await this.#store.db
      .selectFrom("quantum_leap_journal")
      .select("entry_json")
      .where("hub", "=", this.#hub)
      .orderBy("seq")
      .execute();
    return rows.map(({ entry_json }): JournalEntry => JSON.parse(entry_json));
  }

  async #write(): Promise<void> {
    // Entries of this same turn join the first write.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#transaction(async (trx) => {
          const { last } = await trx
            .selectFrom("quantum_leap_journal")
            .select((e) => e.fn.max("seq").as("last"))
            .where("hub", "=", this.#hub)
            .executeTakeFirstOrThrow();
          const rows = batch
            .flatMap(({ entries }) => entries)
            .map((entry, i) => [this.#hub, Number(last ?? 0) + 1 + i, entry.key, JSON.stringify(entry)]);
          await this.#insert.run(trx, rows);
        });
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#writing = undefined;
  }
}
