import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { trainVersion } from "../training.ts";
import { describeVersion, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_train",
  description:
    "Trains the version of a run on its selected texts for so many seconds with so many threads; goes on from the last checkpoint when it was interrupted, and gives the version when it is there.",
  input: z.object({ run: z.string(), threads: z.int().min(1).max(64), seconds: z.number().min(1).max(86_400) }),
  output: z.object({ version: versionSchema }),
  hints: { idempotent: true },
  run: async (input, ctx, learning) => {
    const run = await learning.runs.get(input.run);
    return {
      version: describeVersion(await trainVersion(learning, { run, threads: input.threads, seconds: input.seconds }, ctx)),
    };
  },
});
