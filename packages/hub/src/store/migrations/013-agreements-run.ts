import { type Kysely, sql } from "kysely";

/**
 * What agreements come to: the ends of tasks under bargained ones, each once. And whose sessions are whose, so that each party finds its
 * own.
 */
export default {
  name: "013-agreements-run",
  async up(db: Kysely<unknown>): Promise<void> {
    const t = db.schema;
    await t
      .createTable("agreement_tasks")
      .addColumn("agreement_id", "text", (c) => c.notNull().references("agreements.id"))
      .addColumn("task_id", "text", (c) => c.notNull())
      .addColumn("outcome", "text", (c) => c.notNull())
      .addColumn("broken_json", "text", (c) => c.notNull())
      .addColumn("ended_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("agreement_tasks_pk", ["agreement_id", "task_id"])
      .execute();
    // What is looked for again and again is what is still open, in the order in which it is due.
    await t.createIndex("agreements_due").on("agreements").columns(["status", "due_at"]).execute();
    await t
      .createTable("bargain_parties")
      .addColumn("party", "text", (c) => c.notNull())
      .addColumn("bargain_id", "text", (c) => c.notNull().references("bargains.id"))
      .addPrimaryKeyConstraint("bargain_parties_pk", ["party", "bargain_id"])
      .execute();
    const kept = await sql<{ id: string; terms_json: string }>`
      select bargains.id, terms_json from bargains join negotiations on negotiations.id = bargains.id`.execute(db);
    for (const { id, terms_json } of kept.rows) {
      const terms: { parties: readonly { name: string }[] } = JSON.parse(terms_json);
      for (const { name } of terms.parties)
        await sql`insert into bargain_parties (party, bargain_id) values (${name}, ${id})`.execute(db);
    }
  },
};
