import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, type Transaction } from "kysely";
import type { Clock } from "../base/clock.ts";
import { defineErrors } from "../base/errors.ts";
import { privateFolder } from "../base/files.ts";
import type { Backend, Engine, Hit } from "./backend.ts";
import { openSqlite } from "./backends/sqlite.ts";
import { EventLog } from "./event-log.ts";
import { migrate } from "./migrate.ts";
import type { Database } from "./schema.ts";

export const storeErrors = defineErrors({
  STORE_UNREACHABLE: {
    status: 503,
    text: (d: { store: string; problem: string }) => `could not open the store at ${d.store}: ${d.problem}`,
  },
  STORE_URL_UNKNOWN: {
    status: 400,
    text: (d: { scheme: string }) => `store.url wants postgres:// or nothing (SQLite in data.dir); got ${d.scheme}`,
  },
});

/** How to open a store: a PostgreSQL URL, or a data folder for SQLite. */
export interface StoreInput {
  readonly url: string;
  readonly dataFolder: string;
  readonly clock: Clock;
}

const mostTries = 5;
const conflictPauseMs = 5;

/** State, ledger, registry, text and vectors, in one database. */
export class Store {
  readonly db: Kysely<Database>;
  readonly engine: Engine;
  readonly events: EventLog;
  readonly #backend: Backend;
  readonly #committed = new Set<() => void>();

  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend;
    this.engine = backend.engine;
    this.db = new Kysely<Database>({ dialect: backend.dialect });
    this.events = new EventLog(this.db, (work, disk) => this.transaction(work, disk), backend.engine, clock);
  }

  /**
   * Runs `work` in one transaction; listeners hear of it after the commit. It waits for the disk, unless that may come `behind`: then it
   * survives a killed process at once, and a loss of power some milliseconds later, never out of order. `work` changes nothing but the
   * database: when the engine undid it because it and others waited for each other, it runs again.
   */
  async transaction<T>(work: (trx: Transaction<Database>) => Promise<T>, disk: "waits" | "behind" = "waits"): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const result = disk === "behind" ? await this.#backend.behind(this.db, work) : await this.db.transaction().execute(work);
        for (const listener of this.#committed) listener();
        return result;
      } catch (error) {
        if (tries >= mostTries || !this.#backend.isConflict(error)) throw error;
      }
      await sleep(Math.random() * conflictPauseMs * 2 ** tries);
    }
  }

  /** Calls `listener` after each commit made through this store; returns how to stop. */
  onCommit(listener: () => void): () => void {
    this.#committed.add(listener);
    return () => this.#committed.delete(listener);
  }

  /** Full-text search over passages. */
  searchText(query: string, limit: number): Promise<readonly Hit[]> {
    return this.#backend.searchText(this.db, query, limit);
  }

  /** Nearest passages by cosine; `vector` has unit length. */
  searchVector(vector: Float32Array, limit: number): Promise<readonly Hit[]> {
    return this.#backend.searchVector(this.db, vector, limit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.events.settled();
    await this.db.destroy();
    await this.#backend.close();
  }
}

/** Opens the store and brings its tables up to date. Throws STORE_*. */
export async function openStore(input: StoreInput): Promise<Store> {
  let backend: Backend | undefined;
  try {
    backend = await openBackend(input);
    const store = new Store(backend, input.clock);
    await migrate(store.db, store.engine);
    return store;
  } catch (cause) {
    await backend?.close();
    if (cause instanceof Error && "code" in cause && cause.code === "STORE_URL_UNKNOWN") throw cause;
    const where = input.url === "" ? join(input.dataFolder, "hub.sqlite") : new URL(input.url).host;
    throw storeErrors.STORE_UNREACHABLE(
      { store: where, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

async function openBackend(input: StoreInput): Promise<Backend> {
  if (input.url === "") return openSqlite(join(privateFolder(input.dataFolder), "hub.sqlite"));
  const scheme = input.url.split(":", 1)[0] ?? "";
  if (scheme !== "postgres" && scheme !== "postgresql") throw storeErrors.STORE_URL_UNKNOWN({ scheme });
  const { openPostgres } = await import("./backends/postgres.ts");
  return openPostgres(input.url);
}
