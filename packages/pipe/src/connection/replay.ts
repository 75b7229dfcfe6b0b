/**
 * What was sent and not yet acknowledged, so that a connection can go on over another link. Bounded: what does not fit is dropped from the
 * front, and a peer that needs it then hears that resuming has failed; nothing is ever skipped in silence.
 *
 * Sequences are compared modulo 2^32: at most half of them can be under way.
 */
import { Header, headerBytes, kinds } from "../wire/header.ts";

interface Batch {
  readonly parts: readonly Uint8Array[];
  readonly bytes: number;
  /** The newest sequence in it. */
  readonly last: number;
}

/** Whether a kind of frame has a sequence of its own, and so is repeated after a resumption. */
export function isCounted(kind: number): boolean {
  return kind < kinds.greet;
}

/** The retained frames of one direction. */
export class Replay {
  readonly #maxBytes: number;
  #batches: Batch[] = [];
  #bytes = 0;
  #lostUpTo: number | undefined;
  #last = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are retained. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether more should wait until the peer has acknowledged. */
  get full(): boolean {
    return this.#bytes >= this.#maxBytes / 2;
  }

  /**
   * Retains what was sent; `last` is the newest sequence in it, and nothing is retained when that is no new one. The parts must not be
   * written again.
   */
  push(parts: readonly Uint8Array[], last: number): void {
    if (last === this.#last) return; // heartbeats and acknowledgements alone: a quiet connection must not fill up with them
    this.#last = last;
    let bytes = 0;
    for (const part of parts) bytes += part.length;
    this.#batches.push({ parts, bytes, last });
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) {
      const batch = this.#batches.shift();
      if (batch === undefined) return;
      this.#bytes -= batch.bytes;
      this.#lostUpTo = batch.last;
    }
  }

  /** The peer has everything up to `sequence`. */
  acknowledge(sequence: number): void {
    let done = 0;
    while (done < this.#batches.length && !isAfter(this.#batches[done]!.last, sequence))
      this.#bytes -= this.#batches[done++]!.bytes;
    if (done > 0) this.#batches.splice(0, done);
  }

  /** The frames after `sequence`, in order; undefined when some of them are no longer here. */
  after(sequence: number): readonly Uint8Array[] | undefined {
    if (this.#lostUpTo !== undefined && isAfter(this.#lostUpTo, sequence)) return undefined;
    const frames: Uint8Array[] = [];
    const header = new Header();
    for (const batch of this.#batches) {
      if (!isAfter(batch.last, sequence)) continue;
      const bytes = Buffer.concat(batch.parts);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (let at = 0; at < bytes.length; ) {
        header.read(view, at);
        const end = at + headerBytes + header.length;
        if (isCounted(header.kind) && isAfter(header.sequence, sequence)) frames.push(bytes.subarray(at, end));
        at = end;
      }
    }
    return frames;
  }
}

function isAfter(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
