/** What is asked of a vote or an auction when it is opened, read into the terms of its protocol. Pure. */
import type { VotingRule } from "@entente/negotiation";
import { votingRules } from "@entente/negotiation";
import { z } from "zod";
import { negotiationErrors } from "../errors.ts";
import { type AuctionAssembly, auctionKinds, type VoteAssembly } from "./terms.ts";

const day = 24 * 3_600_000;
const name = z.string().min(1).max(100);
const amount = z.number().min(0).max(Number.MAX_SAFE_INTEGER);
const deadlineMs = z
  .int()
  .min(1)
  .max(90 * day);

/** Fields of vote_open. */
export const voteOpening = z.object({
  subject: z.string().min(1).max(500),
  options: z.array(z.string().min(1).max(200)).min(2).max(100).describe("of tied options the one that stands first here wins"),
  rule: z
    .enum(votingRules)
    .default("schulze")
    .describe("plurality: one choice; approval: all one can live with; borda and schulze: a ranking"),
  voters: z
    .array(z.union([name, z.object({ name, weight: amount })]))
    .min(1)
    .max(200)
    .describe("who votes, by name, or with how much each counts; 1 when left out"),
  quorum: z.number().min(0).max(1).default(0).describe("the share of all weight that must answer for the vote to count"),
  deadlineMs: deadlineMs.describe("after how long it closes by itself"),
  secret: z.boolean().default(false).describe("whether ballots stay secret after the close; before it they always are"),
});

/** Fields of auction_open. */
export const auctionOpening = z.object({
  subject: z.string().min(1).max(500),
  kind: z.enum(auctionKinds),
  side: z.enum(["sell", "buy"]).default("sell").describe("whether you sell to the highest bidder or buy from the lowest"),
  lots: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .optional()
    .describe(
      "what goes to the winner, as one; in a combinatorial auction the items to bid bundles of; the subject when left out",
    ),
  bidders: z.array(name).min(1).max(200),
  deadlineMs: deadlineMs
    .optional()
    .describe("when it closes; needed but by english with quietMs, and by dutch, which takes none"),
  reserve: amount.optional().describe("sealed-bid: the worst price you take"),
  pricing: z.enum(["first", "second"]).optional().describe("sealed-bid: what the winner pays; second when left out"),
  startPrice: amount.optional().describe("english: the worst first bid"),
  minRaise: amount.optional().describe("english: by how much a bid must be better"),
  quietMs: deadlineMs.optional().describe("english: closes when so long nobody has bid"),
  ceiling: amount.optional().describe("dutch: the highest price"),
  floor: amount.optional().describe("dutch: the lowest price"),
  moveBy: amount.optional().describe("dutch: by how much the price moves"),
  everyMs: z.int().min(50).max(day).optional().describe("dutch: how long each price stands"),
  reserves: z.array(amount).max(100).optional().describe("combinatorial-auction: for each lot the worst price you take"),
  payments: z.enum(["pay-as-bid", "vcg"]).optional().describe("combinatorial-auction: vcg when left out"),
  issue: z.string().min(1).max(100).default("price").describe("as which issue the bidders' mandates know the price"),
  tasks: z.int().min(1).default(1).describe("how many tasks the agreement covers"),
  validMs: z
    .int()
    .min(1)
    .default(7 * day)
    .describe("how long the agreement then holds"),
});

const own = {
  "sealed-bid": ["reserve", "pricing", "deadlineMs"],
  english: ["startPrice", "minRaise", "quietMs", "deadlineMs"],
  dutch: ["ceiling", "floor", "moveBy", "everyMs"],
  "combinatorial-auction": ["reserves", "payments", "deadlineMs"],
} as const;
const ofSomeKind = [...new Set(Object.values(own).flat())];
// Each is an event with news of its own.
const mostMoves = 1000;
// Some 20 ms of search, and under VCG as much again for each winner, in which the hub does nothing else.
const searchWork = 200_000;
const maxBundles = 20;

/** A vote as it begins now. Throws TERMS_INVALID of the library, BARGAIN_INVALID. */
export function voteOf(openedBy: string, input: z.output<typeof voteOpening>, now: number): VoteAssembly {
  const { subject, options, voters, quorum, secret } = input;
  const rule: VotingRule = input.rule;
  const named = voters.map((voter) => (typeof voter === "string" ? { name: voter, weight: 1 } : voter));
  return {
    kind: "vote",
    subject,
    openedBy,
    secret,
    terms: {
      participants: named.map((voter) => voter.name),
      weights: Object.fromEntries(named.map((voter) => [voter.name, voter.weight])),
      options,
      rule,
      quorum,
      closesAt: now + input.deadlineMs,
      question: subject,
    },
  };
}

/** An auction as it begins now. Throws BARGAIN_INVALID where a field is missing or another kind's; TERMS_INVALID of the library. */
export function auctionOf(openedBy: string, input: z.output<typeof auctionOpening>, now: number): AuctionAssembly {
  const { kind, subject, side, lots = [subject], bidders: participants, issue, tasks, validMs } = input;
  const foreign = ofSomeKind.find((field) => input[field] !== undefined && !own[kind].some((known) => known === field));
  if (foreign)
    throw negotiationErrors.BARGAIN_INVALID({ problem: `${foreign}: "${kind}" takes ${own[kind].join(", ")}; got ${foreign}` });
  const needed = <F extends keyof typeof input>(field: F): NonNullable<(typeof input)[F]> => {
    const value = input[field];
    if (value === undefined || value === null)
      throw negotiationErrors.BARGAIN_INVALID({ problem: `${field}: wanted for kind "${kind}"; got none` });
    return value;
  };
  const sale = { subject, openedBy, lots, issue, tasks, validMs };
  const shared = { participants, side };
  switch (kind) {
    case "sealed-bid": {
      const { reserve, pricing = "second" } = input;
      const closesAt = now + needed("deadlineMs");
      return { ...sale, kind, terms: { ...shared, closesAt, pricing, ...(reserve === undefined ? {} : { reserve }) } };
    }
    case "english": {
      const { quietMs, deadlineMs: left } = input;
      const ends = { ...(quietMs === undefined ? {} : { quietMs }), ...(left === undefined ? {} : { closesAt: now + left }) };
      const [startPrice, minRaise] = [needed("startPrice"), needed("minRaise")];
      return { ...sale, kind, terms: { ...shared, ...ends, startPrice, minRaise, startAt: now } };
    }
    case "dutch": {
      const [ceiling, floor, moveBy, everyMs] = [needed("ceiling"), needed("floor"), needed("moveBy"), needed("everyMs")];
      if ((ceiling - floor) / moveBy > mostMoves)
        throw negotiationErrors.BARGAIN_INVALID({
          problem: `moveBy: wanted at most ${mostMoves} moves from end to end; got ${moveBy}`,
        });
      return { ...sale, kind, terms: { ...shared, ceiling, floor, moveBy, everyMs, startAt: now } };
    }
    case "combinatorial-auction": {
      const { reserves, payments = "vcg" } = input;
      const closesAt = now + needed("deadlineMs");
      const terms = { ...shared, items: lots, closesAt, payments, maxBundles, searchWork };
      return { ...sale, kind, terms: { ...terms, ...(reserves === undefined ? {} : { reserves }) } };
    }
  }
}
