import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { assumedRates } from "../rates.ts";

export default defineLearningTool({
  name: "learning_estimate_training",
  description:
    "How many tokens a second training will run at with so many threads: measured by earlier versions with as many threads, else assumed.",
  input: z.object({ threads: z.int().min(1).max(64) }),
  output: z.object({ tokensPerSecond: z.number(), source: z.enum(["measured", "assumed"]) }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => {
    const rows = await learning.versions.list(learning.config.values["learning.model"]);
    for (const row of rows) {
      const training = z.object({ threads: z.number(), tokensPerSecond: z.number() }).safeParse(JSON.parse(row.training_json));
      if (training.success && training.data.threads === input.threads && training.data.tokensPerSecond > 0)
        return { tokensPerSecond: training.data.tokensPerSecond, source: "measured" as const };
    }
    return {
      tokensPerSecond: assumedRates[learning.config.values["learning.preset"]] * input.threads,
      source: "assumed" as const,
    };
  },
});
