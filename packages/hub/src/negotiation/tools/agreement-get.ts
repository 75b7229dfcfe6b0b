import { z } from "zod";
import { verifyAgreement } from "../agreement.ts";
import { anyAgreementSchema, isBargained, verifyBargained } from "../bargains/agreement.ts";
import { defineNegotiationTool } from "../desk.ts";
import { keptAgreement } from "../kept-agreement.ts";

const shownTasks = 100;

export default defineNegotiationTool({
  name: "agreement_get",
  description:
    "One written agreement: the terms all sides signed, the signatures and whether they hold, the tasks under it, and how it ended against what was promised.",
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
    tasks: z
      .object({
        covers: z.number(),
        begun: z.number(),
        ended: z.array(z.object({ task: z.string(), outcome: z.string(), broken: z.array(z.string()), at: z.number() })),
      })
      .describe("those under it: how many it covers and how many were begun, and, where it was bargained, the newest that ended"),
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
      tasks: {
        covers: isBargained(document) ? document.tasks : 1,
        begun: row.tasks_begun,
        ended: (await desk.course.tasks(input.id, shownTasks)).map((task) => ({ ...task, broken: [...task.broken] })),
      },
    };
  },
});
