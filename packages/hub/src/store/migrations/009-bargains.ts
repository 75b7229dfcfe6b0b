import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/**
 * Bargaining: sessions of alternating offers with their events, one row each and numbered, what each party may agree to, and what
 * each has promised under its budget.
 */
export default {
  name: "009-bargains",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const t = db.schema;
    await t
      .createTable("bargains")
      .addColumn("id", "text", (c) => c.primaryKey().references("negotiations.id"))
      .addColumn("opened_by", "text", (c) => c.notNull())
      .addColumn("open", "integer", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("seats_json", "text", (c) => c.notNull())
      .addColumn("driver", "text", (c) => c.notNull())
      .addColumn("seen_at", "bigint", (c) => c.notNull())
      .addColumn("paused_ms", "bigint", (c) => c.notNull())
      .addColumn("breach_id", "text", (c) => c.unique())
      .addColumn("replaces", "text")
      .execute();
    // Only what changes at the beginning and the end of a session: every act writes the rest.
    await t.createIndex("bargains_open").on("bargains").columns(["open"]).execute();
    await t.createIndex("bargains_replacing").on("bargains").columns(["replaces"]).execute();
    // On SQLite a table that is its own index: an act is written once.
    const clustered = engine === "sqlite" ? sql`without rowid` : sql``;
    await t
      .createTable("bargain_events")
      .addColumn("bargain_id", "text", (c) => c.notNull().references("bargains.id"))
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("event_json", "text", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("bargain_events_pk", ["bargain_id", "seq"])
      .modifyEnd(clustered)
      .execute();
    await t
      .createTable("mandates")
      .addColumn("party", "text", (c) => c.primaryKey())
      .addColumn("mandate_json", "text", (c) => c.notNull())
      .addColumn("set_by", "text", (c) => c.notNull())
      .addColumn("set_at", "bigint", (c) => c.notNull())
      .execute();
    await t
      .createTable("promises")
      .addColumn("party", "text", (c) => c.notNull())
      .addColumn("bargain_id", "text", (c) => c.notNull())
      .addColumn("issue", "text", (c) => c.notNull())
      .addColumn("amount", "double precision", (c) => c.notNull())
      .addPrimaryKeyConstraint("promises_pk", ["party", "bargain_id", "issue"])
      .execute();
  },
};
