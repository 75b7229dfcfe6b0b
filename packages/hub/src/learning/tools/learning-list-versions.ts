import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { describeVersion, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_list_versions",
  description:
    "Every version of the model, newest first: who made it from what, how it did at the gate slice by slice, and which one is the champion.",
  input: z.object({ model: z.string().optional().describe("defaults to learning.model") }),
  output: z.object({ model: z.string(), champion: z.string().nullable(), versions: z.array(versionSchema) }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => {
    const model = input.model ?? learning.config.values["learning.model"];
    const [versions, champion] = await Promise.all([learning.versions.list(model), learning.versions.champion(model)]);
    return { model, champion: champion?.id ?? null, versions: versions.map(describeVersion) };
  },
});
