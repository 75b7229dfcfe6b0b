/** Jobs as tasks: the task's id is the job's. */
import type { Task, TaskSource, TaskState } from "../../base/task.ts";
import type { KeptJob } from "./job.ts";
import type { Jobs } from "./jobs.ts";
import { viewOf } from "./view.ts";

/** Where jobs are read as tasks. Its result is what `quantum_job_get` gives for a job that has ended. */
export function jobTasks(jobs: Jobs): TaskSource {
  const taskOf = (job: KeptJob): Task => ({
    id: job.id,
    message: messageOf(job, jobs.progressOf(job.id)?.message),
    createdAt: job.submittedAt,
    updatedAt: job.endedAt ?? job.notes.at(-1)?.at ?? job.startedAt ?? job.submittedAt,
    ...stateOf(jobs, job),
  });
  return {
    prefix: "job",
    read: async (id, principal) => taskOf(await jobs.owned(id, principal)),
    list: async ({ kind, id }, before, limit) =>
      (await jobs.records.list(kind === "operator" ? undefined : id, undefined, limit, before)).map(taskOf),
    cancel: async (id, principal) => {
      await jobs.owned(id, principal);
      await jobs.cancel(id, principal.id);
    },
    changed: (id, ms, signal) => jobs.changed(id, ms, signal),
  };
}

// MCP wants a task to stay cancelled from the moment on at which that was asked, even if what runs at Leap ends its work.
function wasCancelled({ state, cancel }: KeptJob): boolean {
  return cancel || state === "cancelled";
}

function stateOf(jobs: Jobs, job: KeptJob): TaskState {
  if (wasCancelled(job)) return { status: "cancelled" };
  const output = () => viewOf(jobs, job);
  if (job.state === "completed") return { status: "completed", output };
  if (job.state === "failed") return { status: "failed", output, error: job.error ?? { code: "INTERNAL", message: "" } };
  return { status: "working" };
}

function messageOf(job: KeptJob, progress: string | undefined): string {
  if (wasCancelled(job)) return "cancelled";
  switch (job.state) {
    case "completed":
      return `completed at ${job.place} with energy ${job.answer?.energy}`;
    case "failed":
      return `failed at ${job.place}: ${job.error?.code}: ${job.error?.message}`;
    case "running":
      return `runs at ${job.place}${progress ? `: ${progress}` : ""}`;
    default:
      return `waits for its turn at ${job.place}`;
  }
}
