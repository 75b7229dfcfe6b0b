import { z } from "zod";
import { isEnded, jobView } from "../job.ts";
import { defineJobsTool } from "../jobs.ts";
import { viewOf } from "../view.ts";

const lookMs = 250;

export default defineJobsTool({
  name: "quantum_job_get",
  description:
    "How an optimisation job stands: its state, what the scheduler decided and why, its QPU time, and once it has ended its answer with provenance (which solver, and whether a QPU, a hybrid or a classical one). With waitMs it waits for the end, with progress.",
  input: z.object({
    job: z.string().describe("a job id (job_…)"),
    waitMs: z.int().min(0).max(3_600_000).default(0).describe("how long to wait at most for its end"),
  }),
  output: jobView,
  hints: { readOnly: true },
  run: async ({ job: id, waitMs }, { principal, signal, progress, clock }, jobs) => {
    const until = clock.now() + waitMs;
    let told = "";
    for (;;) {
      const job = await jobs.owned(id, principal);
      const left = until - clock.now();
      if (isEnded(job) || left <= 0) return viewOf(jobs, job);
      const { done, message } = jobs.progressOf(id) ?? { done: 0, message: `${job.state} at ${job.place}` };
      if (message !== told) progress({ done, total: 1, message });
      told = message;
      // A look now and then: another hub on the store may run it.
      await jobs.changed(id, Math.min(left, lookMs), signal);
    }
  },
});
