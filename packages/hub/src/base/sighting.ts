/**
 * What is seen of a task as it happens, whoever carries it out. Routing learns from it how fast and how reliable an
 * agent is; the SLA monitor measures it against what was agreed.
 */
export interface TaskSighting {
  readonly moment: TaskMoment;
  /** Name of the agent at this hub. */
  readonly agent: string;
  readonly task: string;
  readonly context: string;
  /** Id of the principal that sent the task. */
  readonly owner: string;
  /** The skill asked for, where the caller named one in the message's metadata. */
  readonly skill: string | undefined;
  /** The agreement under which the task runs, where there is one. */
  readonly agreement: string | undefined;
  /** The hub's clock, ms. */
  readonly at: number;
  /** At `ended`: how. */
  readonly outcome: TaskOutcome | undefined;
  /** At `ended`: what it cost in credits, where the agent said so. */
  readonly cost: number | undefined;
}

/** The moments of a task that are seen: `first-event` is the first status or artifact after acceptance. */
export const taskMoments = ["submitted", "accepted", "first-event", "first-artifact", "input-required", "ended"] as const;
export type TaskMoment = (typeof taskMoments)[number];

/** How a task ended; `lost` means that its agent could not be reached or the hub was cut off from it. */
export const taskOutcomes = ["completed", "failed", "rejected", "canceled", "lost"] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];
