import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiation_list",
  description: "Negotiations by Contract Net, newest first, or those of one learning run.",
  input: z.object({ run: z.string().optional(), limit: z.int().min(1).max(500).default(50) }),
  output: z.object({
    negotiations: z.array(
      z.object({ id: z.string(), run: z.string().nullable(), subject: z.string(), status: z.string(), createdAt: z.number() }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, { store }) => {
    let query = store.db
      .selectFrom("negotiations")
      .select(["id", "run_id", "subject", "status", "created_at"])
      .where("protocol", "=", "contract-net");
    if (input.run !== undefined) query = query.where("run_id", "=", input.run);
    const rows = await query.orderBy("created_at", "desc").limit(input.limit).execute();
    return {
      negotiations: rows.map((row) => ({
        id: row.id,
        run: row.run_id,
        subject: row.subject,
        status: row.status,
        createdAt: row.created_at,
      })),
    };
  },
});
