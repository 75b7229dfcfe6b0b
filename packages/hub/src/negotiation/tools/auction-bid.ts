import { z } from "zod";
import { bidEvent, bundlesSchema } from "../assemblies/answers.ts";
import { auctionView, auctionViewSchema, viewerOf } from "../assemblies/view.ts";
import { writerOf } from "../bargains/party.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "auction_bid",
  description:
    "Bids in an auction, which binds you: a price; bundles of lots with prices, of which at most one wins; or, in a dutch auction, nothing but the auction, which takes the lots at the price now. `pass` says that you bid not, or no more. A sealed bid is final. A bid outside your mandate is refused.",
  input: z.object({
    auction: z.string().describe("an auction id (auc_…)"),
    price: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    bundles: bundlesSchema.optional(),
    pass: z.boolean().optional(),
    as: z.string().optional().describe("for the operator: the bidder to act for"),
  }),
  output: auctionViewSchema,
  hints: { secrets: ["price", "bundles", "pass"] },
  run: async ({ auction, as, ...words }, { principal }, { assemblies }) => {
    const kept = await assemblies.read(auction);
    const bidder = viewerOf(kept, principal, as);
    await assemblies.act(auction, bidEvent(kept.terms, bidder, words), writerOf(principal));
    return auctionView(await assemblies.read(auction), await assemblies.records.answers(auction), bidder);
  },
});
