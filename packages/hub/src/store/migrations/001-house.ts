import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** The tables of the first release. */
export default {
  name: "001-house",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    const bytes = engine === "postgres" ? sql`bytea` : sql`blob`;
    const real = engine === "postgres" ? sql`double precision` : sql`real`;
    const t = db.schema;
    await t
      .createTable("events")
      .addColumn("seq", "bigint", (c) => c.primaryKey())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("actor", "text", (c) => c.notNull())
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("data_json", "text", (c) => c.notNull())
      .addColumn("prev", "text", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .execute();
    await t.createIndex("events_by_kind").on("events").columns(["kind", "seq"]).execute();
    await t.createIndex("events_by_subject").on("events").columns(["subject", "seq"]).execute();
    await t
      .createTable("event_head")
      .addColumn("id", "integer", (c) => c.primaryKey())
      .addColumn("seq", "bigint", (c) => c.notNull())
      .addColumn("hash", "text", (c) => c.notNull())
      .execute();
    await sql`insert into event_head (id, seq, hash) values (1, 0, ${"0".repeat(64)})`.execute(db);
    await t
      .createTable("agents")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("card_json", "text", (c) => c.notNull())
      .addColumn("card_hash", "text", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .execute();
    await t
      .createTable("tasks")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("agent", "text", (c) => c.notNull())
      .addColumn("context_id", "text", (c) => c.notNull())
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("task_json", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .execute();
    await t.createIndex("tasks_by_agent").on("tasks").columns(["agent", "state"]).execute();
    await t.createIndex("tasks_by_owner").on("tasks").columns(["owner", "updated_at"]).execute();
    await t
      .createTable("sources")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("root", "text", (c) => c.notNull().unique())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("scanned_at", "bigint")
      .execute();
    await t
      .createTable("contents")
      .addColumn("hash", "text", (c) => c.primaryKey())
      .addColumn("size", "bigint", (c) => c.notNull())
      .addColumn("lines", "integer", (c) => c.notNull())
      .addColumn("held_out", "integer", (c) => c.notNull())
      .addColumn("signature", bytes, (c) => c.notNull())
      .addColumn("near_hash", "text")
      .addColumn("vector", bytes, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .execute();
    await t
      .createTable("documents")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("source_id", "text", (c) => c.notNull().references("sources.id"))
      .addColumn("path", "text", (c) => c.notNull())
      .addColumn("size", "bigint", (c) => c.notNull())
      .addColumn("mtime_us", "bigint", (c) => c.notNull())
      .addColumn("content_hash", "text", (c) => c.references("contents.hash"))
      .addColumn("slice", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("reason", "text")
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("documents_path", ["source_id", "path"])
      .execute();
    await t.createIndex("documents_by_content").on("documents").column("content_hash").execute();
    await t
      .createTable("near_bands")
      .addColumn("band", "bigint", (c) => c.notNull())
      .addColumn("content_hash", "text", (c) => c.notNull().references("contents.hash").onDelete("cascade"))
      .execute();
    await t.createIndex("near_bands_by_band").on("near_bands").column("band").execute();
    await t.createIndex("near_bands_by_content").on("near_bands").column("content_hash").execute();
    const passages = t
      .createTable("passages")
      .addColumn("id", engine === "postgres" ? "serial" : "integer", (c) => c.primaryKey())
      .addColumn("content_hash", "text", (c) => c.notNull().references("contents.hash").onDelete("cascade"))
      .addColumn("ordinal", "integer", (c) => c.notNull())
      .addColumn("start_line", "integer", (c) => c.notNull())
      .addColumn("end_line", "integer", (c) => c.notNull())
      .addColumn("text", "text", (c) => c.notNull())
      .addColumn("vector", bytes, (c) => c.notNull());
    await passages.execute();
    await t.createIndex("passages_by_content").on("passages").columns(["content_hash", "ordinal"]).execute();
    if (engine === "postgres") {
      await sql`alter table passages add column fts tsvector generated always as (to_tsvector('simple', text)) stored`.execute(
        db,
      );
      await sql`create index passages_fts on passages using gin (fts)`.execute(db);
    } else {
      await sql`create virtual table passages_fts using fts5 (text, content='passages', content_rowid='id', tokenize="unicode61 tokenchars '_'")`.execute(
        db,
      );
      await sql`create trigger passages_added after insert on passages begin insert into passages_fts (rowid, text) values (new.id, new.text); end`.execute(
        db,
      );
      await sql`create trigger passages_removed after delete on passages begin insert into passages_fts (passages_fts, rowid, text) values ('delete', old.id, old.text); end`.execute(
        db,
      );
    }
    await t
      .createTable("runs")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("source_id", "text")
      .addColumn("root", "text", (c) => c.notNull())
      .addColumn("model", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("phase", "text", (c) => c.notNull())
      .addColumn("task_id", "text")
      .addColumn("settings_json", "text", (c) => c.notNull())
      .addColumn("summary_json", "text", (c) => c.notNull())
      .addColumn("started_at", "bigint", (c) => c.notNull())
      .addColumn("ended_at", "bigint")
      .execute();
    await t
      .createTable("negotiations")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("protocol", "text", (c) => c.notNull())
      .addColumn("run_id", "text")
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("terms_json", "text", (c) => c.notNull())
      .addColumn("events_json", "text", (c) => c.notNull())
      .addColumn("outcome_json", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("negotiations_subject", ["run_id", "subject"])
      .execute();
    await t
      .createTable("agreements")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("negotiation_id", "text", (c) => c.notNull().references("negotiations.id"))
      .addColumn("initiator", "text", (c) => c.notNull())
      .addColumn("contractor", "text", (c) => c.notNull())
      .addColumn("document_json", "text", (c) => c.notNull())
      .addColumn("signatures_json", "text", (c) => c.notNull())
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("task_id", "text")
      .addColumn("due_at", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("closed_at", "bigint")
      .addColumn("outcome_json", "text")
      .execute();
    await t
      .createTable("selections")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("run_id", "text", (c) => c.notNull())
      .addColumn("method", "text", (c) => c.notNull())
      .addColumn("hashes_json", "text", (c) => c.notNull())
      .addColumn("size", "bigint", (c) => c.notNull())
      .addColumn("score", real, (c) => c.notNull())
      .addColumn("details_json", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("selections_method", ["run_id", "method"])
      .execute();
    await t
      .createTable("training_points")
      .addColumn("run_id", "text", (c) => c.notNull())
      .addColumn("step", "integer", (c) => c.notNull())
      .addColumn("loss", real, (c) => c.notNull())
      .addColumn("rate", real, (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("training_points_key", ["run_id", "step"])
      .execute();
    await t
      .createTable("versions")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("model", "text", (c) => c.notNull())
      .addColumn("number", "integer", (c) => c.notNull())
      .addColumn("parent", "text")
      .addColumn("status", "text", (c) => c.notNull())
      .addColumn("directory", "text", (c) => c.notNull())
      .addColumn("weights_hash", "text", (c) => c.notNull())
      .addColumn("run_id", "text", (c) => c.notNull().unique())
      .addColumn("selection_id", "text")
      .addColumn("training_json", "text", (c) => c.notNull())
      .addColumn("verdict_json", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addUniqueConstraint("versions_number", ["model", "number"])
      .execute();
    await t
      .createTable("promotions")
      .addColumn("seq", "bigint", (c) => c.primaryKey())
      .addColumn("model", "text", (c) => c.notNull())
      .addColumn("version_id", "text", (c) => c.notNull().references("versions.id"))
      .addColumn("previous_id", "text")
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("at", "bigint", (c) => c.notNull())
      .execute();
  },
};
