import { z } from "zod";
import { verifyAgreement } from "../agreement.ts";
import { awardProblem } from "../assemblies/proof.ts";
import { anyAgreementSchema, isBargained, verifyBargained } from "../bargains/agreement.ts";
import { bargainProtocol } from "../bargains/records.ts";
import { replayBargain, wordsOf } from "../bargains/session.ts";
import type { BargainTerms } from "../bargains/terms.ts";
import { defineNegotiationTool } from "../desk.ts";
import { keptAgreement } from "../kept-agreement.ts";

export default defineNegotiationTool({
  name: "agreement_verify",
  description:
    "Checks an agreement from the ground: every party's signature, and, for one that was bargained or auctioned, each link of its transcript, that it ends in these very terms, and that the hash which was signed is that of its last event.",
  input: z.object({ id: z.string().describe("an agreement id (agr_…)") }),
  output: z.object({
    holds: z.boolean(),
    signatures: z.boolean(),
    transcript: z.boolean().nullable().describe("null where none is kept event by event"),
    problem: z.string().nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, { principal }, desk) => {
    const row = await keptAgreement(desk.store, input.id, principal);
    const document = anyAgreementSchema.parse(JSON.parse(row.document_json));
    const given = JSON.parse(row.signatures_json);
    if (!isBargained(document)) {
      const signatures = await verifyAgreement(document, given, desk.keyOf);
      return {
        holds: signatures,
        signatures,
        transcript: null,
        problem: signatures ? null : "a signature does not fit the document",
      };
    }
    const signatures = await verifyBargained(document, given, async (party) => (await desk.bargaining.keyOf(party)).publicJwk);
    const negotiation = await desk.store.db
      .selectFrom("negotiations")
      .select(["protocol", "terms_json"])
      .where("id", "=", document.negotiation)
      .executeTakeFirstOrThrow();
    const terms: BargainTerms = JSON.parse(negotiation.terms_json);
    const bargained = negotiation.protocol === bargainProtocol;
    const problem = await (bargained ? transcriptProblem() : awardProblem(desk.assemblies.records, document));
    const transcript = problem === null;
    return {
      holds: signatures && transcript,
      signatures,
      transcript,
      problem: problem ?? (signatures ? null : "a signature does not fit the document"),
    };

    async function transcriptProblem(): Promise<string | null> {
      const replayed = replayBargain(terms, await desk.bargaining.records.entries(document.negotiation));
      if ("brokenAt" in replayed) return `event ${replayed.brokenAt} of the transcript is not the one that was kept`;
      const { hash, state } = replayed.session;
      if (hash !== document.transcript) return "the transcript does not end where the agreement says";
      const agreed = state.result?.agreed;
      if (!agreed || !isBargained(document)) return "the transcript ends without an agreement";
      const words = wordsOf(terms, agreed);
      const other = Object.keys(words).find((issue) => words[issue] !== document.terms[issue]);
      return other === undefined ? null : `"${other}" was agreed as ${words[other]}, the document says ${document.terms[other]}`;
    }
  },
});
