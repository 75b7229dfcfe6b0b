import type { CheckedPlanTerms } from "./terms.ts";

/** Where a task stands. `pending`, `short` and `resting` wait (for other tasks, for money, for another attempt); `running` and `stopping` are with the host; the others are final. */
export const planStandings = [
  "pending",
  "short",
  "resting",
  "running",
  "stopping",
  "done",
  "failed",
  "stopped",
  "skipped",
] as const;
export type PlanStanding = (typeof planStandings)[number];

/** A task in the middle of a plan. Money in whole millionths of a credit, so that sums are exact. */
export interface TaskState {
  readonly id: string;
  readonly standing: PlanStanding;
  /** How often it was announced; the number of the announcement under way. */
  readonly announced: number;
  /** When it was last announced. */
  readonly beganAt?: number;
  /** How many announcements have failed for good, of those that it may have. */
  readonly failures: number;
  /** How many found bids, but only above what they had to spend. */
  readonly shorts: number;
  /** What is set aside for all its winners together while it is running or stopping; absent without a ceiling. */
  readonly reserved?: number;
  /** What its agreements came to. */
  readonly spent: number;
  /** The cheapest bid that was too dear. */
  readonly asked?: number;
  /** The announcement under way had all that could be spared. */
  readonly granted?: boolean;
  /** The times that the announcement under way was given. */
  readonly replyMs?: number;
  readonly completeWithinMs?: number;
  readonly retryAt?: number;
  /** Who has failed it. */
  readonly avoid: readonly string[];
  readonly reason?: string;
  /** Stopped because it has failed: what comes after it is skipped already. */
  readonly lost?: boolean;
}

/** A plan as plain JSON. Tasks keep the order of the terms. */
export interface PlanState {
  readonly terms: CheckedPlanTerms;
  readonly phase: "running" | "stopping" | "closed";
  readonly tasks: readonly TaskState[];
  /** How it ends: known from the moment that it begins to stop. */
  readonly outcome?: PlanOutcome;
  /** Why it did not end well: a sentence. */
  readonly why?: string;
  readonly at: number;
}

/** How a plan ends: everything done, some (only under "continue"), none or not all that were needed, or called off. */
export const planOutcomes = ["done", "partial", "failed", "cancelled"] as const;
export type PlanOutcome = (typeof planOutcomes)[number];

/** What the host tells. Money in credits. */
export type PlanEvent =
  /** The task's contract ended well; `spent` is what its agreements came to. */
  | { readonly type: "done"; readonly task: string; readonly spent: number }
  /**
   * It found nobody, or nobody who did it. `by` names those who failed, `asked` is the lowest price among bids that were too dear;
   * `final` says that another attempt would come to the same.
   */
  | {
      readonly type: "failed";
      readonly task: string;
      readonly reason: string;
      readonly by?: readonly string[];
      readonly asked?: number;
      readonly final?: boolean;
    }
  /** It was called off, as a `stop` had asked. */
  | { readonly type: "stopped"; readonly task: string }
  | { readonly type: "cancel"; readonly reason?: string }
  | { readonly type: "timer" };

/** What the host must do: announce a task by Contract Net, or call one off. It answers each announcement with done, failed or stopped. */
export type PlanEffect =
  | {
      readonly type: "announce";
      readonly task: string;
      /** From 1: another number is another announcement. */
      readonly attempt: number;
      /** Most that one winner may ask for, credits. */
      readonly most?: number;
      readonly replyMs: number;
      readonly completeWithinMs: number;
      /** Not to be asked, unless nobody else can be. */
      readonly avoid: readonly string[];
    }
  | { readonly type: "stop"; readonly task: string; readonly reason: string };

/** How a plan ended. Money in credits. */
export interface PlanResult {
  readonly outcome: PlanOutcome;
  readonly spent: number;
  readonly why?: string;
}
