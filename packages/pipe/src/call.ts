import type { Share } from "./credit-pool.ts";
import { PipeError } from "./errors.ts";
import type { ErrorFrame } from "./frame.ts";
import type { OutgoingState } from "./outgoing-call.ts";
import { RemoteError } from "./wire-error.ts";

/** What a call is aimed at. `label` is for messages. */
export interface Target {
  readonly interfaceId: number;
  readonly ordinal: number;
  readonly kind: "call" | "stream";
  readonly label: string;
}

/** What every call takes. `deadlineMs` is the time the caller will wait; it travels with the call as the time that remains. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
}

/** Where a call's one answer goes, and a stream's items before it. */
export interface Sink {
  item(body: unknown, size: number): void;
  done(body: unknown): void;
  fail(error: Error): void;
}

/** A call under way; only the caller writes it. */
export interface OutgoingCall {
  readonly target: Target;
  readonly sink: Sink;
  readonly deadlineMs: number | undefined;
  readonly deadlineAt: number | undefined;
  body: unknown;
  id: number;
  state: OutgoingState;
  share: Share | undefined;
  disarm: (() => void) | undefined;
}

/** How the pipe was lost, for the calls that it takes along. */
export interface Loss {
  readonly local: boolean;
  readonly reason: string;
  /** What is behind it, when that has a code of its own. */
  readonly cause?: Error | undefined;
  /** The newest call the peer says it dispatched; Infinity when it said nothing. */
  readonly lastId: number;
}

/** The error of a call that the peer ended. Both sides count one deadline: whichever clock is ahead, the caller hears of it as its own. */
export function answeredError(call: OutgoingCall, { error }: ErrorFrame): Error {
  const { deadlineMs, target } = call;
  if (deadlineMs === undefined || error.code !== "DEADLINE_EXCEEDED") return new RemoteError(error);
  return new PipeError(
    "DEADLINE_EXCEEDED",
    { call: target.label, deadlineMs, mayHaveRun: true },
    { cause: new RemoteError(error) },
  );
}

/** The error of a call that was lost with the pipe. */
export function lostError(call: OutgoingCall, loss: Loss): PipeError {
  const mayHaveRun = call.id !== 0 && call.id <= loss.lastId;
  const details = { call: call.target.label, reason: loss.reason, mayHaveRun };
  return new PipeError(loss.local ? "PIPE_CLOSED" : "PEER_GONE", details, loss.cause && { cause: loss.cause });
}
