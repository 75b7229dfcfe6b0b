import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";
import { ownedPlan } from "../plans/owned.ts";
import { planView, viewOfPlan } from "../plans/view.ts";

export default defineNegotiationTool({
  name: "plan_cancel",
  description:
    "Ends a plan: no task begins any more, those under way are called off, and their agreements end as cancelled. What was delivered keeps its price. A plan that is over stays as it is.",
  input: z.object({
    plan: z.string().describe("a plan id (plan_…)"),
    reason: z.string().min(1).max(500).default("its owner cancelled it"),
  }),
  output: planView,
  hints: { destructive: true, idempotent: true },
  run: async ({ plan: id, reason }, { principal }, { planning }) => {
    await ownedPlan(planning, id, principal);
    await planning.cancel(id, reason);
    return viewOfPlan(await planning.read(id));
  },
});
