/** What a party says in a vote or an auction, read into an event of its protocol. Pure. */
import { type Ballot, isBallot, type VotingRule } from "@entente/negotiation";
import { z } from "zod";
import { negotiationErrors } from "../errors.ts";
import type { AssemblyEvent } from "./session.ts";
import type { AssemblyTerms } from "./terms.ts";

const option = z.string().max(200);

/** A ballot as people write it: an option, options best first, or groups of options that are liked alike. */
export const ballotSchema = z.union([option, z.array(z.union([option, z.array(option).max(100)])).max(100)]);

/** Bundles as they are bid for. */
export const bundlesSchema = z
  .array(z.object({ items: z.array(option).min(1).max(100), price: z.number().min(0).max(Number.MAX_SAFE_INTEGER) }))
  .min(1)
  .max(20);

/** What a bidder says: a price, bundles, or that it passes. */
export interface BidWords {
  readonly price?: number | undefined;
  readonly bundles?: z.output<typeof bundlesSchema> | undefined;
  readonly pass?: boolean | undefined;
}

const wantedBallot: Readonly<Record<VotingRule, string>> = {
  plurality: "one of the options",
  approval: "a list of options, each once",
  borda: "a list of options, best first, each once",
  schulze: "a list of options, best first, each once",
};

/** A ballot, or an abstention, as an event. Throws OFFER_INVALID where it is no ballot of the vote. */
export function voteEvent(terms: AssemblyTerms, from: string, words: z.output<typeof ballotSchema> | undefined): AssemblyEvent {
  if (words === undefined) return { type: "abstain", from };
  if (terms.kind !== "vote") throw negotiationErrors.OFFER_INVALID({ problem: "ballot: wanted a bid, since this is an auction" });
  const { options, rule = "schulze" } = terms.terms;
  const ranking: Ballot =
    typeof words === "string"
      ? [[words]]
      : rule === "approval"
        ? [words.flat()]
        : words.map((group) => (typeof group === "string" ? [group] : group));
  if (!isBallot(ranking, options, rule))
    throw negotiationErrors.OFFER_INVALID({
      problem: `ballot: wanted for ${rule} ${wantedBallot[rule]}, of ${options.map((one) => `"${one}"`).join(", ")}; got something else`,
    });
  return { type: "ballot", from, ranking };
}

/** A bid as an event. Throws OFFER_INVALID for one that is none in this kind of auction. */
export function bidEvent(terms: AssemblyTerms, from: string, { price, bundles, pass = false }: BidWords): AssemblyEvent {
  const wrong = (wanted: string) => negotiationErrors.OFFER_INVALID({ problem: `bid: wanted ${wanted}; got something else` });
  const said = [price, bundles, pass || undefined].filter((one) => one !== undefined).length;
  switch (terms.kind) {
    case "vote":
      throw wrong("a ballot, since this is a vote");
    case "combinatorial-auction":
      if (said !== 1 || price !== undefined) throw wrong("bundles of items with their prices, or pass");
      return bundles ? { type: "bid", from, bundles: bundlesOf(terms.terms.items, bundles) } : { type: "pass", from };
    case "dutch":
      if (said > 1 || bundles || pass) throw wrong("nothing but the auction: a bid takes the lots at the price now");
      return { type: "accept", from };
    default:
      if (said !== 1 || bundles) throw wrong("a price, or pass");
      if (price !== undefined) return { type: "bid", from, price };
      return { type: terms.kind === "english" ? "leave" : "pass", from };
  }
}

function bundlesOf(all: readonly string[], bundles: z.output<typeof bundlesSchema>): z.output<typeof bundlesSchema> {
  for (const { items } of bundles)
    if (new Set(items).size !== items.length || !items.every((item) => all.includes(item)))
      throw negotiationErrors.OFFER_INVALID({ problem: `bundles: wanted items of ${all.join(", ")}, each once in a bundle` });
  return bundles;
}
