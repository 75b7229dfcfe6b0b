import { z } from "zod";
import { partyOf, writerOf } from "../bargains/party.ts";
import { viewOf, viewSchema } from "../bargains/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiate_accept",
  description:
    "Accepts the offer that stands, in your turn of a bargaining session. When all others have accepted it, it is agreed, signed and binding. Outside your mandate it is refused.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…)"),
    as: z.string().optional().describe("for the operator: the party to act for"),
  }),
  output: viewSchema,
  run: async (input, { principal }, { bargaining }) => {
    const party = partyOf(await bargaining.read(input.id), principal, input.as);
    await bargaining.act(input.id, party, { act: "accept" }, writerOf(principal));
    return viewOf(await bargaining.read(input.id), party);
  },
});
