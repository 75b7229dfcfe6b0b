import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Secrets of the vault, sealed. */
export default {
  name: "018-secrets",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const bytes = engine === "postgres" ? sql`bytea` : sql`blob`;
    await db.schema
      .createTable("secrets")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("version", "integer", (c) => c.notNull())
      .addColumn("key_id", "text", (c) => c.notNull())
      .addColumn("sealed_key", bytes, (c) => c.notNull())
      .addColumn("sealed", bytes, (c) => c.notNull())
      .addColumn("put_at", "bigint", (c) => c.notNull())
      .addColumn("put_by", "text", (c) => c.notNull())
      .execute();
  },
};
