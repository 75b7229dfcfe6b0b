import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/**
 * Collaboration: blackboards with their entries and every revision, and votes and auctions with their events, one row each and
 * numbered. What is secret until a close stands in a column of its own that no hash but a salted one covers.
 */
export default {
  name: "011-collaboration",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const t = db.schema;
    // On SQLite a table that is its own index: an act is written once.
    const clustered = engine === "sqlite" ? sql`without rowid` : sql``;
    await t
      .createTable("boards")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("opened_by", "text", (c) => c.notNull())
      .addColumn("members_json", "text", (c) => c.notNull())
      .addColumn("open", "integer", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("entries", "integer", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await t.createIndex("boards_opened").on("boards").columns(["opened_by", "open"]).execute();
    await t
      .createTable("board_entries")
      .addColumn("board_id", "text", (c) => c.notNull().references("boards.id"))
      .addColumn("key", "text", (c) => c.notNull())
      .addColumn("version", "bigint", (c) => c.notNull())
      .addColumn("value_json", "text", (c) => c.notNull())
      .addColumn("by", "text", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("board_entries_pk", ["board_id", "key"])
      .modifyEnd(clustered)
      .execute();
    await t
      .createTable("board_events")
      .addColumn("board_id", "text", (c) => c.notNull().references("boards.id"))
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("by", "text", (c) => c.notNull())
      .addColumn("act", "text", (c) => c.notNull())
      .addColumn("key", "text")
      .addColumn("value_json", "text")
      .addColumn("value_hash", "text")
      .addColumn("hash", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("board_events_pk", ["board_id", "seq"])
      .modifyEnd(clustered)
      .execute();
    await t
      .createTable("assemblies")
      .addColumn("id", "text", (c) => c.primaryKey().references("negotiations.id"))
      .addColumn("opened_by", "text", (c) => c.notNull())
      .addColumn("open", "integer", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("due_at", "bigint")
      .addColumn("driver", "text", (c) => c.notNull())
      .addColumn("seen_at", "bigint", (c) => c.notNull())
      .execute();
    await t.createIndex("assemblies_due").on("assemblies").columns(["open", "due_at"]).execute();
    await t
      .createTable("assembly_events")
      .addColumn("assembly_id", "text", (c) => c.notNull().references("assemblies.id"))
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("event_json", "text", (c) => c.notNull())
      .addColumn("secret_json", "text")
      .addColumn("hash", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("assembly_events_pk", ["assembly_id", "seq"])
      .modifyEnd(clustered)
      .execute();
  },
};
