import { z } from "zod";
import { conversionTargets } from "../model-conversion.ts";
import { keptModelSchema } from "../model-fields.ts";
import { defineQuantumTool } from "../pillar.ts";
import { polynomialField, problemFields, sourceOf } from "../problem-fields.ts";

export default defineQuantumTool({
  name: "quantum_model_convert",
  description:
    "Brings a model into another form: spins to binaries and back, text formats, dimod's files, constraints to penalties (told one by one), terms of any degree to a QUBO. Takes a model as quantum_solve does, or a `polynomial`. Text formats know variables by number; `labels` says what they were called.",
  input: z.object({
    ...problemFields,
    polynomial: polynomialField,
    to: z
      .enum(conversionTargets)
      .describe(
        "bqm-json (as `terms`), cqm-json (as `cqm`), the texts qubo, ising, q (negated: OR-Library maximises) and lp, or the dimod files bqm and cqm in base64",
      ),
    vartype: z.enum(["BINARY", "SPIN"]).optional().describe("for bqm-json and bqm; the model's own unless given"),
    resolution: z.number().positive().optional().describe("the step of real variables that become bits"),
    keep: z.boolean().default(false).describe("keep the result, too: answers with its id"),
  }),
  output: z.object({
    text: z.string().nullable(),
    file: z.string().nullable().describe("base64"),
    json: z.json().nullable(),
    variables: z.number(),
    couplings: z.number(),
    constraints: z.number(),
    labels: z.array(z.string()).nullable().describe("what variable i is called, where the form has only numbers"),
    penalties: z
      .array(z.object({ constraint: z.string(), penalty: z.number() }))
      .describe("what breaking each constraint costs at least"),
    approximate: z.array(z.string()).describe("constraints whose slack is not exact"),
    model: keptModelSchema.nullable(),
  }),
  hints: { idempotent: true },
  run: async (input, ctx, solving) => {
    const { to, vartype, resolution, keep } = input;
    const converted = await solving.convert(
      {
        problem: await sourceOf(input, ctx, solving),
        to,
        ...(vartype === undefined ? {} : { vartype }),
        ...(resolution === undefined ? {} : { resolution }),
      },
      ctx,
    );
    const { packed, file, json, ...rest } = converted;
    const model = keep ? await solving.shelf.keep(ctx.principal.id, packed, null) : null;
    const { variables, couplings, constraints } = packed;
    return {
      ...rest,
      file: file ? Buffer.from(file).toString("base64") : null,
      json: JSON.parse(JSON.stringify(json)),
      variables,
      couplings,
      constraints,
      model,
    };
  },
});
