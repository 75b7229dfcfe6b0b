/**
 * An agent's side of negotiation/v1: how it answers a call for proposals and signs what it offered, how it acts in a turn of a
 * session of alternating offers, and how it votes and bids in auctions, over ordinary A2A messages with a data part. An accepted
 * proposal is no message but a task: the executor takes it.
 */
import { z } from "zod";
import { negotiationExtension } from "../a2a/cards.ts";
import { dataOf, dataPart, textPart } from "../a2a/parts.ts";
import type { Message, Part } from "../a2a/protocol.ts";
import type { Agent, AgentContext } from "../base/agent.ts";
import { asEntenteError } from "../base/errors.ts";
import { canonicalJson, type Json } from "../base/json.ts";
import { openPartyKey, signDocument } from "../security/keys.ts";
import { type AgreementDocument, agreementSchema } from "./agreement.ts";
import { ballotCallMessageSchema, bidCallMessageSchema, endedMessageSchema } from "./assemblies/calls.ts";
import { closedMessageSchema, turnIn } from "./bargains/turn.ts";
import { negotiationErrors } from "./errors.ts";
import type { KeptProposal } from "./records.ts";

/** A call for proposals. */
export const callSchema = z.object({
  act: z.literal("cfp"),
  negotiation: z.string(),
  skill: z.string(),
  job: z.record(z.string(), z.json()),
  replyBy: z.number(),
});
/** An agreement to sign. */
export const signSchema = z.object({ act: z.literal("agreement"), document: agreementSchema });

/** What the initiator hears back: a proposal, a refusal, or a signature. */
export const answerSchema = z.discriminatedUnion("act", [
  z.object({
    act: z.literal("propose"),
    price: z.number(),
    promisedMs: z.number(),
    quality: z.number(),
    details: z.object({ reason: z.string() }),
  }),
  z.object({ act: z.literal("refuse"), reason: z.string() }),
  z.object({ act: z.literal("signed"), signature: z.string() }),
]);

/** An answer of a bidder. */
export type Answer = z.output<typeof answerSchema>;

/** Where a bidder finds what it proposed, to check an agreement against. */
export type ProposalLookup = (negotiation: string, bidder: string) => Promise<KeptProposal | undefined>;

/** How `agent` answers negotiation messages; undefined for an agent that takes no jobs. */
export function bidderReply(
  agent: Agent,
  dataFolder: string,
  proposalOf: ProposalLookup,
): ((message: Message, ctx: AgentContext) => Promise<readonly Part[] | undefined>) | undefined {
  const { bid, negotiate, vote, auction } = agent;
  if (!bid && !negotiate && !vote && !auction) return undefined;
  const { name } = agent.profile;
  const refuse = (thrown: unknown, ctx: AgentContext): Answer => {
    const error = asEntenteError(thrown);
    ctx.log.warn({ err: error, agent: name }, "an agent could not answer and declines");
    return { act: "refuse", reason: error.message };
  };
  return async (message, ctx) => {
    if (!message.extensions?.includes(negotiationExtension)) return undefined;
    const data = dataOf(message.parts);
    if (negotiate) {
      const turn = turnIn(message.parts);
      if (turn) {
        const { text, ...act } = await negotiate(turn, ctx);
        return [...(text === undefined ? [] : [textPart(text)]), dataPart(act)];
      }
      const closed = closedMessageSchema.safeParse(data);
      if (closed.success) return [dataPart({ act: "noted", negotiation: closed.data.negotiation })];
    }
    if (vote || auction) {
      const ballotCall = ballotCallMessageSchema.safeParse(data);
      if (vote && ballotCall.success) return [dataPart(await vote(withoutAct(ballotCall.data), ctx))];
      const bidCall = bidCallMessageSchema.safeParse(data);
      if (auction && bidCall.success) return [dataPart(await auction(withoutAct(bidCall.data), ctx))];
      const ended = endedMessageSchema.safeParse(data);
      if (ended.success) return [dataPart({ act: "noted", negotiation: ended.data.negotiation })];
    }
    if (!bid) return undefined;
    const call = callSchema.safeParse(data);
    const signing = signSchema.safeParse(data);
    try {
      if (call.success) return [dataPart(await bidFor(call.data, ctx))];
      if (signing.success) return [dataPart(await signed(signing.data.document))];
      return undefined;
    } catch (thrown) {
      return [dataPart(refuse(thrown, ctx))];
    }
  };

  async function bidFor({ negotiation, skill, job, replyBy }: z.output<typeof callSchema>, ctx: AgentContext): Promise<Answer> {
    const offer = await bid?.({ negotiation, skill, job: job as { readonly [key: string]: Json | undefined }, replyBy }, ctx); // why: z.json() values are Json
    if (!offer) return { act: "refuse", reason: "not now" };
    const { price, promisedMs, quality, reason } = offer;
    return { act: "propose", price, promisedMs: Math.round(promisedMs), quality, details: { reason } };
  }

  async function signed(document: AgreementDocument): Promise<Answer> {
    const offered = await proposalOf(document.negotiation, name);
    const wanted = offered ? termsOf({ ...offered, contractor: name }) : "no agreement, since it offered nothing";
    const got = termsOf(document);
    if (wanted !== got) throw negotiationErrors.AGREEMENT_NOT_MINE({ contractor: name, wanted, got });
    return { act: "signed", signature: await signDocument(document, await openPartyKey(dataFolder, name)) };
  }
}

function withoutAct<T extends { readonly act: string }>({ act: _, ...rest }: T): Omit<T, "act"> {
  return rest;
}

function termsOf(terms: Omit<KeptProposal, "job"> & { contractor: string; job?: unknown }): string {
  const { contractor, price, promisedMs, quality, job } = terms;
  return `${contractor} at ${price} within ${promisedMs} ms, quality ${quality}, for the job ${canonicalJson(job ?? null)}`;
}
