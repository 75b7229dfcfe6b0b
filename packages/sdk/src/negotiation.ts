/**
 * What is said in a session of alternating offers of the A2A extension `negotiation/v1`: the turn that a party gets, and the act with
 * which it answers. docs/reference/negotiation-extension.md is the written form.
 */
import { z } from "zod";

/** An offer in words: for each issue one of its values. */
export const offerSchema = z.record(z.string(), z.string());

/** What a party does in its turn: makes an offer, accepts the one that stands, or ends the session. `text` is for people and binds nobody. */
export const actSchema = z.discriminatedUnion("act", [
  z.object({ act: z.literal("offer"), offer: offerSchema, text: z.string().max(4000).optional() }),
  z.object({ act: z.literal("accept"), text: z.string().max(4000).optional() }),
  z.object({ act: z.literal("end"), reason: z.string().max(1000).optional(), text: z.string().max(4000).optional() }),
]);

/** The act of a party. */
export type NegotiationAct = z.output<typeof actSchema>;

const offered = z.object({ by: z.string(), offer: offerSchema, t: z.number(), text: z.string().optional() });

/** A party's turn. Times in ms since 1970; `t` is the relative time, 0 at the beginning and 1 at the deadline. */
export const turnSchema = z.object({
  negotiation: z.string(),
  subject: z.string(),
  /** The parties in the order in which they act, and which of them is asked. */
  parties: z.array(z.string()),
  you: z.string(),
  /** What is negotiated. Values of an issue with an `slo` are numbers that the agreement will be held to. */
  issues: z.array(z.object({ name: z.string(), values: z.array(z.string()), slo: z.string().optional() })),
  round: z.number(),
  t: z.number(),
  /** Whether an offer may still be made; else one can only accept or end. */
  mayOffer: z.boolean(),
  /** How many actions are left to this party, this one included; absent where only time limits the session. */
  actionsLeft: z.number().optional(),
  /** The offer on the table. */
  standing: offered.optional(),
  /** The offers of the others since this party last acted, in their order. */
  heard: z.array(offered),
  /** Until when the answer counts. */
  replyBy: z.number(),
  /** Why the answer before this one did not count. */
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** A turn, as an agent gets it. */
export type NegotiationTurn = z.output<typeof turnSchema>;
