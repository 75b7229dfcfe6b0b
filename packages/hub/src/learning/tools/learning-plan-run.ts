import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { assumedRates } from "../rates.ts";

export default defineLearningTool({
  name: "learning_plan_run",
  description:
    "What a run asks for: training time and tokens, how long bidders have, how patient the coordinator is, and the champion to beat.",
  input: z.object({ run: z.string() }),
  output: z.object({
    trainSeconds: z.number(),
    wantedTokens: z.number(),
    replyMs: z.number(),
    patience: z.number(),
    champion: z.string().nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => {
    const { values } = learning.config;
    const run = await learning.runs.get(input.run);
    const champion = await learning.versions.champion(run.model);
    const trainSeconds = values["learning.seconds"];
    return {
      trainSeconds,
      wantedTokens: trainSeconds * assumedRates[values["learning.preset"]] * 2,
      replyMs: values["negotiation.replyMs"],
      patience: values["negotiation.patience"],
      champion: champion?.id ?? null,
    };
  },
});
