import { resolve } from "node:path";
import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";

export default defineLearningTool({
  name: "learning_open_run",
  description:
    "Opens a learning run over a folder, or gives the one that is under way for it. The coordinator agent carries it out.",
  input: z.object({ path: z.string().min(1) }),
  output: z.object({ run: z.string(), root: z.string(), phase: z.string(), resumed: z.boolean() }),
  run: async (input, ctx, learning) => {
    const root = resolve(input.path);
    const open = await learning.runs.underWay();
    if (open && open.root === root) return { run: open.id, root, phase: open.phase, resumed: true };
    const run = await learning.runs.begin(root, learning.config.values["learning.model"], ctx.principal.id);
    return { run: run.id, root, phase: run.phase, resumed: false };
  },
});
