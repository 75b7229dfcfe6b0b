import { z } from "zod";
import { viewerOf, voteView, voteViewSchema } from "../assemblies/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "vote_status",
  description:
    "How a vote stands: who has answered, your own ballot and, when it is over, the result; ballots too when it was not secret. With `waitMs` it waits for the end.",
  input: z.object({
    vote: z.string().describe("a vote id (vot_…)"),
    as: z.string().optional().describe("for the operator: the voter to look as"),
    waitMs: z.int().min(0).max(600_000).default(0).describe("how long to wait for the end at most"),
  }),
  output: voteViewSchema,
  hints: { readOnly: true },
  run: async ({ vote, as, waitMs }, { principal, signal }, { assemblies }) => {
    const voter = viewerOf(await assemblies.read(vote), principal, as);
    const kept = await assemblies.until(vote, { waitMs, signal }, ({ open }) => !open);
    return voteView(kept, await assemblies.records.answers(vote), voter);
  },
});
