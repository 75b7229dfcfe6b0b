import type { z } from "zod";
import { type jobView, type KeptJob, summaryOf } from "./job.ts";
import type { Jobs } from "./jobs.ts";

/** A job as its owner sees it. */
export async function viewOf(jobs: Jobs, job: KeptJob): Promise<z.output<typeof jobView>> {
  const { notes, answer, error } = job;
  return {
    ...summaryOf(job),
    notes: [...notes],
    qpu: (await jobs.records.qpuOf(job.id)) ?? null,
    // Through JSON, as it is kept: the provenance holds whatever the solver said.
    answer: answer ? JSON.parse(JSON.stringify(answer)) : null,
    error: error ?? null,
  };
}
