import { z } from "zod";
import { isEnded, jobView } from "../job.ts";
import { defineJobsTool } from "../jobs.ts";
import { viewOf } from "../view.ts";

export default defineJobsTool({
  name: "quantum_job_cancel",
  description:
    "Ends an optimisation job of the caller's: one that waits at once, one that runs as soon as its solver hears of it. A job at Leap that is already being solved may finish and be charged; one that has ended stays as it is.",
  input: z.object({ job: z.string().describe("a job id (job_…)") }),
  output: jobView,
  hints: { destructive: true, idempotent: true },
  run: async ({ job: id }, { principal }, jobs) => {
    const job = await jobs.owned(id, principal);
    if (!isEnded(job)) await jobs.cancel(id, principal.id);
    return viewOf(jobs, await jobs.owned(id, principal));
  },
});
