/** What comes of a session: the terms in words and as service levels, linked to the session's last event, signed by every party. */
import type { JWK } from "jose";
import { z } from "zod";
import { type PartyKey, signDocument, verifyDocument } from "../../security/keys.ts";
import { type AgreementDocument, agreementSchema } from "../agreement.ts";
import { type BargainSession, wordsOf } from "./session.ts";
import { type SloName, sloNames, slosOf } from "./terms.ts";

/** A bargained agreement. `transcript` is the hash of the session's last event, the acceptance; times in ms. */
export const bargainedSchema = z.object({
  id: z.string(),
  negotiation: z.string(),
  subject: z.string(),
  parties: z.array(z.string()).min(2),
  /** Whose tasks it covers, and who does them. */
  initiator: z.string(),
  contractor: z.string(),
  terms: z.record(z.string(), z.string()),
  slos: z.partialRecord(z.enum(sloNames), z.number()),
  tasks: z.number().int().min(1),
  dueAt: z.number(),
  onBreach: z.enum(["nothing", "renegotiate"]),
  replaces: z.string().optional(),
  transcript: z.string(),
});
export type BargainedDocument = z.output<typeof bargainedSchema>;

/** Either kind of agreement: bargained, or a job awarded by Contract Net. */
export const anyAgreementSchema = z.union([bargainedSchema, agreementSchema]);

/** Whether an agreement was bargained. */
export function isBargained(document: BargainedDocument | AgreementDocument): document is BargainedDocument {
  return "terms" in document;
}

/** Signatures by party. */
export type PartySignatures = Readonly<Record<string, string>>;

/**
 * The one agreement that a session can come to, or undefined where it has none. Its id follows from the session's, so that no two can be
 * kept. `now` is when it begins to hold.
 */
export function agreementOf(id: string, session: BargainSession, now: number): BargainedDocument | undefined {
  const { terms, state, hash } = session;
  const agreed = state.result?.agreed;
  if (!agreed) return undefined;
  const words = wordsOf(terms, agreed);
  const parties = terms.parties.map(({ name }) => name);
  const { subject, provider, tasks, validMs, onBreach, replaces } = terms;
  const slos: Partial<Record<SloName, number>> = { ...slosOf(terms, words) };
  return {
    id: agreementIdOf(id),
    negotiation: id,
    subject,
    parties,
    initiator: parties.find((name) => name !== provider) ?? provider,
    contractor: provider,
    terms: { ...words },
    slos,
    tasks,
    dueAt: now + validMs,
    onBreach,
    ...(replaces === undefined ? {} : { replaces }),
    transcript: hash,
  };
}

/** The id of the agreement of a session. */
export function agreementIdOf(negotiation: string): string {
  return negotiation.replace(/^[^_]*/, "agr");
}

/** Signs for every party. */
export async function signForAll(
  document: BargainedDocument,
  keyOf: (party: string) => Promise<PartyKey>,
): Promise<PartySignatures> {
  const signed = await Promise.all(
    document.parties.map(async (party) => [party, await signDocument(document, await keyOf(party))] as const),
  );
  return Object.fromEntries(signed);
}

/** Whether every party's signature is its own over exactly this document. */
export async function verifyBargained(
  document: BargainedDocument,
  signatures: PartySignatures,
  keyOf: (party: string) => Promise<JWK>,
): Promise<boolean> {
  const held = await Promise.all(
    document.parties.map(async (party) => verifyDocument(document, signatures[party] ?? "", await keyOf(party))),
  );
  return held.every(Boolean);
}
