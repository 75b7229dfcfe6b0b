/** Calls for ballots and bids as A2A messages, and their answers; docs/reference/negotiation-extension.md. Pure. */
import type { EnglishState, VoteState } from "@entente/negotiation";
import { type BallotCall, type BidCall, ballotActSchema, ballotCallSchema, bidActSchema, bidCallSchema } from "@entente/sdk";
import { z } from "zod";
import { dataOf, dataPart, textPart } from "../../a2a/parts.ts";
import type { Part } from "../../a2a/protocol.ts";
import type { Json } from "../../base/json.ts";
import { negotiationErrors } from "../errors.ts";
import { bidEvent, bundlesSchema, voteEvent } from "./answers.ts";
import { awardIds, awardsOf, ruleOf } from "./award.ts";
import { type AssemblyEvent, type AssemblySession, dueAt, dutchPrice } from "./session.ts";
import type { AssemblyTerms, AuctionAssembly } from "./terms.ts";

/** The data part that asks for a ballot. */
export const ballotCallMessageSchema = ballotCallSchema.extend({ act: z.literal("call-for-ballot") });

/** The data part that asks for a bid. */
export const bidCallMessageSchema = bidCallSchema.extend({ act: z.literal("call-for-bid") });

/** The data part that tells a voter or a bidder how it ended: the winner of a vote; what this bidder has won. */
export const endedMessageSchema = z.object({
  act: z.literal("ended"),
  negotiation: z.string(),
  outcome: z.enum(["decided", "no-quorum", "no-votes", "awarded", "no-award", "cancelled"]),
  winner: z.string().optional(),
  won: z.array(z.object({ lots: z.array(z.string()), price: z.number(), agreement: z.string() })).optional(),
});

/** Why an answer did not count. */
export type Problem = NonNullable<BallotCall["problem"]>;

/** What a party may be asked now: `key` is another one when it may be asked again. Undefined when it has nothing to answer. */
export interface Question {
  readonly key: string;
  readonly replyBy: number;
  readonly parts: (problem: Problem | undefined) => readonly Part[];
}

/** The question to a party. */
export function questionTo(id: string, session: AssemblySession, name: string): Question | undefined {
  const replyBy = dueAt(session);
  if (replyBy === undefined) return undefined;
  const { terms, state } = session;
  const asked = (key: string, call: (problem: Problem | undefined) => Json, sentence: string): Question => ({
    key,
    replyBy,
    parts: (problem) => [textPart(`${problem ? `${problem.message}. ` : ""}${sentence}`), dataPart(call(problem))],
  });
  if (terms.kind === "vote") {
    const { voters, terms: vote } = state as VoteState; // why: the state is of the kind of its terms
    const place = voters.findIndex((voter) => voter.name === name && voter.answer === "none");
    if (place < 0) return undefined;
    const { options, rule, quorum, weights } = vote;
    const call: BallotCall = {
      negotiation: id,
      subject: terms.subject,
      options: [...options],
      rule,
      you: name,
      weight: weights[place] ?? 1,
      quorum,
      secret: terms.secret,
      replyBy,
    };
    const said = (problem: Problem | undefined) => ({ act: "call-for-ballot", ...call, ...(problem ? { problem } : {}) });
    return asked("ballot", said, `Vote on ${terms.subject} by ${rule}: ${options.join(", ")}.`);
  }
  const standing = standingOf(session, name);
  if (!standing) return undefined;
  const { key, ...prices } = standing;
  const call = bidCall(id, terms, name, replyBy);
  const said = (problem: Problem | undefined) => ({
    act: "call-for-bid",
    ...call,
    ...prices,
    ...(problem ? { problem } : {}),
  });
  return asked(key, said, `Bid for ${terms.lots.join(", ")} (${terms.subject}), by ${ruleOf(terms)}.`);
}

/** What an agent answered, as an event; undefined where it waits for another price. Throws OFFER_INVALID for what is no answer. */
export function answerIn(parts: readonly Part[] | undefined, terms: AssemblyTerms, from: string): AssemblyEvent | undefined {
  const data = parts && dataOf(parts);
  if (terms.kind === "vote") {
    const answer = ballotActSchema.safeParse(data).data;
    if (!answer) throw wanted("ballot or abstain");
    return voteEvent(terms, from, answer.act === "abstain" ? undefined : answer.ranking);
  }
  const answer = bidActSchema.safeParse(data).data;
  if (!answer) throw wanted("bid or pass");
  if (answer.act === "pass") return terms.kind === "dutch" ? undefined : bidEvent(terms, from, { pass: true });
  const { price, bundles } = answer;
  const checked = bundles && bundlesSchema.safeParse(bundles);
  if (checked && !checked.success) throw wanted("bid with one to twenty bundles of items at prices of at least 0");
  return bidEvent(terms, from, { price, ...(checked ? { bundles: checked.data } : {}) });
}

/** How it ended, for one of its parties. */
export function endedParts(id: string, session: AssemblySession, name: string): readonly Part[] {
  const { terms, result } = session;
  const awards = awardsOf(session);
  const ids = awardIds(id, awards);
  const won = awards.flatMap(({ to, lots, price }, i) => (to === name ? [{ lots, price, agreement: ids[i] ?? "" }] : []));
  return [
    dataPart({
      act: "ended",
      negotiation: id,
      outcome: result?.outcome ?? "cancelled",
      ...(terms.kind === "vote" ? (result && "winner" in result ? { winner: result.winner } : {}) : { won }),
    }),
  ];
}

function wanted(acts: string): Error {
  return negotiationErrors.OFFER_INVALID({ problem: `wanted a message with a data part: an act of ${acts}` });
}

function bidCall(id: string, auction: AuctionAssembly, you: string, replyBy: number): BidCall {
  const { participants: _others, lot: _lot, side = "sell", ...terms } = auction.terms;
  return {
    negotiation: id,
    subject: auction.subject,
    kind: auction.kind,
    side,
    auctioneer: auction.openedBy,
    you,
    lots: [...auction.lots],
    terms: JSON.parse(JSON.stringify(terms)),
    replyBy,
  };
}

// Where a bidder stands: undefined for one that has answered, leads or has left.
function standingOf({ state }: AssemblySession, name: string): { key: string; price?: number; next?: number } | undefined {
  if ("moves" in state) return { key: `price ${state.moves}`, price: dutchPrice(state) };
  if ("bidders" in state)
    return state.bidders.some((one) => one.name === name && one.answer === "none") ? { key: "bid" } : undefined;
  if (!("left" in state)) return undefined;
  const { standing, left, terms }: EnglishState = state;
  if (left.includes(name) || standing?.by === name) return undefined;
  if (!standing) return { key: "first", next: terms.startPrice };
  const next = standing.price + (terms.side === "sell" ? terms.minRaise : -terms.minRaise);
  return { key: `over ${standing.price}`, price: standing.price, next };
}
