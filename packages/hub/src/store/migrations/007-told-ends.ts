import { type Kysely, sql } from "kysely";

/**
 * Of a task elsewhere, whether the notifications of its end are queued: it may be seen to end before that. Those that ended
 * before this was kept are taken to be told, so that nobody hears of them again.
 */
export default {
  name: "007-told-ends",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("remote_tasks")
      .addColumn("end_told", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
    await sql`
      update remote_tasks set end_told = 1
      where state in ('TASK_STATE_COMPLETED', 'TASK_STATE_FAILED', 'TASK_STATE_CANCELED', 'TASK_STATE_REJECTED')`.execute(db);
  },
};
