/** A vote or an auction as somebody may see it: seals, until what they hold may be seen. Pure. */
import type { AuctionResult, Ballot, EnglishState, VoteState } from "@entente/negotiation";
import { z } from "zod";
import { baseErrors } from "../../base/errors.ts";
import type { Principal } from "../../base/tool.ts";
import { actingAs } from "../participants.ts";
import type { KeptAssembly } from "./assemblies.ts";
import { awardIds, awardsOf, ruleOf } from "./award.ts";
import { type AssemblyEntry, type AssemblySession, dueAt, dutchPrice } from "./session.ts";
import { auctionKinds } from "./terms.ts";

const ballot = z.array(z.array(z.string())).describe("groups of options, best first");
const bundle = z.object({ items: z.array(z.string()), price: z.number() });

/** What a party has said under its seal. */
const sealedFields = { at: z.number(), seal: z.string(), salt: z.string() };

/** What vote_status gives. */
export const voteViewSchema = z.object({
  id: z.string(),
  subject: z.string(),
  openedBy: z.string(),
  status: z.enum(["open", "decided", "no-quorum", "no-votes", "cancelled"]),
  options: z.array(z.string()),
  rule: z.string(),
  quorum: z.number(),
  secret: z.boolean(),
  closesAt: z.number(),
  voters: z.array(z.object({ name: z.string(), weight: z.number(), answered: z.boolean() })),
  yours: z.object({ ...sealedFields, ballot: ballot.nullable().describe("null for an abstention") }).nullable(),
  result: z
    .object({
      winner: z.string().nullable(),
      tied: z.array(z.string()),
      ranking: ballot,
      scores: z.record(z.string(), z.number()),
      turnout: z.number(),
    })
    .nullable(),
  ballots: z
    .array(z.object({ voter: z.string(), ballot: ballot.nullable() }))
    .nullable()
    .describe("of a vote that is over and was not secret"),
  events: z.number().describe("how many; transcript_get has them"),
  hash: z.string(),
});

/** What auction_status gives. */
export const auctionViewSchema = z.object({
  id: z.string(),
  subject: z.string(),
  openedBy: z.string(),
  kind: z.enum(auctionKinds),
  rule: z.string(),
  lots: z.array(z.string()),
  terms: z.record(z.string(), z.json()).describe("the protocol's own"),
  status: z.enum(["open", "awarded", "no-award", "cancelled"]),
  bidders: z.array(z.object({ name: z.string(), standing: z.enum(["silent", "answered", "leading", "left"]) })),
  price: z.number().nullable().describe("that stands: the highest bid of an English auction, the price now of a Dutch one"),
  next: z.number().nullable().describe("the worst price that the next bid may have, in an English auction"),
  dueAt: z.number().nullable().describe("when it closes, or its price moves, if nothing happens"),
  yours: z
    .object({ ...sealedFields, price: z.number().nullable(), bundles: z.array(bundle).nullable() })
    .nullable()
    .describe("your sealed answer; both null for a pass"),
  bids: z
    .array(z.object({ bidder: z.string(), price: z.number().nullable(), bundles: z.array(bundle).nullable() }))
    .nullable()
    .describe("what was under the seals, when it is over"),
  awards: z.array(z.object({ to: z.string(), lots: z.array(z.string()), price: z.number(), agreement: z.string() })),
  proven: z.boolean().nullable().describe("of a combinatorial auction: whether no other awards gain more"),
  events: z.number(),
  hash: z.string(),
});

/** Whom a caller looks or acts as: a party, the opener or, for the operator, itself. Throws NOT_FOUND to strangers. */
export function viewerOf(kept: KeptAssembly, principal: Principal, named: string | undefined): string {
  const what = kept.terms.kind === "vote" ? "vote" : "auction";
  const viewer = actingAs(what, kept.id, principal, named);
  const takesPart = viewer === kept.openedBy || kept.terms.terms.participants.includes(viewer);
  if (!takesPart && !(principal.kind === "operator" && viewer === principal.id))
    throw baseErrors.NOT_FOUND({ what, id: kept.id });
  return viewer;
}

/** Whether what was sealed may be shown to the others: bids and ballots that are not secret, once it has come to an end. */
export function isOpened({ terms, result }: Pick<AssemblySession, "terms" | "result">): boolean {
  const over = result !== undefined && result.outcome !== "cancelled";
  return over && !(terms.kind === "vote" && terms.secret);
}

/** The view of a voter, or of whoever opened the vote. Throws NOT_FOUND where it is none. */
export function voteView(kept: KeptAssembly, answers: readonly AssemblyEntry[], viewer: string): z.output<typeof voteViewSchema> {
  const { id, terms, session } = kept;
  const { result } = session;
  if (terms.kind !== "vote") throw baseErrors.NOT_FOUND({ what: "vote", id });
  const state = session.state as VoteState; // why: the state is of the kind of its terms
  const own = answers.find(({ shown }) => shown.from === viewer);
  const over = result !== undefined && "turnout" in result ? result : undefined;
  const { options, weights, rule, quorum, closesAt } = state.terms;
  return {
    id,
    subject: terms.subject,
    openedBy: terms.openedBy,
    status: over?.outcome ?? "open",
    options: [...options],
    rule,
    quorum,
    secret: terms.secret,
    closesAt,
    voters: state.voters.map(({ name }, i) => ({
      name,
      weight: weights[i] ?? 1,
      answered: answers.some(({ shown }) => shown.from === name),
    })),
    yours: own?.sealed ? { at: own.at, seal: own.shown.seal ?? "", salt: own.sealed.salt, ballot: rankingIn(own) } : null,
    result: over
      ? {
          winner: over.winner ?? null,
          tied: [...over.tied],
          ranking: over.ranking.map((group) => [...group]),
          scores: Object.fromEntries(over.scores.map((score, i) => [options[i] ?? "", score])),
          turnout: over.turnout,
        }
      : null,
    ballots: isOpened(session) ? answers.map((entry) => ({ voter: entry.shown.from ?? "", ballot: rankingIn(entry) })) : null,
    events: session.seq,
    hash: session.hash,
  };
}

/** The view of a bidder, or of whoever opened the auction. Throws NOT_FOUND where it is none. */
export function auctionView(
  kept: KeptAssembly,
  answers: readonly AssemblyEntry[],
  viewer: string,
): z.output<typeof auctionViewSchema> {
  const { id, terms, session } = kept;
  if (terms.kind === "vote") throw baseErrors.NOT_FOUND({ what: "auction", id });
  const result = session.result as AuctionResult | undefined; // why: of an auction, and only what all of them have is read
  const own = answers.find(({ shown }) => shown.from === viewer);
  const awards = awardsOf(session);
  const ids = awardIds(id, awards);
  const { participants: _names, lot: _lots, ...own_terms } = terms.terms;
  return {
    id,
    subject: terms.subject,
    openedBy: terms.openedBy,
    kind: terms.kind,
    rule: ruleOf(terms),
    lots: [...terms.lots],
    terms: JSON.parse(JSON.stringify(own_terms)),
    status: result?.outcome ?? "open",
    bidders: terms.terms.participants.map((name) => ({ name, standing: standingOf(session, answers, name) })),
    ...pricesOf(session),
    dueAt: dueAt(session) ?? null,
    yours: own?.sealed ? { at: own.at, seal: own.shown.seal ?? "", salt: own.sealed.salt, ...bidIn(own) } : null,
    bids:
      isOpened(session) && answers.length > 0
        ? answers.map((entry) => ({ bidder: entry.shown.from ?? "", ...bidIn(entry) }))
        : null,
    awards: awards.map(({ to, lots, price }, i) => ({ to, lots: [...lots], price, agreement: ids[i] ?? "" })),
    proven: session.result && "proven" in session.result ? session.result.proven : null,
    events: session.seq,
    hash: session.hash,
  };
}

function standingOf({ state }: AssemblySession, answers: readonly AssemblyEntry[], name: string) {
  if ("left" in state) {
    const english: EnglishState = state;
    if (english.standing?.by === name) return "leading" as const;
    if (english.left.includes(name)) return "left" as const;
  }
  return answers.some(({ shown }) => shown.from === name) ? ("answered" as const) : ("silent" as const);
}

function pricesOf({ state, result }: AssemblySession): { readonly price: number | null; readonly next: number | null } {
  if ("left" in state) {
    const { standing, terms } = state;
    const step = terms.side === "sell" ? terms.minRaise : -terms.minRaise;
    return { price: standing?.price ?? null, next: result ? null : standing ? standing.price + step : terms.startPrice };
  }
  return { price: "moves" in state ? dutchPrice(state) : null, next: null };
}

function rankingIn({ sealed }: AssemblyEntry): string[][] | null {
  const event = sealed?.event;
  if (event?.type !== "ballot") return null;
  const ranking: Ballot = event.ranking;
  return ranking.map((group) => [...group]);
}

function bidIn({ sealed }: AssemblyEntry) {
  const event = sealed?.event;
  return {
    price: event?.type === "bid" && "price" in event ? event.price : null,
    bundles:
      event?.type === "bid" && "bundles" in event
        ? event.bundles.map(({ items, price }) => ({ items: [...items], price }))
        : null,
  };
}
