import { z } from "zod";
import { agreementIdOf } from "../bargains/agreement.ts";
import type { BargainTerms } from "../bargains/terms.ts";
import { defineNegotiationTool } from "../desk.ts";

export default defineNegotiationTool({
  name: "negotiate_list",
  description:
    "Negotiations by alternating offers, newest first: those that the caller takes part in or began, or for the operator all. `before` is the last id of the page before.",
  input: z.object({
    party: z.string().optional().describe("only those in which this party takes part"),
    status: z.enum(["open", "agreement", "no-deal"]).optional(),
    before: z.string().optional(),
    limit: z.int().min(1).max(200).default(50),
  }),
  output: z.object({
    negotiations: z.array(
      z.object({
        id: z.string(),
        subject: z.string(),
        parties: z.array(z.string()),
        status: z.string(),
        acts: z.number(),
        agreement: z.string().nullable(),
        replaces: z.string().nullable(),
        createdAt: z.number(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async ({ party, status, before, limit }, { principal }, { store }) => {
    const of = (name: string) => store.db.selectFrom("bargain_parties").select("bargain_id").where("party", "=", name);
    let query = store.db
      .selectFrom("bargains")
      .innerJoin("negotiations", "negotiations.id", "bargains.id")
      .select(["bargains.id", "subject", "terms_json", "status", "seq", "replaces", "created_at"]);
    if (principal.kind !== "operator")
      query = query.where((eb) => eb.or([eb("opened_by", "=", principal.id), eb("bargains.id", "in", of(principal.id))]));
    if (party !== undefined) query = query.where("bargains.id", "in", of(party));
    if (status !== undefined) query = query.where("status", "=", status);
    if (before !== undefined) query = query.where("bargains.id", "<", before);
    const rows = await query.orderBy("bargains.id", "desc").limit(limit).execute();
    return {
      negotiations: rows.map((row) => {
        const terms: BargainTerms = JSON.parse(row.terms_json);
        return {
          id: row.id,
          subject: row.subject,
          parties: terms.parties.map(({ name }) => name),
          status: row.status,
          acts: row.seq,
          agreement: row.status === "agreement" ? agreementIdOf(row.id) : null,
          replaces: row.replaces,
          createdAt: row.created_at,
        };
      }),
    };
  },
});
