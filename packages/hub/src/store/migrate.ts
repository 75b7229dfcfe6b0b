import { join } from "node:path";
import { type Kysely, sql } from "kysely";
import { type Migration, Migrator } from "kysely/migration";
import { loadFolder } from "../base/folder.ts";
import type { Engine } from "./backend.ts";
import type { Database } from "./schema.ts";

interface NamedMigration {
  readonly name: string;
  readonly up: (db: Kysely<unknown>, engine: Engine) => Promise<void>;
}

/** Brings the database to the newest shape, all steps or none; two hubs that start together wait for each other. */
export async function migrate(db: Kysely<Database>, engine: Engine): Promise<void> {
  const found = await loadFolder<NamedMigration>(join(import.meta.dirname, "migrations"));
  const migrations: Record<string, Migration> = {};
  for (const { name, up } of found) migrations[name] = { up: (kysely) => up(kysely, engine) };
  const bringUp = async (on: Kysely<Database>): Promise<void> => {
    const { error } = await new Migrator({ db: on, provider: { getMigrations: async () => migrations } }).migrateToLatest();
    if (error !== undefined) throw error;
  };
  if (engine === "postgres") return bringUp(db);
  // On SQLite Kysely takes neither a lock nor a transaction, so of two processes that start together one would find the tables
  // made under its hands, and one that was killed would leave a step half done.
  await db.connection().execute(async (one) => {
    await sql`begin immediate`.execute(one);
    try {
      await bringUp(one);
      await sql`commit`.execute(one);
    } catch (thrown) {
      await sql`rollback`.execute(one);
      throw thrown;
    }
  });
}
