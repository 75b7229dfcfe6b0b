/** Work that goes on after the call that began it: a task of MCP, or whatever else follows work by an id. */
import type { Principal, QuestionForm } from "./tool.ts";

/** What is known of every task. */
export interface TaskHead {
  /** `prefix_…`, not to be guessed. */
  readonly id: string;
  /** How it stands, for people. */
  readonly message: string;
  /** ms since the epoch */
  readonly createdAt: number;
  /** ms since the epoch */
  readonly updatedAt: number;
}

/** What a task asks of whoever began it. */
export interface TaskQuestion {
  readonly text: string;
  readonly form: QuestionForm;
}

/** Where a task stands; one that is `completed`, `failed`, `broken` or `cancelled` stays as it is. */
export type TaskState =
  | { readonly status: "working" | "cancelled" }
  | { readonly status: "asking"; readonly questions: Readonly<Record<string, TaskQuestion>> }
  /** The tool did its work; `output` is what it gives for it. */
  | { readonly status: "completed"; readonly output: () => Promise<Readonly<Record<string, unknown>>> }
  /** The tool could not do its work; `output` is what it gives beside the error. */
  | {
      readonly status: "failed";
      readonly error: { readonly code: string; readonly message: string };
      readonly output: () => Promise<Readonly<Record<string, unknown>>>;
    }
  /** The hub could not do its part. */
  | { readonly status: "broken"; readonly problem: string };

/** A task. */
export type Task = TaskHead & TaskState;

/** Where tasks of one kind are kept. Each of these throws NOT_FOUND for a task that is not there, or not the principal's. */
export interface TaskSource {
  /** What the ids begin with, before `_`; each source has its own. */
  readonly prefix: string;
  readonly read: (id: string, principal: Principal) => Promise<Task>;
  /** Those that the principal may read, newest first; from behind the id `before` on. */
  readonly list: (principal: Principal, before: string | undefined, limit: number) => Promise<readonly Task[]>;
  /** Asks that a task end: it reads `cancelled` from then on. One that has ended stays as it is. */
  readonly cancel: (id: string, principal: Principal) => Promise<void>;
  /** Resolves when a task changes, or after `ms`; a change elsewhere may go unnoticed. Throws the signal's reason. */
  readonly changed: (id: string, ms: number, signal: AbortSignal) => Promise<void>;
  /** Takes answers to what a task asks, by the names of its questions; others are ignored. Left out where no task asks. */
  readonly answer?: (id: string, answers: Readonly<Record<string, unknown>>, principal: Principal) => Promise<void>;
}

/** That a call of a tool begins a task. The call itself answers at once. */
export interface TaskOffer {
  readonly source: TaskSource;
  /** The task's id, from the call's output. */
  readonly idIn: (output: Readonly<Record<string, unknown>>) => string;
  /** Whether only clients that know tasks may call it. */
  readonly required?: boolean;
}
