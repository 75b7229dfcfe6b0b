import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/**
 * Optimisation jobs with what remote solvers were sent for them: flights, their shares of QPU time, budgets, the decayed use of each
 * principal, and the journal of the Leap client, one per hub.
 */
export default {
  name: "015-quantum-jobs",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const t = db.schema;
    const clustered = engine === "sqlite" ? sql`without rowid` : sql``;
    await t
      .createTable("quantum_jobs")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("label", "text", (c) => c.notNull())
      .addColumn("wanted", "text", (c) => c.notNull())
      .addColumn("place", "text", (c) => c.notNull())
      .addColumn("priority", "text", (c) => c.notNull())
      .addColumn("deadline_at", "bigint")
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("cost_ms", "bigint", (c) => c.notNull())
      .addColumn("order_json", "text", (c) => c.notNull())
      .addColumn("notes_json", "text", (c) => c.notNull())
      .addColumn("hub", "text")
      .addColumn("flight", "text")
      .addColumn("cancel", "integer", (c) => c.notNull())
      .addColumn("answer_json", "text")
      .addColumn("error_json", "text")
      .addColumn("submitted_at", "bigint", (c) => c.notNull())
      .addColumn("started_at", "bigint")
      .addColumn("ended_at", "bigint")
      .execute();
    await t.createIndex("quantum_jobs_state").on("quantum_jobs").columns(["state", "submitted_at"]).execute();
    await t.createIndex("quantum_jobs_owner").on("quantum_jobs").columns(["owner", "id"]).execute();
    await t
      .createTable("quantum_flights")
      .addColumn("key", "text", (c) => c.primaryKey())
      .addColumn("hub", "text", (c) => c.notNull())
      .addColumn("solver", "text", (c) => c.notNull())
      .addColumn("plan_json", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("closed_at", "bigint")
      .execute();
    await t.createIndex("quantum_flights_open").on("quantum_flights").columns(["hub", "closed_at"]).execute();
    await t
      .createTable("quantum_reservations")
      .addColumn("flight", "text", (c) => c.notNull().references("quantum_flights.key"))
      .addColumn("job", "text", (c) => c.notNull().references("quantum_jobs.id"))
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("us", "bigint", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_reservations_pk", ["flight", "job"])
      .modifyEnd(clustered)
      .execute();
    await t.createIndex("quantum_reservations_time").on("quantum_reservations").columns(["at", "owner"]).execute();
    await t.createIndex("quantum_reservations_job").on("quantum_reservations").columns(["job"]).execute();
    await t
      .createTable("quantum_budgets")
      .addColumn("scope", "text", (c) => c.notNull())
      .addColumn("period", "text", (c) => c.notNull())
      .addColumn("limit_us", "bigint", (c) => c.notNull())
      .addColumn("set_by", "text", (c) => c.notNull())
      .addColumn("set_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_budgets_pk", ["scope", "period"])
      .execute();
    await t
      .createTable("quantum_usage")
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("lane", "text", (c) => c.notNull())
      .addColumn("amount_ms", "double precision", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_usage_pk", ["owner", "lane"])
      .execute();
    await t
      .createTable("quantum_leap_journal")
      .addColumn("hub", "text", (c) => c.notNull())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("key", "text", (c) => c.notNull())
      .addColumn("entry_json", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_leap_journal_pk", ["hub", "seq"])
      .modifyEnd(clustered)
      .execute();
    await t.createIndex("quantum_leap_journal_key").on("quantum_leap_journal").columns(["hub", "key"]).execute();
  },
};
