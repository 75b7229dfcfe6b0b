/**
 * The bidder's side of negotiation/v1: how an agent answers a call for proposals and signs what it offered, over
 * ordinary A2A messages with a data part. An accepted proposal is no message but a task: the executor takes it.
 */
import type { Message, Part } from "@a2a-js/sdk";
import { z } from "zod";
import { negotiationExtension } from "../a2a/cards.ts";
import { dataOf, dataPart } from "../a2a/parts.ts";
import type { Agent, AgentContext } from "../base/agent.ts";
import type { Json } from "../base/json.ts";
import { openPartyKey, signDocument } from "../security/keys.ts";
import { agreementSchema } from "./agreement.ts";
import { negotiationErrors } from "./errors.ts";

const callSchema = z.object({
  act: z.literal("cfp"),
  negotiation: z.string(),
  skill: z.string(),
  job: z.record(z.string(), z.json()),
  replyBy: z.number(),
});
const signSchema = z.object({ act: z.literal("agreement"), document: agreementSchema });

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
export type ProposalLookup = (
  negotiation: string,
  bidder: string,
) => Promise<{ price: number; promisedMs: number | undefined } | undefined>;

/** How `agent` answers negotiation messages; undefined for an agent that takes no jobs. */
export function bidderReply(
  agent: Agent,
  dataFolder: string,
  proposalOf: ProposalLookup,
): ((message: Message, ctx: AgentContext) => Promise<Part[] | undefined>) | undefined {
  const { bid } = agent;
  if (!bid) return undefined;
  const { name } = agent.profile;
  return async (message, ctx) => {
    if (!message.extensions.includes(negotiationExtension)) return undefined;
    const data = dataOf(message.parts);
    const call = callSchema.safeParse(data);
    if (call.success) {
      const { negotiation, skill, job, replyBy } = call.data;
      const offer = await bid({ negotiation, skill, job: job as { readonly [key: string]: Json | undefined }, replyBy }, ctx); // why: z.json() values are Json
      const answer: Answer = offer
        ? {
            act: "propose",
            price: offer.price,
            promisedMs: Math.round(offer.promisedMs),
            quality: offer.quality,
            details: { reason: offer.reason },
          }
        : { act: "refuse", reason: "not now" };
      return [dataPart(answer)];
    }
    const signing = signSchema.safeParse(data);
    if (signing.success) {
      const { document } = signing.data;
      const offered = await proposalOf(document.negotiation, name);
      const wanted = `${name} at ${offered?.price} within ${offered?.promisedMs} ms`;
      const got = `${document.contractor} at ${document.price} within ${document.promisedMs} ms`;
      if (wanted !== got) throw negotiationErrors.AGREEMENT_NOT_MINE({ contractor: name, wanted, got });
      const answer: Answer = { act: "signed", signature: await signDocument(document, await openPartyKey(dataFolder, name)) };
      return [dataPart(answer)];
    }
    return undefined;
  };
}
