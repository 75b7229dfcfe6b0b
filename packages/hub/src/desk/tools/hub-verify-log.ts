import { z } from "zod";
import { defineHubTool } from "../hub-desk.ts";

export default defineHubTool({
  name: "hub_verify_log",
  description:
    "Walks the hash chain of the event log from the first event and says whether any event was changed, removed or slipped in.",
  input: z.object({}),
  output: z.object({
    whole: z.boolean(),
    checked: z.number(),
    head: z.string(),
    brokenAt: z.number().nullable(),
    problem: z.string().nullable(),
  }),
  hints: { readOnly: true },
  run: async (_input, ctx, desk) => {
    const report = await desk.store.events.verify(ctx.signal);
    return {
      whole: report.brokenAt === undefined,
      checked: report.checked,
      head: report.head,
      brokenAt: report.brokenAt ?? null,
      problem: report.problem ?? null,
    };
  },
});
