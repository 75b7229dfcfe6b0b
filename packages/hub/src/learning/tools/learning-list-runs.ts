import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";

export default defineLearningTool({
  name: "learning_list_runs",
  description: "Learning runs, newest first.",
  input: z.object({ limit: z.int().min(1).max(200).default(20) }),
  output: z.object({
    runs: z.array(
      z.object({
        id: z.string(),
        root: z.string(),
        model: z.string(),
        status: z.string(),
        phase: z.string(),
        startedAt: z.number(),
        endedAt: z.number().nullable(),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => ({
    runs: (await learning.runs.list(input.limit)).map((run) => ({
      id: run.id,
      root: run.root,
      model: run.model,
      status: run.status,
      phase: run.phase,
      startedAt: run.started_at,
      endedAt: run.ended_at,
    })),
  }),
});
