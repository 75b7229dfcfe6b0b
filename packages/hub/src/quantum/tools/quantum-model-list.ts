import { z } from "zod";
import { keptModelSchema } from "../model-fields.ts";
import { defineQuantumTool } from "../pillar.ts";

export default defineQuantumTool({
  name: "quantum_model_list",
  description: "The models that you keep, newest first.",
  input: z.object({ limit: z.int().min(1).max(1000).default(100) }),
  output: z.object({ models: z.array(keptModelSchema) }),
  hints: { readOnly: true },
  run: async ({ limit }, ctx, solving) => ({ models: [...(await solving.shelf.list(ctx.principal.id, limit))] }),
});
