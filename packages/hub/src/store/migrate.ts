import { join } from "node:path";
import type { Kysely } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { loadFolder } from "../base/folder.ts";
import type { Engine } from "./backend.ts";
import type { Database } from "./schema.ts";

interface NamedMigration {
  readonly name: string;
  readonly up: (db: Kysely<unknown>, engine: Engine) => Promise<void>;
}

/** Brings the database to the newest shape, each step in a transaction; two hubs that start together wait for each other. */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<void> {
  const found = await loadFolder<NamedMigration>(join(import.meta.dirname, "migrations"));
  const migrations: Record<string, Migration> = {};
  for (const { name, up } of found) migrations[name] = { up: (kysely) => up(kysely, engine) };
  // On SQLite Kysely takes no lock before it looks what is done, so of two processes that start together on an empty file
  // one finds the tables made under its hands; looking again it finds nothing to do.
  for (let attempt = 1; ; attempt++) {
    const { error } = await new Migrator({ db, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    if (error === undefined) return;
    if (attempt === 3) throw error;
  }
}
