import type { Kysely } from "kysely";

/**
 * Agents elsewhere, with the card that was pinned, and the tasks that principals of this hub have with them; and agents
 * that joined over a pipe, with the principal whose name it is.
 */
export default {
  name: "005-agents-elsewhere",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("remote_agents")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("url", "text", (c) => c.notNull())
      .addColumn("card_json", "text", (c) => c.notNull())
      .addColumn("card_hash", "text", (c) => c.notNull())
      .addColumn("key_json", "text")
      .addColumn("pending_json", "text")
      .addColumn("pending_hash", "text")
      .addColumn("added_by", "text", (c) => c.notNull())
      .addColumn("added_at", "bigint", (c) => c.notNull())
      .execute();
    await db.schema
      .createTable("remote_tasks")
      .addColumn("agent", "text", (c) => c.notNull())
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("context_id", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("task_json", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("remote_tasks_key", ["agent", "task_id"])
      .execute();
    await db.schema
      .createIndex("remote_tasks_by_owner")
      .on("remote_tasks")
      .columns(["agent", "owner", "updated_at", "task_id"])
      .execute();
    await db.schema
      .createTable("joined_agents")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("profile_json", "text", (c) => c.notNull())
      .addColumn("joined_at", "bigint", (c) => c.notNull())
      .execute();
  },
};
