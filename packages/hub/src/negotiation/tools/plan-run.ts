import { z } from "zod";
import { defineNegotiationTool } from "../desk.ts";
import { planDocument, planSchema } from "../plans/terms.ts";
import { planView, viewOfPlan } from "../plans/view.ts";
import { planEnded } from "../plans/waiting.ts";

export default defineNegotiationTool({
  name: "plan_run",
  description:
    "Carries out a plan: tasks that wait for one another, each given away by Contract Net to an agent with the skill, within a budget and a deadline. A job may refer to results of earlier tasks. Tasks that fail are announced again to others. Waits for the end with progress, or with wait: false gives the plan at once; the plan outlives the call and the hub.",
  input: planSchema.extend({
    id: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("your own id for it: asked again with it you get the same plan, not another"),
    wait: z.boolean().default(true),
    onCancel: z
      .enum(["go-on", "stop"])
      .default("go-on")
      .describe("what becomes of the plan when this call is cancelled while it waits"),
  }),
  output: planView,
  run: async ({ id: callerId, wait, onCancel, ...given }, { principal, signal, progress, clock }, { planning }) => {
    const id = await planning.start(principal.id, planDocument(given, planning.limits, Math.floor(clock.now())), callerId);
    if (!wait) return viewOfPlan(await planning.read(id));
    try {
      return viewOfPlan(await planEnded(planning, id, signal, progress));
    } catch (thrown) {
      if (signal.aborted && onCancel === "stop") await planning.cancel(id, "the call that ran it was cancelled");
      throw thrown;
    }
  },
});
