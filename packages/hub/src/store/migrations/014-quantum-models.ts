import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Models that principals keep, as dimod files. */
export default {
  name: "014-quantum-models",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    await db.schema
      .createTable("quantum_models")
      .addColumn("owner", "text", (c) => c.notNull())
      .addColumn("id", "text", (c) => c.notNull())
      .addColumn("name", "text")
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("maximise", "integer", (c) => c.notNull())
      .addColumn("variables", "bigint", (c) => c.notNull())
      .addColumn("couplings", "bigint", (c) => c.notNull())
      .addColumn("constraints", "bigint", (c) => c.notNull())
      .addColumn("bytes", "bigint", (c) => c.notNull())
      .addColumn("file", engine === "postgres" ? sql`bytea` : sql`blob`, (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_models_pk", ["owner", "id"])
      .execute();
  },
};
