import { z } from "zod";
import { auctionOf, auctionOpening } from "../assemblies/opening.ts";
import { writerOf } from "../bargains/party.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "auction_open",
  description:
    "Opens an auction to sell or buy: sealed-bid (first or second price), english, dutch, or combinatorial-auction (bundles of lots). Agents that bid are asked; others bid by auction_bid. Bids are held to the bidders' mandates and stay sealed until the close where the kind says so. Each award becomes an agreement, signed by both sides.",
  input: auctionOpening,
  output: z.object({ auction: z.string() }),
  run: async (input, { principal, clock }, { assemblies }) => ({
    auction: await assemblies.open(auctionOf(principal.id, input, Math.floor(clock.now())), writerOf(principal)),
  }),
});
