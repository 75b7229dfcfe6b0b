import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Tasks get a tenant, a hub that works on them, and numbered events; hubs show that they live; push notifications get their configurations and an outbox. */
export default {
  name: "003-tasks",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const t = db.schema;
    await t
      .alterTable("tasks")
      .addColumn("tenant", "text", (c) => c.notNull().defaultTo(""))
      .execute();
    await t
      .alterTable("tasks")
      .addColumn("seq", "bigint", (c) => c.notNull().defaultTo(0))
      .execute();
    await t
      .alterTable("tasks")
      .addColumn("hub", "text", (c) => c.notNull().defaultTo(""))
      .execute();
    await t
      .createTable("hubs")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("seen_at", "bigint", (c) => c.notNull())
      .execute();
    await t.dropIndex("tasks_by_owner").execute();
    await t.createIndex("tasks_by_owner").on("tasks").columns(["agent", "owner", "updated_at", "id"]).execute();
    await t.createIndex("tasks_by_update").on("tasks").columns(["agent", "updated_at", "id"]).execute();
    // On SQLite a table that is its own index: rows of a task lie side by side and are written once.
    const clustered = engine === "sqlite" ? sql`without rowid` : sql``;
    await t
      .createTable("task_events")
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("event_json", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("task_events_pk", ["task_id", "seq"])
      .modifyEnd(clustered)
      .execute();
    await t
      .createTable("push_configs")
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("id", "text", (c) => c.notNull())
      .addColumn("config_json", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("push_configs_pk", ["task_id", "id"])
      .execute();
    await t
      .createTable("push_outbox")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("agent", "text", (c) => c.notNull())
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("config_id", "text", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("body_json", "text", (c) => c.notNull())
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("due_at", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await t.createIndex("push_outbox_by_config").on("push_outbox").columns(["task_id", "config_id", "seq"]).execute();
  },
};
