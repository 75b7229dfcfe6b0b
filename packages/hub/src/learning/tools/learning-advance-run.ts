import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { defineLearningTool } from "../pillar.ts";
import { runPhases, runStates } from "../runs.ts";

export default defineLearningTool({
  name: "learning_advance_run",
  description:
    "Moves a run to its next phase, or ends it, with what was learned meanwhile. The coordinator calls it; calling it twice moves once.",
  input: z.object({
    run: z.string(),
    phase: z.enum(runPhases).optional(),
    end: z.enum(runStates).exclude(["running"]).optional(),
    source: z.string().optional(),
    learned: z.record(z.string(), z.json()).default({}),
  }),
  output: z.object({ phase: z.string(), status: z.string() }),
  hints: { idempotent: true },
  run: async (input, _ctx, learning) => {
    const learned = input.learned as { readonly [key: string]: Json }; // why: z.json() values are Json
    if (input.phase) await learning.runs.enter(input.run, input.phase, learned, input.source);
    if (input.end) await learning.runs.end(input.run, input.end, learned);
    const run = await learning.runs.get(input.run);
    return { phase: run.phase, status: run.status };
  },
});
