import type { Kysely } from "kysely";

/** Clients with tokens of their own. */
export default {
  name: "002-principals",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("principals")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("token_hash", "text", (c) => c.notNull().unique())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("revoked_at", "bigint")
      .execute();
  },
};
