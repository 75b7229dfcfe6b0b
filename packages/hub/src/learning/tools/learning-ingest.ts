import { z } from "zod";
import { ingest } from "../ingest/ingest.ts";
import { defineLearningTool } from "../pillar.ts";

export default defineLearningTool({
  name: "learning_ingest",
  description:
    "Brings the store in line with a folder: reads new and changed text files, splits off held-out ones, finds duplicates and near duplicates, indexes text and vectors. Unchanged files are not opened. Binary, unreadable, oversized and vanished files are named and counted.",
  input: z.object({ path: z.string().min(1).describe("a folder on the hub's machine") }),
  output: z.object({
    source: z.string(),
    files: z.number(),
    unchanged: z.number(),
    added: z.number(),
    changed: z.number(),
    removed: z.number(),
    duplicates: z.number(),
    nearDuplicates: z.number(),
    heldOut: z.number(),
    bytes: z.number(),
    passages: z.number(),
    skipped: z.record(z.string(), z.number()),
    skippedFiles: z.array(z.object({ path: z.string(), reason: z.string() })),
    durationMs: z.number(),
  }),
  hints: { idempotent: true },
  run: async (input, ctx, learning) => {
    const { values } = learning.config;
    const report = await ingest({
      store: learning.store,
      clock: ctx.clock,
      root: input.path,
      actor: ctx.principal.id,
      ignored: values["learning.ignore"],
      maxFileBytes: values["learning.maxFileBytes"],
      heldOutShare: values["learning.heldOutShare"],
      signal: ctx.signal,
      progress: ctx.progress,
    });
    return { ...report, skippedFiles: [...report.skippedFiles] };
  },
});
