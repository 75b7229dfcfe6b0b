// What tools take as a model, said once, and how it becomes a source for the solver thread.
import { z } from "zod";
import { quickly } from "../base/quick-schema.ts";
import type { ToolContext } from "../base/tool.ts";
import { quantumErrors } from "./errors.ts";
import type { Solving } from "./pillar.ts";
import { type ProblemSource, problemFormats } from "./problem-source.ts";

const label = z.union([z.string(), z.number()]);
const vartype = z.enum(["BINARY", "SPIN"]).describe("BINARY: 0 and 1 (a QUBO); SPIN: -1 and +1 (an Ising model)");
const linear = quickly(z.array(z.tuple([label, z.number()])).describe("[variable, bias]"), (list) => isListOf(list, 1));
const quadratic = quickly(z.array(z.tuple([label, label, z.number()])).describe("[variable, variable, bias]"), (list) =>
  isListOf(list, 2),
);

// A list of so many labels and a bias each.
function isListOf(list: unknown, labels: number): boolean {
  if (!Array.isArray(list)) return false;
  for (const item of list) {
    if (!Array.isArray(item) || item.length !== labels + 1 || !Number.isFinite(item[labels])) return false;
    for (let at = 0; at < labels; at++) if (typeof item[at] !== "string" && !Number.isFinite(item[at])) return false;
  }
  return true;
}
const expression = { linear: linear.optional(), quadratic: quadratic.optional(), offset: z.number().optional() };

const constrained = z.object({
  variables: z.array(
    z.object({
      label,
      kind: z.enum(["binary", "spin", "integer", "real"]),
      lower: z.number().optional().describe("of integers and reals; 0 unless given"),
      upper: z.number().optional(),
    }),
  ),
  objective: z.object(expression).optional().describe("what to minimise"),
  constraints: z
    .array(
      z.object({
        ...expression,
        label,
        sense: z.enum(["<=", ">=", "=="]),
        right: z.number(),
        soft: z
          .object({ weight: z.number().positive(), penalty: z.enum(["linear", "quadratic"]) })
          .optional()
          .describe("it may be broken at this price"),
      }),
    )
    .optional(),
  discrete: z
    .array(z.object({ label, variables: z.array(label) }))
    .optional()
    .describe("groups of binaries of which exactly one is 1"),
});

/** The fields of a tool that takes a model: exactly one of `terms`, `cqm`, `text`, `file` and `model`. */
export const problemFields = {
  terms: z
    .object({ vartype, linear: linear.default([]), quadratic: quadratic.default([]), offset: z.number().default(0) })
    .optional()
    .describe("a QUBO or Ising model: energy = offset + sum of biases, minimised"),
  cqm: constrained.optional().describe("a model with constraints; products of constraints and soft ones are possible"),
  text: z.string().optional().describe("a problem file's content"),
  format: z
    .enum(problemFormats)
    .default("qubo")
    .describe(
      "of the text: qubo (qbsolv), ising (i j J lines), mc (Max-Cut, Gset), q (OR-Library, maximise), lp (with constraints)",
    ),
  file: z.base64().optional().describe("a dimod BQM or CQM file, in base64"),
  model: z.string().optional().describe("the id of a model that you keep (quantum_model_create)"),
} as const;

/** A polynomial of any degree. */
export const polynomialField = z
  .object({ vartype, terms: z.array(z.tuple([z.array(label), z.number()])).describe("[[variables], bias]") })
  .optional()
  .describe("terms of any degree, which become a QUBO with one more variable for each product");

/** What a tool with `problemFields` was given. */
export interface GivenProblem {
  readonly terms?: z.output<typeof problemFields.terms>;
  readonly cqm?: z.output<typeof problemFields.cqm>;
  readonly text?: string | undefined;
  readonly format: z.output<typeof problemFields.format>;
  readonly file?: string | undefined;
  readonly model?: string | undefined;
  readonly polynomial?: z.output<typeof polynomialField>;
}

const ways = ["terms", "cqm", "text", "file", "model", "polynomial"] as const;

/** The one model that was given. Throws PROBLEM_MISSING, NOT_FOUND. */
export async function sourceOf(given: GivenProblem, { principal }: ToolContext, { shelf }: Solving): Promise<ProblemSource> {
  const got = ways.filter((way) => given[way] !== undefined);
  if (got.length !== 1) throw quantumErrors.PROBLEM_MISSING({ got });
  const { terms, cqm, text, format, file, model, polynomial } = given;
  if (terms) return { terms };
  if (polynomial) return { polynomial };
  if (text !== undefined) return { text, format };
  if (file !== undefined) return { bytes: new Uint8Array(Buffer.from(file, "base64")) };
  if (model !== undefined) return shelf.source(principal.id, model);
  // why: JSON has no undefined members, so the optional ones are absent or there
  return { cqm: cqm as Extract<ProblemSource, { cqm: unknown }>["cqm"] };
}
