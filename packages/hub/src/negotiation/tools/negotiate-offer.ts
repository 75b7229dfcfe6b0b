import { z } from "zod";
import { partyOf, writerOf } from "../bargains/party.ts";
import { viewOf, viewSchema } from "../bargains/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiate_offer",
  description:
    "Makes an offer in your turn of a bargaining session, which rejects the one that stands. It binds you once the others accept it. An offer outside your mandate is refused and told to nobody.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…)"),
    offer: z.record(z.string(), z.union([z.string(), z.number()])).describe("for each issue one of its values"),
    text: z.string().max(4000).optional().describe("words beside the offer; they bind nobody"),
    as: z.string().optional().describe("for the operator: the party to act for"),
  }),
  output: viewSchema,
  run: async (input, { principal }, { bargaining }) => {
    const party = partyOf(await bargaining.read(input.id), principal, input.as);
    const offer = Object.fromEntries(Object.entries(input.offer).map(([name, value]) => [name, String(value)]));
    await bargaining.act(
      input.id,
      party,
      { act: "offer", offer, ...(input.text === undefined ? {} : { text: input.text }) },
      writerOf(principal),
    );
    return viewOf(await bargaining.read(input.id), party);
  },
});
