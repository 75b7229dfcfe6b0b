import { z } from "zod";
import { keptModelSchema } from "../model-fields.ts";
import { defineQuantumTool } from "../pillar.ts";
import { polynomialField, problemFields, sourceOf } from "../problem-fields.ts";

const { model: _, ...fields } = problemFields;

export default defineQuantumTool({
  name: "quantum_model_create",
  description:
    "Checks a model and keeps it under an id, so that it can be solved, inspected, converted and embedded without being sent again. Give one of `terms`, `cqm`, `polynomial`, `text` with its `format`, or `file`. The same model has the same id; only you see it.",
  input: z.object({
    ...fields,
    polynomial: polynomialField,
    name: z.string().max(200).optional().describe("for your list"),
  }),
  output: keptModelSchema,
  hints: { idempotent: true },
  run: async (input, ctx, solving) => {
    const packed = await solving.pack(await sourceOf(input, ctx, solving), ctx);
    return solving.shelf.keep(ctx.principal.id, packed, input.name ?? null);
  },
});
