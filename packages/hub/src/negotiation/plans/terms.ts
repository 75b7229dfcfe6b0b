/** A plan as people write it, and as the hub keeps it: checked, with its defaults, and with what references imply. */
import { type Criteria, graphFault, NegotiationError, type PlanTerms, plan } from "@entente/negotiation";
import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { negotiationErrors } from "../errors.ts";
import { referencesOf } from "./references.ts";

const ms = z.int().min(1).max(31_536_000_000);
const credits = z.number().min(0).max(1e9);
const weight = z.number().min(0).max(1e6);
const criteriaSchema = z.object({
  price: weight.default(0),
  promisedTime: weight.default(0),
  reliability: weight.default(0),
  quality: weight.default(0),
});

const taskSchema = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "wanted 1 to 64 letters, digits, - and _, the first a letter or digit"),
  skill: z.string().min(1).max(200).describe("who can do it: agents with this skill are asked"),
  job: z
    .record(z.string(), z.json())
    .describe(
      'what is to be done; {"$from": "TASK", "path": "/a/b"} anywhere in it stands for a value in the result of another task, which is then done first',
    ),
  after: z
    .array(z.string().max(64))
    .max(1000)
    .default([])
    .describe("tasks that must be done before, beside those that the job refers to"),
  criteria: criteriaSchema.optional().describe("how bids for this task are weighed; else those of the plan"),
  awards: z.int().min(1).max(10).default(1).describe("how many bidders are to do it, each whole"),
  completeWithinMs: ms.optional().describe("longest that a winner may take; ten minutes"),
  leastMs: z.int().min(0).optional().describe("the time below which it is not worth beginning, where there is a deadline"),
  most: credits.optional().describe("most that one winner may ask for, in credits"),
});

/** A plan as it is given. */
export const planSchema = z.object({
  subject: z.string().min(1).max(500).describe("what it is about, for people"),
  tasks: z.array(taskSchema).min(1),
  budget: credits.optional().describe("most that all agreements together may come to, in credits"),
  deadlineMs: ms.optional().describe("after how long everything must be done"),
  criteria: criteriaSchema.optional().describe("how bids are weighed; price, time, reliability and quality alike"),
  replyMs: ms.optional().describe("how long bidders have to answer (negotiation.replyMs)"),
  attempts: z.int().min(1).max(100).default(2).describe("how often a task that failed is announced before the plan fails"),
  retryMs: z.int().min(0).max(86_400_000).default(1000).describe("how long a failed task rests before it is announced again"),
  parallel: z.int().min(1).optional().describe("most tasks under way at once (negotiation.planParallel)"),
  onFailure: z
    .enum(["stop", "continue"])
    .default("stop")
    .describe("when a task has failed for good: stop the plan, or go on with what does not depend on it"),
});

/** A task as it is kept; `after` holds what its job refers to as well. */
export interface KeptTask {
  readonly id: string;
  readonly skill: string;
  readonly job: { readonly [key: string]: Json | undefined };
  readonly after: readonly string[];
  readonly criteria: Criteria;
  readonly awards: number;
  readonly completeWithinMs: number;
  readonly leastMs: number;
  readonly most?: number;
}

/** A plan as it is kept. Times in ms; `endAt` is plan time. */
export interface PlanDocument extends Omit<PlanTerms, "tasks"> {
  readonly subject: string;
  readonly tasks: readonly KeptTask[];
}

/** What a plan may have of a hub. */
export interface PlanLimits {
  readonly replyMs: number;
  readonly planTasks: number;
  readonly planParallel: number;
}

const alike: Criteria = { price: 1, promisedTime: 1, reliability: 1, quality: 1 };
const tenMinutes = 600_000;

/** Checks a plan wholly, before anything happens. Throws PLAN_INVALID. */
export function planDocument(given: z.output<typeof planSchema>, limits: PlanLimits, startAt: number): PlanDocument {
  const { subject, budget, deadlineMs, criteria = alike, replyMs = limits.replyMs, attempts, retryMs, onFailure } = given;
  const { planTasks, planParallel } = limits;
  if (given.tasks.length > planTasks)
    invalid(`tasks: wanted at most ${planTasks} (negotiation.planTasks); got ${given.tasks.length}`);
  const { parallel = planParallel } = given;
  if (parallel > planParallel) invalid(`parallel: wanted at most ${planParallel} (negotiation.planParallel); got ${parallel}`);
  const tasks = given.tasks.map(({ job, after, ...task }): KeptTask => {
    const { id, skill, awards, most, completeWithinMs = Math.max(tenMinutes, task.leastMs ?? 0), leastMs = 0 } = task;
    const weights = task.criteria ?? criteria;
    if (Object.values(weights).every((one) => one === 0)) invalid(`task "${id}": criteria: wanted one weight above 0`);
    const kept = { id, skill, job: JSON.parse(JSON.stringify(job)), criteria: weights, awards, completeWithinMs, leastMs };
    const before = [...new Set([...after, ...referencesOf(id, kept.job)])];
    return { ...kept, after: before, ...(most === undefined ? {} : { most }) };
  });
  const fault = graphFault(tasks);
  if (fault?.fault === "repeated") invalid(`tasks: wanted each id once; got "${fault.task}" twice`);
  if (fault?.fault === "unknown")
    invalid(`task "${fault.task}" waits for "${fault.after}"; wanted one of ${tasks.map(({ id }) => id).join(", ")}`);
  if (fault?.fault === "cycle") invalid(`tasks wait for one another in a circle: ${fault.cycle.join(" -> ")}`);
  const document: PlanDocument = {
    subject,
    tasks,
    startAt,
    replyMs,
    attempts,
    retryMs,
    parallel,
    onFailure,
    ...(budget === undefined ? {} : { budget }),
    ...(deadlineMs === undefined ? {} : { endAt: startAt + deadlineMs }),
  };
  let why: string | undefined;
  try {
    const [state] = plan.start(planTerms(document));
    why = state.why;
  } catch (thrown) {
    if (!(thrown instanceof NegotiationError)) throw thrown;
    invalid(thrown.message);
  }
  if (why !== undefined) invalid(`the plan cannot be met: ${why}`);
  return document;
}

/** What the machine of the library has to know of a plan. */
export function planTerms({ subject: _, tasks, ...terms }: PlanDocument): PlanTerms {
  return {
    ...terms,
    tasks: tasks.map(({ id, after, awards, most, completeWithinMs, leastMs }) => ({
      id,
      after,
      awards,
      completeWithinMs,
      leastMs,
      ...(most === undefined ? {} : { most }),
    })),
  };
}

function invalid(problem: string): never {
  throw negotiationErrors.PLAN_INVALID({ problem });
}
