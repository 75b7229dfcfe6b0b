import type { Json } from "../base/json.ts";
import type { Travelling } from "../base/sla-extension.ts";

/** A message on its way to one agent. */
export interface Outgoing {
  readonly agent: string;
  /** Id of the principal that sends it. */
  readonly from: string;
  readonly text: string;
  readonly data: Json | undefined;
  readonly contextId: string | undefined;
  /** Chain, skill and time left, for the message's metadata. */
  readonly travels: Travelling;
}

/** What the sender hears and heeds meanwhile. An abort of `signal` cancels the agent's task. */
export interface SendOptions {
  readonly signal: AbortSignal;
  readonly deadlineAt: number | undefined;
  /** The agent made a task of it. */
  readonly onTask: (task: string) => void;
  /** The agent gave its first sign of life after taking the task. */
  readonly onFirstEvent: () => void;
}

/** What an agent answered. */
export interface Answer {
  readonly kind: "message" | "task";
  readonly taskId: string | undefined;
  readonly state: string | undefined;
  readonly text: string;
  readonly data: Json | undefined;
}

/** How sending ended. `unreached`: the agent never had it; `lost`: it had it, and its end is not known. */
export interface SendResult {
  readonly outcome: "ok" | "failed" | "rejected" | "unreached" | "lost";
  readonly problem: string | undefined;
  readonly answer: Answer | undefined;
  /** Credits, where the agent said. */
  readonly cost: number | undefined;
}

/** Sends a message to an agent and waits for the end. Resolves with whatever happened; never rejects. */
export type Send = (message: Outgoing, options: SendOptions) => Promise<SendResult>;
