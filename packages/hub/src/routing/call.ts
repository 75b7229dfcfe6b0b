/** A call on its way, as data: its attempts, its choices, and how it ended. What happens to it is decided in delivery.ts. */
import type { EntenteError } from "../base/errors.ts";
import type { Choice } from "./choosing.ts";
import type { RouteRequest } from "./request.ts";

/** How an agent answered an attempt. `unreached`: the message never got there; `lost`: it did, and no end was seen. */
export type AttemptOutcome = "ok" | "failed" | "rejected" | "unreached" | "lost" | "silent" | "outrun" | "withdrawn";

/** An attempt at one agent. */
export interface Attempt {
  readonly id: string;
  readonly agent: string;
  readonly as: "first" | "retry" | "hedge";
  readonly probe: boolean;
  readonly sentAt: number;
  readonly firstAt: number | undefined;
  readonly endedAt: number | undefined;
  readonly outcome: AttemptOutcome | undefined;
  readonly problem: string | undefined;
}

/** A call on its way. */
export interface Delivery {
  readonly id: string;
  readonly request: RouteRequest;
  readonly begunAt: number;
  readonly attempts: readonly Attempt[];
  readonly choices: readonly Choice[];
  /** When a second agent is asked, unless the call is over by then. */
  readonly hedgeAt: number | undefined;
  /** Notes for the explanation: why a retry or hedge was not made. */
  readonly notes: readonly string[];
  readonly settled: Settled | undefined;
}

/** How a call ended. */
export interface Settled {
  readonly at: number;
  readonly winner: string | undefined;
  readonly error: EntenteError | undefined;
}

/** A call before it begins. */
export function newDelivery(id: string, request: RouteRequest, now: number): Delivery {
  return {
    id,
    request,
    begunAt: now,
    attempts: [],
    choices: [],
    hedgeAt: undefined,
    notes: [],
    settled: undefined,
  };
}

/** Under which name the times of a call are kept. */
export function timesKey(delivery: Delivery): string {
  return delivery.request.skill ?? delivery.choices[0]?.pick?.skill?.id ?? "";
}

/** Whether the call may be sent to a second agent. */
export function mayRepeat(delivery: Delivery): boolean {
  return delivery.request.idempotent || (delivery.choices[0]?.pick?.skill?.idempotent ?? false);
}

/** Whether an attempt has not ended. */
export function isOpen(attempt: Attempt): boolean {
  return attempt.outcome === undefined;
}

/** The call with one attempt changed. */
export function changed(delivery: Delivery, id: string, change: Partial<Attempt>): Delivery {
  return {
    ...delivery,
    attempts: delivery.attempts.map((attempt) => (attempt.id === id ? { ...attempt, ...change } : attempt)),
  };
}
