import { z } from "zod";
import { jobStates, jobSummary, summaryOf } from "../job.ts";
import { defineJobsTool } from "../jobs.ts";

export default defineJobsTool({
  name: "quantum_job_list",
  description: "Optimisation jobs of the caller, newest first; the operator sees those of all.",
  input: z.object({
    state: z.enum(jobStates).optional(),
    limit: z.int().min(1).max(1000).default(50),
  }),
  output: z.object({ jobs: z.array(jobSummary) }),
  hints: { readOnly: true },
  run: async ({ state, limit }, { principal }, { records }) => {
    const found = await records.list(principal.kind === "operator" ? undefined : principal.id, state, limit);
    return { jobs: found.map(summaryOf) };
  },
});
