import { type Header, headerBytes } from "../wire/header.ts";

// Frames are gathered here until the turn ends. Bodies above `alone` bytes are not copied, they travel as parts of their own.
const slabBytes = 64 * 1024;
const alone = 8 * 1024;

const noView = new Uint8Array(0);

/** Gathers the frames of one turn into as few parts as possible: one write for many small frames, no copy of a large one. */
export class Outflow {
  #slab = Buffer.allocUnsafeSlow(slabBytes);
  #view = new DataView(this.#slab.buffer);
  #from = 0;
  #at = 0;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  // The view that was taken last: frames of one size come again and again, and a view costs as much as a small call's way through an endpoint.
  #taken: Uint8Array = noView;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds a frame; its payload is `prefix` and `body[start, end)`, which must not change until it is written. */
  add(header: Header, prefix: Uint8Array | undefined, body: Uint8Array, start = 0, end = body.length): void {
    const copied = end - start <= alone;
    const needed = headerBytes + (prefix?.length ?? 0) + (copied ? end - start : 0);
    if (slabBytes - this.#at < needed) this.#renew();
    header.write(this.#view, this.#at);
    this.#at += headerBytes;
    this.#bytes += headerBytes + header.length;
    if (prefix !== undefined) {
      this.#slab.set(prefix, this.#at);
      this.#at += prefix.length;
    }
    if (start === end) return;
    const whole = start === 0 && end === body.length ? body : body.subarray(start, end);
    if (copied) {
      this.#slab.set(whole, this.#at);
      this.#at += end - start;
      return;
    }
    this.#seal();
    this.#parts.push(whole);
  }

  /** Takes what waits. */
  take(): readonly Uint8Array[] {
    this.#bytes = 0;
    if (this.#parts.length === 0) return [this.#cut()];
    this.#seal();
    const parts = this.#parts;
    this.#parts = [];
    return parts;
  }

  /** What was taken has been written: its memory may be used again. Only while nothing waits. */
  reuse(): void {
    this.#at = 0;
    this.#from = 0;
  }

  #seal(): void {
    if (this.#at > this.#from) this.#parts.push(this.#cut());
  }

  // The part of the slab that was filled since the last cut.
  #cut(): Uint8Array {
    const [from, length] = [this.#from, this.#at - this.#from];
    this.#from = this.#at;
    const { buffer, byteOffset, byteLength } = this.#taken;
    if (byteOffset !== from || byteLength !== length || buffer !== this.#slab.buffer)
      this.#taken = this.#slab.subarray(from, from + length);
    return this.#taken;
  }

  #renew(): void {
    this.#seal();
    this.#slab = Buffer.allocUnsafeSlow(slabBytes);
    this.#view = new DataView(this.#slab.buffer);
    this.#from = 0;
    this.#at = 0;
  }
}
