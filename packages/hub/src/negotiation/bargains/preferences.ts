/** What a party wants, in words, and as the library takes it. */
import type { AdditivePreferences } from "@entente/negotiation";
import { z } from "zod";
import { negotiationErrors } from "../errors.ts";
import type { BargainIssue } from "./terms.ts";

/** Preferences in words: how much each issue weighs, and what each of its values is worth. */
export const preferencesSchema = z.object({
  weights: z.record(z.string(), z.number().min(0)).optional().describe("how much each issue weighs; all the same when left out"),
  values: z
    .record(z.string(), z.record(z.string(), z.number()))
    .describe("for each issue what each value is worth, best between 0 and 1"),
  reservation: z.number().default(0).describe("utility without a deal: nothing below it is agreed"),
  discount: z.number().gt(0).max(1).default(1).describe("what is left of a utility at the deadline"),
});
export type PreferencesInWords = z.output<typeof preferencesSchema>;

/** Reads preferences against the issues; weights are made to add up to 1. Throws BARGAIN_INVALID. */
export function readPreferences(issues: readonly BargainIssue[], words: PreferencesInWords): AdditivePreferences {
  const invalid = (problem: string) => negotiationErrors.BARGAIN_INVALID({ problem: `preferences: ${problem}` });
  for (const [what, named] of [["weights", words.weights ?? {}] as const, ["values", words.values] as const])
    for (const name of Object.keys(named))
      if (!issues.some((issue) => issue.name === name)) throw invalid(`${what} of "${name}", which is no issue here`);
  const weights = issues.map(({ name }) => words.weights?.[name] ?? (words.weights ? 0 : 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0)) throw invalid("wanted a weight above 0 for some issue");
  const evaluations = issues.map(({ name, values }, k) => {
    const worth = Object.hasOwn(words.values, name) ? words.values[name] : undefined;
    if (!worth && weights[k] === 0) return values.map(() => 0);
    return values.map((value) => {
      const one = worth && Object.hasOwn(worth, value) ? worth[value] : undefined;
      if (one === undefined) throw invalid(`wanted what "${value}" of "${name}" is worth`);
      return one;
    });
  });
  const { reservation, discount } = words;
  return { kind: "additive", weights: weights.map((weight) => weight / sum), evaluations, reservation, discount };
}
