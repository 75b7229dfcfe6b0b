/**
 * One tool for each problem builder of the library, `quantum_problem_NAME`: what goes in is the builder's own JSON Schema, what comes out is
 * in the problem's terms. A builder that is added to the library is a tool here without a line.
 */
import { type ProblemBuilder, problemBuilders } from "@entente/quantum";
import { z } from "zod";
import type { ToolFactory } from "../base/tool.ts";
import { keptModelSchema } from "./model-fields.ts";
import { defineQuantumTool, type Solving } from "./pillar.ts";
import { effortFields, provenanceSchema, solveAnswerSchema, solveFields, solveOptions } from "./solve-fields.ts";

/** The tools of the library's problem builders. */
export async function problemTools(): Promise<readonly ToolFactory<Solving>[]> {
  return (await problemBuilders()).map(problemTool);
}

/** What a builder's tool is called. */
export function problemToolName(builder: string): string {
  return `quantum_problem_${builder.replaceAll("-", "_")}`;
}

const options = z
  .object({
    ...solveFields,
    reads: effortFields.reads,
    sweeps: effortFields.sweeps,
    threads: effortFields.threads,
    buildOnly: z.boolean().default(false).describe("build and keep the model, and do not solve it: answers with its id"),
  })
  .prefault({})
  .describe("how to solve");

function problemTool({ name, description, input, example }: ProblemBuilder): ToolFactory<Solving> {
  // why: a builder's input is JSON Schema of an object, which zod's own type of schemas does not say
  const fields = z.fromJSONSchema(input as Parameters<typeof z.fromJSONSchema>[0]) as z.ZodObject;
  return defineQuantumTool({
    name: problemToolName(name),
    description: `${description} Takes ${taken(input)}. The answer is in the same terms and says which rules it breaks, if any.`,
    input: fields.extend({ options }).meta({ examples: [example] }),
    output: z.object({
      answer: z.json().nullable().describe("null when the model was only built"),
      feasible: z.boolean().nullable().describe("whether the answer keeps every rule"),
      energy: z.number().nullable().describe("of the model; the answer has the problem's own value"),
      trace: solveAnswerSchema.shape.trace,
      provenance: provenanceSchema.nullable(),
      model: keptModelSchema.nullable().describe("the kept model, when it was only built"),
    }),
    hints: { idempotent: true },
    run: async (given, ctx, solving) => {
      const { options: how, ...rest } = given;
      const { buildOnly, ...wanted } = options.parse(how);
      const problem = { builder: name, input: z.json().parse(rest) };
      if (buildOnly) {
        const model = await solving.shelf.keep(ctx.principal.id, await solving.pack(problem, ctx), name);
        return { answer: null, feasible: null, energy: null, trace: [], provenance: null, model };
      }
      const { answer, feasible, energy, trace, provenance } = await solving.solve({ problem, ...solveOptions(wanted) }, ctx);
      return { answer, feasible, energy, trace, provenance, model: null };
    },
  });
}

// What goes in, for a language model that reads descriptions and not schemas.
function taken({ properties }: ProblemBuilder["input"]): string {
  const fields: Readonly<Record<string, { readonly description?: string }>> = Object(properties);
  return Object.entries(fields)
    .map(([name, { description }]) => `\`${name}\`${description ? ` (${description})` : ""}`)
    .join(", ");
}
