import type { CloseCode, Frame } from "./frame.ts";

/** What a binding brings: one end of a way on which frames pass in order. It queues as much as it is given; the endpoint bounds that. */
export interface Port {
  /** Both ends are one program, so schemas may be skipped. */
  readonly trusted: boolean;
  /** False while what was sent has piled up: ordered frames then wait for `drained`. */
  readonly writable: boolean;
  /** Begins delivery; called once, before the first `send`. */
  start(receiver: PortReceiver): void;
  /** Makes a body ready to be sent in a frame: encodes it, where the binding does. Throws for one that cannot be carried, saying why. */
  pack(body: unknown): unknown;
  /** The bytes of a packed body that count against the allowance; the other end counts the same. */
  sizeOf(packed: unknown): number;
  /** A packed body will not be sent after all: the pipes in it are closed. */
  discard(packed: unknown): void;
  /** Sends a frame with a packed body; never blocks, never throws. */
  send(frame: Frame): void;
  /** Lets go; frames already sent are still delivered to the other end, which then hears `gone`. */
  close(): void;
}

/** Where a port delivers. Nothing is delivered after `gone`, nor after `close` was called. */
export interface PortReceiver {
  frame(frame: Frame): void;
  /** Something came that is no frame. */
  malformed(wanted: string, got: string): void;
  /** The frame's body cannot be carried after all; the answer is sent in its place. May call `send` meanwhile. */
  unsendable(frame: Frame, reason: string): Frame;
  /** The port is writable again. */
  drained(): void;
  /** The other end is lost; called at most once. The code is "gone" when left out. */
  gone(reason: string, code?: CloseCode): void;
}
