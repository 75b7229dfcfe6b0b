/**
 * What a byte transport brings to a connection: one end of a way on which bytes pass in order, in pieces of any size. It queues what it is
 * given; `writable` tells whether more should come, and the connection obeys.
 */
export interface Link {
  /** Begins delivery; called once. */
  start(receiver: LinkReceiver): void;
  /** Sends; the parts are not changed afterwards unless the link is `idle`. Never throws. */
  write(parts: readonly Uint8Array[]): void;
  /** False while what was written has piled up; `drained` follows. */
  readonly writable: boolean;
  /** Nothing that was written is still held. */
  readonly idle: boolean;
  /** Stops reading until `resume`: what comes waits outside this process. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /** Ends the way once everything written is sent, or after a while; nothing is delivered any more. */
  end(): void;
  /** Ends the way now; nothing is delivered any more. */
  destroy(): void;
}

/** Where a link delivers. Nothing is delivered after `lost`. */
export interface LinkReceiver {
  /** `chunk[0, length)` came; it may be overwritten afterwards. */
  bytes(chunk: Buffer, view: DataView, length: number): void;
  /** Where the next bytes are best written to; undefined for wherever the link likes. */
  place(): Uint8Array | undefined;
  /** That many bytes were written to `place()`. */
  landed(count: number): void;
  /** The link is writable again. */
  drained(): void;
  /** The way is lost, or the other end has ended it; called at most once. */
  lost(reason: string): void;
}
