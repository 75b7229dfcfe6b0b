import type { Kysely } from "kysely";

/** How many tasks were begun under an agreement: it covers only so many. */
export default {
  name: "008-agreed-tasks",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .alterTable("agreements")
      .addColumn("tasks_begun", "integer", (c) => c.notNull().defaultTo(0))
      .execute();
  },
};
