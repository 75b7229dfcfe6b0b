/** The inputs of a problem: those of `quantum_solve`. */
import { z } from "zod";
import { quantumErrors } from "../errors.ts";
import { problemFormats } from "../problem-formats.ts";
import type { SolveOrder } from "../solver-interface.ts";

const label = z.union([z.string(), z.number()]);

/** Fields of a tool that takes a problem. */
export const problemFields = {
  terms: z
    .object({
      vartype: z.enum(["BINARY", "SPIN"]),
      linear: z.array(z.tuple([label, z.number()])).default([]),
      quadratic: z.array(z.tuple([label, label, z.number()])).default([]),
      offset: z.number().default(0),
    })
    .optional(),
  text: z.string().optional().describe("a problem file's content"),
  format: z
    .enum(problemFormats)
    .default("qubo")
    .describe("of the text: qubo (qbsolv), ising (i j J lines), mc (Max-Cut, Gset), q (OR-Library, maximise)"),
};

const given = z.object(problemFields);

/** The problem of an input. Throws PROBLEM_MISSING. */
export function problemGiven({ terms, text, format }: z.output<typeof given>): SolveOrder["problem"] {
  if (terms) return { terms };
  if (text === undefined) throw quantumErrors.PROBLEM_MISSING({});
  return { text, format };
}
