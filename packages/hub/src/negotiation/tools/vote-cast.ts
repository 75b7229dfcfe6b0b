import { z } from "zod";
import { ballotSchema, voteEvent } from "../assemblies/answers.ts";
import { viewerOf, voteView, voteViewSchema } from "../assemblies/view.ts";
import { writerOf } from "../bargains/party.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "vote_cast",
  description:
    "Casts your ballot, which is final: one option for plurality, a list of those you approve, or a ranking with the best first (options in a list of their own are liked alike). Left out, you abstain, which counts for the quorum. What you cast is sealed: others see that you answered, and not what.",
  input: z.object({
    vote: z.string().describe("a vote id (vot_…)"),
    ballot: ballotSchema.optional(),
    as: z.string().optional().describe("for the operator: the voter to act for"),
  }),
  output: voteViewSchema,
  hints: { secrets: ["ballot"] },
  run: async ({ vote, ballot, as }, { principal }, { assemblies }) => {
    const kept = await assemblies.read(vote);
    const voter = viewerOf(kept, principal, as);
    await assemblies.act(vote, voteEvent(kept.terms, voter, ballot), writerOf(principal));
    return voteView(await assemblies.read(vote), await assemblies.records.answers(vote), voter);
  },
});
