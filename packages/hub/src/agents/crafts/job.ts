import { z } from "zod";
import type { AgentTask } from "../../base/agent.ts";
import { baseErrors } from "../../base/errors.ts";

const accepted = z.object({ job: z.record(z.string(), z.json()) });
const direct = z.record(z.string(), z.json());

/** The job of a task: out of an accepted proposal, or sent to the agent directly as data. Throws INPUT_INVALID. */
export function jobOf<T extends z.ZodObject>(task: AgentTask, schema: T, agent: string): z.output<T> {
  const inProposal = accepted.safeParse(task.data);
  const job = inProposal.success ? inProposal.data.job : direct.safeParse(task.data).data;
  const parsed = schema.safeParse(job ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "data"}: ${issue.message}`);
  throw baseErrors.INPUT_INVALID({ what: `${agent} wants a data part that describes the job`, problems });
}
