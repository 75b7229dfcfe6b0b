import { z } from "zod";
import { closing } from "../assemblies/closing.ts";
import { auctionView, auctionViewSchema } from "../assemblies/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "auction_close",
  description:
    "Closes an auction that you opened, awarding by the bids that are there; or calls it off, and nobody is bound. A dutch auction can only be called off.",
  input: z.object({
    auction: z.string().describe("an auction id (auc_…)"),
    callOff: z.boolean().default(false),
    reason: z.string().max(1000).optional().describe("why it is called off"),
  }),
  output: auctionViewSchema,
  hints: { destructive: true },
  run: async ({ auction, callOff, reason }, { principal }, { assemblies }) => {
    const opener = await closing(assemblies, auction, principal, callOff, reason);
    return auctionView(await assemblies.read(auction), await assemblies.records.answers(auction), opener);
  },
});
