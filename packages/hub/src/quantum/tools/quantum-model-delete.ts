import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";

export default defineQuantumTool({
  name: "quantum_model_delete",
  description: "Forgets a model that you keep.",
  input: z.object({ model: z.string() }),
  output: z.object({ model: z.string() }),
  hints: { destructive: true },
  run: async ({ model }, ctx, solving) => {
    await solving.shelf.forget(ctx.principal.id, model);
    return { model };
  },
});
