import { type Kysely, sql } from "kysely";

/**
 * The notifications that wait are a queue for each configuration, its lane: when the first may go and how often it failed is
 * the lane's, and whose task it is, so that an owner's lanes that are due are found however many others wait.
 */
export default {
  name: "006-push-lanes",
  async up(db: Kysely<unknown>): Promise<void> {
    const t = db.schema;
    await t
      .createTable("push_lanes")
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("config_id", "text", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("attempts", "integer", (c) => c.notNull())
      .addColumn("due_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("push_lanes_pk", ["task_id", "config_id"])
      .execute();
    await t.createIndex("push_lanes_by_owner").on("push_lanes").columns(["owner", "due_at"]).execute();
    // A task elsewhere is named AGENT/TASK here.
    await sql`
      insert into push_lanes (task_id, config_id, owner, attempts, due_at)
      select o.task_id, o.config_id, coalesce(
          (select t.owner from tasks t where t.id = o.task_id),
          (select r.owner from remote_tasks r where r.agent = o.agent and r.task_id = substr(o.task_id, length(o.agent) + 2)),
          o.agent
        ), o.attempts, o.due_at
      from push_outbox o
      where not exists (
        select 1 from push_outbox p where p.task_id = o.task_id and p.config_id = o.config_id and p.seq < o.seq
      )
      on conflict do nothing`.execute(db);
    await t.alterTable("push_outbox").dropColumn("attempts").execute();
    await t.alterTable("push_outbox").dropColumn("due_at").execute();
  },
};
