import type { Frame } from "./frame.ts";

/** What a binding brings: one end of a way on which frames pass in order. It queues as much as it is given; the endpoint bounds that. */
export interface Port {
  /** Both ends are one program, so schemas may be skipped. */
  readonly trusted: boolean;
  /** Begins delivery; called once, before the first `send`. */
  start(receiver: PortReceiver): void;
  /** Sends a frame; never blocks, never throws. */
  send(frame: Frame): void;
  /** Lets go; frames already sent are still delivered to the other end, which then hears `gone`. */
  close(): void;
}

/** Where a port delivers. Nothing is delivered after `gone`, nor after `close` was called. */
export interface PortReceiver {
  frame(frame: Frame): void;
  /** Something came that is no frame. */
  malformed(wanted: string, got: string): void;
  /** The frame's body cannot be carried; the answer is sent in its place. May call `send` meanwhile. */
  unsendable(frame: Frame, reason: string): Frame;
  /** The other end is lost; called at most once. */
  gone(reason: string): void;
}
