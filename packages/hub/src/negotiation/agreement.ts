import type { JWK } from "jose";
import { z } from "zod";
import { verifyDocument } from "../security/keys.ts";

/** The terms both sides sign. Times in ms since the epoch; `transcript` is the SHA-256 of the negotiation so far. */
export const agreementSchema = z.object({
  id: z.string(),
  negotiation: z.string(),
  subject: z.string(),
  initiator: z.string(),
  contractor: z.string(),
  job: z.record(z.string(), z.json()),
  price: z.number(),
  promisedMs: z.number(),
  quality: z.number(),
  dueAt: z.number(),
  /** How many tasks it covers; one, when it does not say. */
  tasks: z.number().int().min(1).optional(),
  transcript: z.string(),
});

/** A written agreement. */
export type AgreementDocument = z.output<typeof agreementSchema>;

/** One signature per party. */
export interface AgreementSignatures {
  readonly initiator: string;
  readonly contractor: string;
}

/** Whether both signatures are the parties' own over exactly this document. */
export async function verifyAgreement(
  document: AgreementDocument,
  signatures: AgreementSignatures,
  keyOf: (party: string) => JWK,
): Promise<boolean> {
  const [first, second] = await Promise.all([
    verifyDocument(document, signatures.initiator, keyOf(document.initiator)),
    verifyDocument(document, signatures.contractor, keyOf(document.contractor)),
  ]);
  return first && second;
}
