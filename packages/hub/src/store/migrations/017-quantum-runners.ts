import { type Kysely, sql } from "kysely";
import type { Engine } from "../backend.ts";

/** Hubs that run optimisation jobs show that they live, so that another can take over; flights say with which Leap account they fly. */
export default {
  name: "017-quantum-runners",
  async up(db: Kysely<unknown>, engine: Engine): Promise<void> {
    await db.schema
      .createTable("quantum_runners")
      .addColumn("hub", "text", (c) => c.primaryKey())
      .addColumn("epoch", "text", (c) => c.notNull())
      .addColumn("beat", "bigint", (c) => c.notNull())
      .modifyEnd(engine === "sqlite" ? sql`without rowid` : sql``)
      .execute();
    await db.schema.alterTable("quantum_flights").addColumn("account", "text").execute();
    await db.schema.createIndex("quantum_jobs_hub").on("quantum_jobs").columns(["hub", "state"]).execute();
  },
};
