import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";
import { planStatuses } from "../plans/records.ts";

export default defineNegotiationTool({
  name: "plan_list",
  description: "Your plans, newest first; the operator's list has everybody's. `next` asks for the page after.",
  input: z.object({
    status: z.enum(planStatuses).optional(),
    before: z.string().optional().describe("only plans older than this one: `next` of the page before"),
    limit: z.int().min(1).max(500).default(50),
  }),
  output: z.object({
    plans: z.array(
      z.object({
        plan: z.string(),
        subject: z.string(),
        status: z.string(),
        openedBy: z.string(),
        createdAt: z.number(),
        closedAt: z.number().nullable(),
      }),
    ),
    next: z.string().nullable(),
  }),
  hints: { readOnly: true },
  run: async ({ limit, ...filter }, { principal }, { planning }) => {
    const openedBy = principal.kind === "operator" ? undefined : principal.id;
    const rows = await planning.records.list({ ...filter, openedBy, limit: limit + 1 });
    const plans = rows.slice(0, limit).map(({ id, closedAt, ...row }) => ({ plan: id, ...row, closedAt: closedAt ?? null }));
    return { plans, next: rows.length > limit ? (plans.at(-1)?.plan ?? null) : null };
  },
});
