import { z } from "zod";
import { defineLearningTool } from "../pillar.ts";
import { describeVersion, versionSchema } from "../version-view.ts";

export default defineLearningTool({
  name: "learning_get_run",
  description:
    "One learning run whole: its phase, what each phase gave, the negotiations, the selected files, the training curve, the version it made and the gate's verdict.",
  input: z.object({ run: z.string().describe("a run id (run_…), or `latest`") }),
  output: z.object({
    id: z.string(),
    root: z.string(),
    source: z.string().nullable(),
    model: z.string(),
    status: z.string(),
    phase: z.string(),
    startedAt: z.number(),
    endedAt: z.number().nullable(),
    summary: z.record(z.string(), z.json()),
    negotiations: z.array(z.object({ id: z.string(), subject: z.string(), status: z.string() })),
    selection: z
      .object({
        id: z.string(),
        method: z.string(),
        texts: z.number(),
        bytes: z.number(),
        score: z.number(),
        details: z.record(z.string(), z.json()),
        files: z.array(z.string()),
      })
      .nullable(),
    curve: z.array(z.object({ step: z.number(), loss: z.number(), rate: z.number() })),
    version: versionSchema.nullable(),
  }),
  hints: { readOnly: true },
  run: async (input, _ctx, learning) => {
    const newest = input.run === "latest" ? (await learning.runs.list(1))[0] : undefined;
    const run = newest ?? (await learning.runs.get(input.run));
    const [negotiations, selection, curve, version] = await Promise.all([
      learning.store.db
        .selectFrom("negotiations")
        .select(["id", "subject", "status"])
        .where("run_id", "=", run.id)
        .orderBy("created_at")
        .execute(),
      learning.runs.selection(run.id),
      learning.runs.curve(run.id),
      learning.versions.ofRun(run.id),
    ]);
    const files = selection ? await learning.corpus.paths(selection.hashes) : [];
    return {
      id: run.id,
      root: run.root,
      source: run.source_id,
      model: run.model,
      status: run.status,
      phase: run.phase,
      startedAt: run.started_at,
      endedAt: run.ended_at,
      summary: JSON.parse(run.summary_json),
      negotiations: [...negotiations],
      selection: selection
        ? {
            id: selection.id,
            method: selection.method,
            texts: selection.hashes.length,
            bytes: selection.size,
            score: selection.score,
            details: JSON.parse(JSON.stringify(selection.details)),
            files: [...files],
          }
        : null,
      curve: [...curve],
      version: version ? describeVersion(version) : null,
    };
  },
});
