import type { Link, LinkReceiver } from "../src/connection/link.ts";

/** One end of a way for bytes in memory, which moves them only when the test says so, in pieces of the test's choice. */
export class MemoryLink implements Link {
  peer: MemoryLink | undefined;
  /** Writes that were not delivered yet; each is what one turn of the connection wrote. */
  readonly pending: Buffer[] = [];
  /** What `writable` says. */
  writable = true;
  readonly idle = true;
  ended = false;
  paused = false;
  /** Whether part of the oldest write was delivered. */
  partial = false;
  #receiver: LinkReceiver | undefined;
  #toldLost = false;

  start(receiver: LinkReceiver): void {
    this.#receiver = receiver;
  }

  write(parts: readonly Uint8Array[]): void {
    if (!this.ended) this.pending.push(Buffer.concat(parts)); // a copy, as the kernel makes: `idle` is then true at once
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  end(): void {
    this.ended = true;
  }

  destroy(): void {
    this.ended = true;
  }

  /** Bytes come in, as if the other end had written them. */
  feed(bytes: Buffer): void {
    const place = this.#receiver?.place();
    if (place !== undefined) {
      const count = Math.min(place.length, bytes.length);
      place.set(bytes.subarray(0, count));
      this.#receiver?.landed(count);
      if (count < bytes.length) this.feed(bytes.subarray(count));
      return;
    }
    const copy = Buffer.from(bytes); // given as a buffer that is written again afterwards
    this.#receiver?.bytes(copy, new DataView(copy.buffer, copy.byteOffset, copy.length), copy.length);
    copy.fill(0xee);
  }

  /** Delivers the oldest write to the peer, up to `count` bytes of it; false when there was none. */
  deliver(count = Number.POSITIVE_INFINITY): boolean {
    const [next] = this.pending;
    if (next === undefined) {
      if (this.ended) this.peer?.lose("the peer ended the connection");
      return false;
    }
    this.partial = count < next.length;
    if (this.partial) this.pending[0] = next.subarray(count);
    else this.pending.shift();
    this.peer?.feed(next.subarray(0, Math.min(count, next.length)));
    return true;
  }

  /** More may be written again. */
  drain(): void {
    this.writable = true;
    this.#receiver?.drained();
  }

  /** This end hears that the way is lost. */
  lose(reason: string): void {
    if (this.#toldLost || this.ended) return;
    this.#toldLost = true;
    this.ended = true;
    this.#receiver?.lost(reason);
  }
}

/** Two connected links. */
export function memoryLinks(): [MemoryLink, MemoryLink] {
  const [a, b] = [new MemoryLink(), new MemoryLink()];
  a.peer = b;
  b.peer = a;
  return [a, b];
}
