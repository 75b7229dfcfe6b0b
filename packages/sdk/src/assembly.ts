/**
 * What is said in votes and auctions of the A2A extension `negotiation/v1`: the call that an agent gets, and the act with which it answers.
 * docs/reference/negotiation-extension.md is the written form.
 */
import { z } from "zod";

const problem = z.object({ code: z.string(), message: z.string() });

/** A call to vote. Times in ms since 1970. */
export const ballotCallSchema = z.object({
  negotiation: z.string(),
  subject: z.string(),
  options: z.array(z.string()),
  /** plurality: one option; approval: one group of all that one can live with; borda and schulze: groups, best first. */
  rule: z.enum(["plurality", "approval", "borda", "schulze"]),
  you: z.string(),
  weight: z.number(),
  quorum: z.number(),
  /** Whether ballots stay secret after the close; before it they always are. */
  secret: z.boolean(),
  /** Until when the answer counts. */
  replyBy: z.number(),
  /** Why the answer before this one did not count. */
  problem: problem.optional(),
});

/** A call to vote, as an agent gets it. */
export type BallotCall = z.output<typeof ballotCallSchema>;

/** What a voter answers: groups of options with the best first, those of one group liked alike; or that it abstains. */
export const ballotActSchema = z.discriminatedUnion("act", [
  z.object({ act: z.literal("ballot"), ranking: z.array(z.array(z.string())) }),
  z.object({ act: z.literal("abstain") }),
]);

/** The answer of a voter; it is final. */
export type BallotAct = z.output<typeof ballotActSchema>;

/** A call to bid. */
export const bidCallSchema = z.object({
  negotiation: z.string(),
  subject: z.string(),
  kind: z.enum(["sealed-bid", "english", "dutch", "combinatorial-auction"]),
  /** Whether the auctioneer sells to the highest bidder or buys from the lowest. */
  side: z.enum(["sell", "buy"]),
  auctioneer: z.string(),
  you: z.string(),
  /** What goes to the winner; the items, in a combinatorial auction. */
  lots: z.array(z.string()),
  /** The protocol's own: reserve, pricing, minRaise, ceiling and so on. */
  terms: z.record(z.string(), z.json()),
  /** The price that stands: the best bid of an English auction, the price now of a Dutch one. */
  price: z.number().optional(),
  /** The worst price that the next bid may have, in an English auction. */
  next: z.number().optional(),
  /** Until when the answer counts; in a Dutch auction, until when this price stands. */
  replyBy: z.number(),
  problem: problem.optional(),
});

/** A call to bid, as an agent gets it. */
export type BidCall = z.output<typeof bidCallSchema>;

/**
 * What a bidder answers. A bid has a price (sealed, English), bundles of which at most one wins (combinatorial), or neither (Dutch: the lots
 * at the price now). A pass is final, but in a Dutch auction, where the next price is asked about again.
 */
export const bidActSchema = z.discriminatedUnion("act", [
  z.object({
    act: z.literal("bid"),
    price: z.number().optional(),
    bundles: z.array(z.object({ items: z.array(z.string()), price: z.number() })).optional(),
  }),
  z.object({ act: z.literal("pass") }),
]);

/** The answer of a bidder; a bid binds it. */
export type BidAct = z.output<typeof bidActSchema>;
