/** A session as one of its parties may see it: what happened, and what it is worth to that party alone. Pure. */
import { z } from "zod";
import { agreementIdOf } from "./agreement.ts";
import type { KeptBargain } from "./records.ts";
import { utilityFor } from "./seat.ts";
import { roundOf, turnOf, wordsOf } from "./session.ts";
import { seatKinds } from "./terms.ts";

const words = z.record(z.string(), z.string());

/** What negotiate_status gives. */
export const viewSchema = z.object({
  id: z.string(),
  subject: z.string(),
  status: z.enum(["open", "agreement", "no-deal"]),
  parties: z.array(z.object({ name: z.string(), by: z.enum(seatKinds) })),
  issues: z.array(z.object({ name: z.string(), values: z.array(z.string()), slo: z.string().optional() })),
  round: z.number(),
  rounds: z.number().nullable(),
  turn: z.string().nullable(),
  mayOffer: z.boolean(),
  standing: z.object({ by: z.string(), offer: words, utility: z.number().nullable() }).nullable(),
  transcript: z.array(
    z.object({
      seq: z.number(),
      at: z.number(),
      by: z.string(),
      act: z.string(),
      offer: words.nullable(),
      utility: z.number().nullable(),
      text: z.string().nullable(),
      hash: z.string(),
    }),
  ),
  agreed: words.nullable(),
  reason: z.string().nullable(),
  agreement: z.string().nullable(),
  replaces: z.string().nullable(),
});

/** The view of a party; utilities are null where the hub does not know what it wants. */
export function viewOf({ id, session, seats }: KeptBargain, party: string): z.output<typeof viewSchema> {
  const { terms, state, entries } = session;
  const worth = utilityFor(seats[party] ?? {});
  const turn = turnOf(session);
  const { result } = state;
  return {
    id,
    subject: terms.subject,
    status: result?.outcome ?? "open",
    parties: terms.parties.map(({ name, by }) => ({ name, by })),
    issues: terms.issues.map(({ name, values, slo }) => ({ name, values: [...values], ...(slo ? { slo } : {}) })),
    round: roundOf(session),
    rounds: terms.rounds ?? null,
    turn: turn?.to ?? null,
    mayOffer: turn?.mayOffer ?? false,
    standing: turn?.standing
      ? {
          by: turn.standing.by,
          offer: { ...wordsOf(terms, turn.standing.outcome) },
          utility: worth?.(turn.standing.outcome) ?? null,
        }
      : null,
    transcript: entries.map(({ seq, at, event, text, hash }) => ({
      seq,
      at,
      by: event.type === "timer" ? "clock" : event.from,
      act: event.type,
      offer: event.type === "offer" ? { ...wordsOf(terms, event.outcome) } : null,
      utility: event.type === "offer" ? (worth?.(event.outcome) ?? null) : null,
      text: text ?? null,
      hash,
    })),
    agreed: result?.agreed ? { ...wordsOf(terms, result.agreed) } : null,
    reason: result ? (result.why ?? result.reason ?? null) : null,
    agreement: result?.agreed ? agreementIdOf(id) : null,
    replaces: terms.replaces ?? null,
  };
}
