import { z } from "zod";
import { closing } from "../assemblies/closing.ts";
import { voteView, voteViewSchema } from "../assemblies/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "vote_close",
  description: "Closes a vote that you opened, counting what was cast; or calls it off, and nothing is counted.",
  input: z.object({
    vote: z.string().describe("a vote id (vot_…)"),
    callOff: z.boolean().default(false),
    reason: z.string().max(1000).optional().describe("why it is called off"),
  }),
  output: voteViewSchema,
  hints: { destructive: true },
  run: async ({ vote, callOff, reason }, { principal }, { assemblies }) => {
    const opener = await closing(assemblies, vote, principal, callOff, reason);
    return voteView(await assemblies.read(vote), await assemblies.records.answers(vote), opener);
  },
});
