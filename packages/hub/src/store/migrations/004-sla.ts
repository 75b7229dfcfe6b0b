import { type Kysely, sql } from "kysely";

/** What was measured of agents in buckets of time, the terms that operators set, and breaches. */
export default {
  name: "004-sla",
  async up(db: Kysely<unknown>): Promise<void> {
    const t = db.schema;
    await t
      .createTable("sla_buckets")
      .addColumn("agent", "text", (c) => c.notNull())
      .addColumn("resolution", "text", (c) => c.notNull())
      .addColumn("start_at", "bigint", (c) => c.notNull())
      .addColumn("bucket_json", "text", (c) => c.notNull())
      .addPrimaryKeyConstraint("sla_buckets_key", ["agent", "resolution", "start_at"])
      .execute();
    await t.createIndex("sla_buckets_by_age").on("sla_buckets").columns(["resolution", "start_at"]).execute();
    await t
      .createTable("sla_terms")
      .addColumn("agent", "text", (c) => c.primaryKey())
      .addColumn("terms_json", "text", (c) => c.notNull())
      .addColumn("set_by", "text", (c) => c.notNull())
      .addColumn("set_at", "bigint", (c) => c.notNull())
      .execute();
    await t
      .createTable("sla_breaches")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("agent", "text", (c) => c.notNull())
      .addColumn("indicator", "text", (c) => c.notNull())
      .addColumn("severity", "text", (c) => c.notNull())
      .addColumn("agreement", "text")
      .addColumn("because", "text", (c) => c.notNull())
      .addColumn("opened_at", "bigint", (c) => c.notNull())
      .addColumn("closed_at", "bigint")
      .execute();
    // A term is in breach once, however many hubs on this store see it.
    await t
      .createIndex("sla_breaches_open")
      .unique()
      .on("sla_breaches")
      .columns(["agent", "indicator"])
      .where(sql.ref("closed_at"), "is", null)
      .execute();
    await t.createIndex("sla_breaches_by_agent").on("sla_breaches").columns(["agent", "opened_at"]).execute();
  },
};
