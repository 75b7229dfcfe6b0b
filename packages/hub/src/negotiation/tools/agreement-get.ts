import { z } from "zod";
import { verifyAgreement } from "../agreement.ts";
import { anyAgreementSchema, isBargained, verifyBargained } from "../bargains/agreement.ts";
import { defineNegotiationTool } from "../desk.ts";
import { keptAgreement } from "../kept-agreement.ts";

export default defineNegotiationTool({
  name: "agreement_get",
  description:
    "One written agreement: the terms all sides signed, the signatures and whether they hold, the task that carries it out, and how it ended against what was promised.",
  input: z.object({ id: z.string().describe("an agreement id (agr_…)") }),
  output: z.object({
    document: anyAgreementSchema,
    signatures: z.record(z.string(), z.string()),
    verified: z.boolean(),
    status: z.string(),
    taskId: z.string().nullable(),
    createdAt: z.number(),
    closedAt: z.number().nullable(),
    outcome: z.record(z.string(), z.json()).nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, { principal }, desk) => {
    const row = await keptAgreement(desk.store, input.id, principal);
    const document = anyAgreementSchema.parse(JSON.parse(row.document_json));
    const signatures = JSON.parse(row.signatures_json);
    const verified = isBargained(document)
      ? verifyBargained(document, signatures, async (party) => (await desk.bargaining.keyOf(party)).publicJwk)
      : verifyAgreement(document, signatures, desk.keyOf);
    return {
      document,
      signatures,
      verified: await verified,
      status: row.status,
      taskId: row.task_id,
      createdAt: row.created_at,
      closedAt: row.closed_at,
      outcome: row.outcome_json === null ? null : JSON.parse(row.outcome_json),
    };
  },
});
