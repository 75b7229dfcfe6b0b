import { z } from "zod";
import { examine } from "../examining.ts";
import { defineLearningTool } from "../pillar.ts";
import { describeVersion, verdictSchema, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_examine",
  description:
    "Examines the version of a run: bits per byte on held-out texts against the champion and gzip -9, slice by slice, and writes the gate's verdict.",
  input: z.object({ run: z.string() }),
  output: z.object({ version: versionSchema, verdict: verdictSchema }),
  hints: { idempotent: true },
  run: async (input, ctx, learning) => {
    const { version, verdict } = await examine(learning, input.run, ctx);
    return { version: describeVersion(version), verdict: { ...verdict, slices: [...verdict.slices] } };
  },
});
