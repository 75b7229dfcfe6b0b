import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";
import { ownedPlan } from "../plans/owned.ts";
import { planView, viewOfPlan } from "../plans/view.ts";

export default defineNegotiationTool({
  name: "plan_status",
  description:
    "How a plan stands: each task with its contractor, price, agreements and result, what is spent and set aside, and the graph as a Mermaid flowchart. With waitMs it waits for news.",
  input: z.object({
    plan: z.string().describe("a plan id (plan_…)"),
    after: z.int().min(0).optional().describe("answer when it has more events than this"),
    waitMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(0)
      .describe("how long to wait at most: for more events than `after`, or for the next"),
  }),
  output: planView,
  hints: { readOnly: true },
  run: async ({ plan: id, after, waitMs }, { principal, signal }, { planning }) => {
    const kept = await ownedPlan(planning, id, principal);
    if (waitMs === 0) return viewOfPlan(kept);
    const limit = AbortSignal.timeout(waitMs);
    try {
      return viewOfPlan(await planning.changed(id, after ?? kept.session.entries.length, AbortSignal.any([signal, limit])));
    } catch (thrown) {
      if (signal.aborted || !limit.aborted) throw thrown;
      return viewOfPlan(await planning.read(id));
    }
  },
});
