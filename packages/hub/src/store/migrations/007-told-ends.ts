import type { Kysely } from "kysely";

/** Of a task elsewhere, whether the notifications of its end are queued: it may be seen to end before that. */
export default {
  name: "007-told-ends",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("remote_tasks")
      .addColumn("end_told", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
