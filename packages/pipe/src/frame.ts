import type { WireError } from "./wire-error.ts";

/**
 * The frames of a pipe. A call's frames carry the id that its caller chose; each direction numbers its own calls from 1, in the
 * order in which they are sent.
 *
 * `call reply error item end skip` are ordered: they arrive in the order they were sent, and each takes one message and `size`
 * bytes of the receiver's allowance until the receiver acknowledges it with `credit`. `hello cancel grant credit close` are
 * control frames: they never wait, because each is bounded by something else (one hello and one close a pipe, one cancel a call,
 * grants and credits at most one for each half window that was received).
 */
export type Frame = OrderedFrame | ControlFrame;

/** Frames that take the receiver's allowance. */
export type OrderedFrame = CallFrame | ReplyFrame | ErrorFrame | ItemFrame | EndFrame | SkipFrame;

/** Frames that pass beside the allowance. */
export type ControlFrame = HelloFrame | CancelFrame | GrantFrame | CreditFrame | CloseFrame;

/** The version of these rules; a peer with another one is not spoken to. */
export const protocolVersion = 1;

/** First frame of each side: what it will hold for the other. */
export interface HelloFrame {
  readonly kind: "hello";
  readonly protocol: number;
  readonly messages: number;
  readonly bytes: number;
  readonly calls: number;
}

/** A request. `deadlineMs` is the time that remains (0 means no deadline); `messages` and `bytes` are a stream's first credit. */
export interface CallFrame {
  readonly kind: "call";
  readonly id: number;
  readonly interfaceId: number;
  readonly ordinal: number;
  readonly stream: boolean;
  readonly deadlineMs: number;
  readonly messages: number;
  readonly bytes: number;
  readonly size: number;
  readonly body: unknown;
}

/** The answer of a call. */
export interface ReplyFrame {
  readonly kind: "reply";
  readonly id: number;
  readonly size: number;
  readonly body: unknown;
}

/** The failure that ends a call or a stream. */
export interface ErrorFrame {
  readonly kind: "error";
  readonly id: number;
  readonly size: number;
  readonly error: WireError;
}

/** One item of a stream. */
export interface ItemFrame {
  readonly kind: "item";
  readonly id: number;
  readonly size: number;
  readonly body: unknown;
}

/** The good end of a stream. */
export interface EndFrame {
  readonly kind: "end";
  readonly id: number;
  readonly size: number;
}

/** Stands in for a frame that the binding could not carry, so that both sides still count alike. */
interface SkipFrame {
  readonly kind: "skip";
  readonly size: number;
}

/** The caller no longer wants this call; the callee still ends it with a reply, error or end, which frees its place. */
interface CancelFrame {
  readonly kind: "cancel";
  readonly id: number;
}

/** More credit for one stream. */
export interface GrantFrame {
  readonly kind: "grant";
  readonly id: number;
  readonly messages: number;
  readonly bytes: number;
}

/** How many ordered messages and bytes have been received on this pipe so far. */
export interface CreditFrame {
  readonly kind: "credit";
  readonly messages: number;
  readonly bytes: number;
}

/** The last frame. `lastId` is the newest call that its sender dispatched: later ones certainly did not run (as HTTP/2's GOAWAY). */
interface CloseFrame {
  readonly kind: "close";
  readonly code: CloseCode;
  readonly message: string;
  readonly lastId: number;
}

/**
 * Why a pipe ended: on purpose, for a message whose meaning was unacceptable, for a frame against the rules, without a word, or because a
 * connection that was lost could not go on where it had stopped. Their order is their number on the wire; append only.
 */
export const closeCodes = ["done", "bad-message", "frame-invalid", "gone", "resume-failed"] as const;

/** One of `closeCodes`. */
export type CloseCode = (typeof closeCodes)[number];
