import { z } from "zod";
import { partyOf, writerOf } from "../bargains/party.ts";
import { viewOf, viewSchema } from "../bargains/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiate_end",
  description: "Ends a bargaining session in your turn, without a deal.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…)"),
    reason: z.string().max(1000).optional(),
    as: z.string().optional().describe("for the operator: the party to act for"),
  }),
  output: viewSchema,
  run: async (input, { principal }, { bargaining }) => {
    const party = partyOf(await bargaining.read(input.id), principal, input.as);
    await bargaining.act(
      input.id,
      party,
      { act: "end", ...(input.reason === undefined ? {} : { reason: input.reason }) },
      writerOf(principal),
    );
    return viewOf(await bargaining.read(input.id), party);
  },
});
