import { z } from "zod";
import { type Analysis, analysisOf } from "../bargains/analysis.ts";
import { partyOf } from "../bargains/party.ts";
import type { BargainTerms } from "../bargains/terms.ts";
import { defineNegotiationTool } from "../desk.ts";

const nearness = z.object({
  distance: z.number(),
  optimality: z.number().describe("1 at the point, 0 as far from it as can be"),
});
const concession = z.object({
  first: z.number().describe("what its first offer asked for, as its own utility"),
  last: z.number(),
  least: z.number(),
  rate: z.number().describe("how much of the way to the others' best it went, 0 to 1"),
  halfByRound: z.number().nullable().describe("by when it had made half of its concession"),
  moves: z.record(z.string(), z.number()).describe("its moves by what they changed for itself and the others"),
});

export default defineNegotiationTool({
  name: "negotiate_analyse",
  description:
    "A bargaining session analysed and drawn: what each offer is worth to whom, who conceded when, how near what was agreed is to the Pareto front, the Nash and other points, and two SVG drawings. The operator sees everybody's preferences, a party its own; the others' are estimated from what they offered.",
  input: z.object({
    id: z.string().describe("a negotiation id (bar_…)"),
    as: z.string().optional().describe("for the operator: the party to look as"),
  }),
  output: z.object({
    id: z.string(),
    parties: z.array(
      z.object({
        name: z.string(),
        preferences: z.enum(["known", "estimated", "unknown"]),
        reservation: z.number().nullable(),
        best: z.number().nullable(),
        agreed: z.number().nullable().describe("what was agreed is worth to it"),
        concession: concession.nullable(),
      }),
    ),
    offers: z.array(
      z.object({
        seq: z.number().describe("its number in the transcript"),
        round: z.number(),
        by: z.string(),
        utilities: z.array(z.number()).describe("to each party, in their order; empty while somebody's are unknown"),
      }),
    ),
    front: z
      .object({ points: z.number(), exact: z.boolean() })
      .nullable()
      .describe("the Pareto front; null while somebody's preferences are unknown, or with too many outcomes for so many parties"),
    distances: z.record(z.string(), nearness).nullable().describe("of what was agreed, to the front and the solution points"),
    drawings: z
      .object({ space: z.string().describe("the utility space, SVG"), rounds: z.string().describe("utilities over rounds, SVG") })
      .nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, { principal }, { bargaining }) => {
    const kept = await bargaining.read(input.id);
    const all = principal.kind === "operator" && input.as === undefined;
    const party = all ? undefined : partyOf(kept, principal, input.as);
    const analysis = analysisOf(kept.session, kept.seats, (name) => all || name === party);
    return { id: input.id, ...told(kept.session.terms, analysis) };
  },
});

function told({ parties }: BargainTerms, { knowledge, offers, picture }: Analysis) {
  return {
    parties: parties.map(({ name }, p) => {
      const conceded = picture?.concessions[p];
      return {
        name,
        preferences: knowledge[p] ?? "unknown",
        // What a party has without a deal does not follow from its offers.
        reservation: knowledge[p] === "known" ? (picture?.survey.reservation[p] ?? null) : null,
        best: picture?.survey.best[p] ?? null,
        agreed: picture?.agreed?.utilities[p] ?? null,
        concession: conceded
          ? {
              first: conceded.first,
              last: conceded.last,
              least: conceded.least,
              rate: conceded.rate,
              halfByRound: conceded.halfBy === undefined ? null : conceded.halfBy + 1,
              moves: { ...conceded.moves },
            }
          : null,
      };
    }),
    offers: offers.map(({ seq, round, by, utilities }) => ({
      seq,
      round: round + 1,
      by: parties[by]?.name ?? "",
      utilities: [...utilities],
    })),
    front: picture ? { points: picture.survey.front.points.length, exact: picture.survey.front.error === 0 } : null,
    distances: picture?.agreed ? { ...picture.agreed.assessment } : null,
    drawings: picture ? { space: picture.space, rounds: picture.rounds } : null,
  };
}
