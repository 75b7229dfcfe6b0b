/** A party's turn as an A2A message, and its answer; docs/reference/negotiation-extension.md. Pure. */
import { actSchema, type NegotiationAct, type NegotiationTurn, turnSchema } from "@entente/sdk";
import { z } from "zod";
import { dataOf, dataPart, textOf, textPart } from "../../a2a/parts.ts";
import type { Part } from "../../a2a/protocol.ts";
import { type BargainSession, offersSince, roundOf, type TurnEffect } from "./session.ts";

/** The data part of a turn. */
export const turnMessageSchema = turnSchema.extend({ act: z.literal("turn") });

/** The data part that tells a party how a session ended. */
export const closedMessageSchema = z.object({
  act: z.literal("closed"),
  negotiation: z.string(),
  outcome: z.enum(["agreement", "no-deal"]),
  agreed: z.record(z.string(), z.string()).optional(),
  reason: z.string().optional(),
  agreement: z.string().optional(),
});

/** Why an answer did not count. */
export type Problem = NonNullable<NegotiationTurn["problem"]>;

/** The turn of a party. `replyBy` is the clock's time, ms. */
export function turnFor(
  id: string,
  session: BargainSession,
  { to, t, mayOffer, actionsLeft }: TurnEffect,
  replyBy: number,
  problem?: Problem,
): NegotiationTurn {
  const { terms, entries } = session;
  const own = entries.findLastIndex(({ event }) => event.type !== "timer" && event.from === to);
  const heard = offersSince(session, own + 1).map((offer) => ({ ...offer, offer: { ...offer.offer } }));
  const standing = session.state.standing === undefined ? undefined : standingOf(session);
  return {
    negotiation: id,
    subject: terms.subject,
    parties: terms.parties.map(({ name }) => name),
    you: to,
    issues: terms.issues.map(({ name, values, slo }) => ({ name, values: [...values], ...(slo ? { slo } : {}) })),
    round: roundOf(session),
    t,
    mayOffer,
    ...(actionsLeft === undefined ? {} : { actionsLeft }),
    ...(standing ? { standing } : {}),
    heard,
    replyBy,
    ...(problem ? { problem } : {}),
  };
}

/** The offer on the table, in words. */
export function standingOf(session: BargainSession): NegotiationTurn["standing"] {
  const { entries, state } = session;
  if (!state.standing) return undefined;
  const at = entries.findLastIndex(({ event }) => event.type === "offer");
  const [standing] = offersSince(session, at);
  return standing && { ...standing, offer: { ...standing.offer } };
}

/** A turn as parts: a sentence for people, the turn for programs. */
export function turnParts(turn: NegotiationTurn): readonly Part[] {
  const { subject, standing, problem, round } = turn;
  const said = standing
    ? `${standing.by} offers ${sentence(standing.offer)}${standing.text ? `: “${standing.text}”` : ""}`
    : "nobody has offered anything yet";
  const text = `Negotiation about ${subject}, round ${round + 1}: ${problem ? `${problem.message}; ` : ""}${said}. It is your turn.`;
  const data = { act: "turn" as const, ...turn };
  ours.set(data, turn);
  return [textPart(text), dataPart(data)];
}

// What was made here needs no reading when an agent of this hub gets it.
const ours = new WeakMap<object, NegotiationTurn>();

/** The turn in a message; undefined for another message. */
export function turnIn(parts: readonly Part[]): NegotiationTurn | undefined {
  const data = dataOf(parts);
  const known = typeof data === "object" && data !== null ? ours.get(data) : undefined;
  if (known) return known;
  const read = turnMessageSchema.safeParse(data);
  if (!read.success) return undefined;
  const { act: _, ...turn } = read.data;
  return turn;
}

/** The act in an answer: its data counts, its text is kept beside it. Undefined for an answer that is none. */
export function actIn(parts: readonly Part[]): NegotiationAct | undefined {
  const act = actSchema.safeParse(dataOf(parts));
  if (!act.success) return undefined;
  const text = textOf(parts).slice(0, 4000);
  return act.data.text !== undefined || text === "" ? act.data : { ...act.data, text };
}

/** An offer as a sentence. */
export function sentence(offer: Readonly<Record<string, string>>): string {
  return Object.entries(offer)
    .map(([issue, value]) => `${issue} ${value}`)
    .join(", ");
}
