import { z } from "zod";
import { anyAgreementSchema } from "../bargains/agreement.ts";
import { defineNegotiationTool } from "../desk.ts";
import { agreementStates } from "../records.ts";

export default defineNegotiationTool({
  name: "agreement_list",
  description:
    "Agreements, newest first: the caller's own, or for the operator everybody's. `before` is the last id of the page before.",
  input: z.object({
    party: z.string().optional().describe("only those of this party"),
    status: z.enum(agreementStates).optional(),
    before: z.string().optional(),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.object({
    agreements: z.array(
      z.object({
        id: z.string(),
        negotiation: z.string(),
        subject: z.string(),
        initiator: z.string(),
        contractor: z.string(),
        status: z.string(),
        dueAt: z.number(),
        createdAt: z.number(),
        closedAt: z.number().nullable(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async ({ party, status, before, limit }, { principal }, { store }) => {
    const of = (name: string) => store.db.selectFrom("bargain_parties").select("bargain_id").where("party", "=", name);
    let query = store.db.selectFrom("agreements").selectAll();
    for (const name of [party, principal.kind === "operator" ? undefined : principal.id])
      if (name !== undefined)
        query = query.where((eb) =>
          eb.or([eb("initiator", "=", name), eb("contractor", "=", name), eb("negotiation_id", "in", of(name))]),
        );
    if (status !== undefined) query = query.where("status", "=", status);
    if (before !== undefined) query = query.where("id", "<", before);
    const rows = await query.orderBy("id", "desc").limit(limit).execute();
    return {
      agreements: rows.map((row) => ({
        id: row.id,
        negotiation: row.negotiation_id,
        subject: anyAgreementSchema.parse(JSON.parse(row.document_json)).subject,
        initiator: row.initiator,
        contractor: row.contractor,
        status: row.status,
        dueAt: row.due_at,
        createdAt: row.created_at,
        closedAt: row.closed_at,
      })),
    };
  },
});
