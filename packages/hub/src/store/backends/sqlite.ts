/**
 * SQLite by `node:sqlite`: one file, one connection, write-ahead log. `synchronous=FULL` makes a committed record
 * survive power loss; a killed process loses nothing either way.
 */
import { chmodSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type SqliteDatabase, SqliteDialect, type SqliteStatement, sql } from "kysely";
import { getLoadablePath } from "sqlite-vec";
import { type Backend, type Connection, type Hit, isPrefix, queryWords } from "../backend.ts";
import { WriteBehind } from "./write-behind.ts";

const cachedStatements = 256;

// Kysely speaks better-sqlite3's shape; this is node:sqlite in that shape, with prepared statements kept.
class SqliteConnection implements SqliteDatabase {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, SqliteStatement>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  prepare(asked: string): SqliteStatement {
    // A transaction takes the write lock at once: one that reads first and writes later would fail, not wait, when another
    // process wrote in between.
    const query = asked === "begin" ? "begin immediate" : asked;
    // On a full disk SQLite has rolled back by itself, and a second rollback would hide the reason.
    if (query === "rollback" && !this.#db.isTransaction) return nothing;
    const known = this.#statements.get(query);
    if (known) return known;
    const made = statement(this.#db.prepare(query));
    if (this.#statements.size >= cachedStatements) this.#statements.delete(this.#statements.keys().next().value ?? "");
    this.#statements.set(query, made);
    return made;
  }
}

const nothing: SqliteStatement = {
  reader: false,
  all: () => [],
  run: () => ({ changes: 0, lastInsertRowid: 0 }),
  iterate: () => [][Symbol.iterator](),
};

function statement(prepared: StatementSync): SqliteStatement {
  const bind = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[]; // why: Kysely passes on what the typed tables allow
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => prepared.all(...bind(parameters)),
    run: (parameters) => prepared.run(...bind(parameters)),
    iterate: (parameters) => prepared.iterate(...bind(parameters)) as IterableIterator<unknown>, // why: an iterator of rows
  };
}

/** Opens (or makes) the SQLite file at `path`, readable by its owner only. */
export function openSqlite(path: string): Backend {
  const db = new DatabaseSync(path, { allowExtension: true, timeout: 10_000 });
  if (path !== ":memory:") chmodSync(path, 0o600);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
  // The pages that every commit touches are copied out of the log less often, and not read back for it.
  db.exec("PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000;");
  db.loadExtension(getLoadablePath());
  db.enableLoadExtension(false);
  const writeBehind = path === ":memory:" ? undefined : new WriteBehind(`${path}-wal`);
  return {
    engine: "sqlite",
    dialect: new SqliteDialect({ database: new SqliteConnection(db) }),
    behind: (kysely, work) =>
      // Whoever has the connection has it alone.
      kysely.connection().execute(async (one) => {
        db.exec("PRAGMA synchronous = NORMAL");
        try {
          return await one.transaction().execute(work);
        } finally {
          db.exec("PRAGMA synchronous = FULL");
          writeBehind?.written();
        }
      }),
    isConflict: () => false, // It has one writer at a time.
    searchText,
    searchVector,
    close: async () => {
      // Kysely closes the connection when it is destroyed.
      await writeBehind?.[Symbol.asyncDispose]();
    },
  };
}

async function searchText(connection: Connection, query: string, limit: number): Promise<readonly Hit[]> {
  const words = queryWords(query);
  if (words.length === 0) return [];
  const match = words.map((word) => `"${word}"${isPrefix(word) ? "*" : ""}`).join(" OR ");
  const found = await sql<{ rowid: number; rank: number }>`
    select rowid, rank from passages_fts where passages_fts match ${match} order by rank limit ${limit}`.execute(connection);
  return found.rows.map((row) => ({ passage: row.rowid, score: -row.rank }));
}

async function searchVector(connection: Connection, vector: Float32Array, limit: number): Promise<readonly Hit[]> {
  const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
  const found = await sql<{ id: number; distance: number }>`
    select id, vec_distance_cosine(vector, ${bytes}) as distance from passages order by distance limit ${limit}`.execute(
    connection,
  );
  return found.rows.map((row) => ({ passage: row.id, score: 1 - row.distance }));
}
