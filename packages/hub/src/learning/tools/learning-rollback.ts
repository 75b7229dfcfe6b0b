import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { describeVersion, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_rollback",
  description:
    "Goes back to the champion before, bit for bit: its weights are checked against their hash first. Called again it goes back one more.",
  input: z.object({ model: z.string().optional() }),
  output: z.object({ from: versionSchema, to: versionSchema }),
  hints: { destructive: true },
  run: async (input, ctx, learning) => {
    const { from, to } = await learning.versions.rollback(
      input.model ?? learning.config.values["learning.model"],
      ctx.principal.id,
    );
    return { from: describeVersion({ ...from, status: "rolled-back" }), to: describeVersion({ ...to, status: "champion" }) };
  },
});
