import { z } from "zod";
import { baseErrors } from "../../base/errors.ts";
import { agreementSchema, verifyAgreement } from "../agreement.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "agreement_get",
  description:
    "One written agreement: the terms both sides signed, both signatures and whether they hold, the task that carries it out, and how it ended against what was promised.",
  input: z.object({ id: z.string().describe("an agreement id (agr_…)") }),
  output: z.object({
    document: agreementSchema,
    signatures: z.object({ initiator: z.string(), contractor: z.string() }),
    verified: z.boolean(),
    status: z.string(),
    taskId: z.string().nullable(),
    createdAt: z.number(),
    closedAt: z.number().nullable(),
    outcome: z.record(z.string(), z.json()).nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, desk) => {
    const row = await desk.store.db.selectFrom("agreements").selectAll().where("id", "=", input.id).executeTakeFirst();
    if (!row) throw baseErrors.NOT_FOUND({ what: "agreement", id: input.id });
    const document = agreementSchema.parse(JSON.parse(row.document_json));
    const signatures = JSON.parse(row.signatures_json);
    return {
      document,
      signatures,
      verified: await verifyAgreement(document, signatures, desk.keyOf),
      status: row.status,
      taskId: row.task_id,
      createdAt: row.created_at,
      closedAt: row.closed_at,
      outcome: row.outcome_json === null ? null : JSON.parse(row.outcome_json),
    };
  },
});
