import { z } from "zod";
import { auctionView, auctionViewSchema, viewerOf } from "../assemblies/view.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "auction_status",
  description:
    "How an auction stands: who has bid, the price that stands, your own bid and, when it is over, all bids, the awards and their agreements. With `waitMs` it waits until it is over or, with `since`, until more has happened.",
  input: z.object({
    auction: z.string().describe("an auction id (auc_…)"),
    as: z.string().optional().describe("for the operator: the bidder to look as"),
    since: z.int().min(0).optional().describe("how many events you have seen"),
    waitMs: z.int().min(0).max(600_000).default(0),
  }),
  output: auctionViewSchema,
  hints: { readOnly: true },
  run: async ({ auction, as, since, waitMs }, { principal, signal }, { assemblies }) => {
    const bidder = viewerOf(await assemblies.read(auction), principal, as);
    const gone = since ?? Number.POSITIVE_INFINITY;
    const kept = await assemblies.until(auction, { waitMs, signal }, ({ open, session }) => !open || session.seq > gone);
    return auctionView(kept, await assemblies.records.answers(auction), bidder);
  },
});
