import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Plans with their events, one row each and numbered. */
export default {
  name: "010-plans",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const t = db.schema;
    await t
      .createTable("plans")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("opened_by", "text", (c) => c.notNull())
      .addColumn("caller_id", "text")
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("open", "integer", (c) => c.notNull())
      .addColumn("document_json", "text", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("driver", "text", (c) => c.notNull())
      .addColumn("seen_at", "bigint", (c) => c.notNull())
      .addColumn("paused_ms", "bigint", (c) => c.notNull())
      .addColumn("cancel_reason", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("closed_at", "bigint")
      .addUniqueConstraint("plans_caller", ["opened_by", "caller_id"])
      .execute();
    await t.createIndex("plans_open").on("plans").columns(["open"]).execute();
    await t.createIndex("plans_owner").on("plans").columns(["opened_by", "id"]).execute();
    await t
      .createTable("plan_events")
      .addColumn("plan_id", "text", (c) => c.notNull().references("plans.id"))
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("event_json", "text", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("plan_events_pk", ["plan_id", "seq"])
      .modifyEnd(engine === "sqlite" ? sql`without rowid` : sql``)
      .execute();
  },
};
