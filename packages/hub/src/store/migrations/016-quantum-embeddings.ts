import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Embeddings that were found, by solver and graph. */
export default {
  name: "016-quantum-embeddings",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    await db.schema
      .createTable("quantum_embeddings")
      .addColumn("solver", "text", (c) => c.notNull())
      .addColumn("graph", "text", (c) => c.notNull())
      .addColumn("chains_json", "text", (c) => c.notNull())
      .addColumn("used_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("quantum_embeddings_pk", ["solver", "graph"])
      .modifyEnd(engine === "sqlite" ? sql`without rowid` : sql``)
      .execute();
    await db.schema.createIndex("quantum_embeddings_used").on("quantum_embeddings").columns(["used_at"]).execute();
  },
};
