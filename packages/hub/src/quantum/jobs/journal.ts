/** The journal of the hub's Leap client in the store: one per hub, as the library's contract wants it. */
import type { Journal, JournalEntry } from "@entente/quantum";
import type { Transaction } from "kysely";
import { BulkInsert } from "../../store/bulk.ts";
import type { Database } from "../../store/schema.ts";
import { SharedWrites } from "../../store/shared-writes.ts";
import type { Store } from "../../store/store.ts";

/** Appends in the order of the calls; those that wait at the moment share one transaction. */
export class StoreJournal implements Journal {
  readonly #store: Store;
  readonly #hub: string;
  readonly #insert: BulkInsert;
  readonly #writes: SharedWrites<readonly JournalEntry[]>;

  /** `transaction` writes; a hub's refuses where another hub has taken over, so that whoever sends nothing without an entry sends nothing then. */
  constructor(store: Store, hub: string, transaction: Store["transaction"] = (work) => store.transaction(work)) {
    this.#store = store;
    this.#hub = hub;
    this.#insert = new BulkInsert(store.engine, "quantum_leap_journal", ["hub", "seq", "key", "entry_json"]);
    this.#writes = new SharedWrites((appends) => transaction((trx) => this.#write(trx, appends.flat())));
  }

  append(entries: readonly JournalEntry[]): Promise<void> {
    return this.#writes.add(entries);
  }

  async entries(): Promise<readonly JournalEntry[]> {
    const rows = await this.#store.db
      .selectFrom("quantum_leap_journal")
      .select("entry_json")
      .where("hub", "=", this.#hub)
      .orderBy("seq")
      .execute();
    return rows.map(({ entry_json }): JournalEntry => JSON.parse(entry_json));
  }

  /** What is recorded of one job, oldest first. */
  async entriesOf(key: string): Promise<readonly JournalEntry[]> {
    const rows = await this.#store.db
      .selectFrom("quantum_leap_journal")
      .select("entry_json")
      .where("hub", "=", this.#hub)
      .where("key", "=", key)
      .orderBy("seq")
      .execute();
    return rows.map(({ entry_json }): JournalEntry => JSON.parse(entry_json));
  }

  async #write(trx: Transaction<Database>, entries: readonly JournalEntry[]): Promise<void> {
    const { last } = await trx
      .selectFrom("quantum_leap_journal")
      .select((e) => e.fn.max("seq").as("last"))
      .where("hub", "=", this.#hub)
      .executeTakeFirstOrThrow();
    const rows = entries.map((entry, i) => [this.#hub, Number(last ?? 0) + 1 + i, entry.key, JSON.stringify(entry)]);
    await this.#insert.run(trx, rows);
  }
}
