import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { describeVersion, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_promote_version",
  description:
    "Makes a version that passed the gate the champion. A version that did not pass is refused; the weights are checked against the hash they were examined under.",
  input: z.object({ version: z.string().describe("a version id (ver_…) or its number") }),
  output: z.object({ version: versionSchema }),
  hints: { idempotent: true },
  run: async (input, ctx, learning) => ({
    version: describeVersion(
      await learning.versions.promote(input.version, learning.config.values["learning.model"], ctx.principal.id),
    ),
  }),
});
