/**
 * Cuts a stream of bytes into frames, wherever it is split. A length above the limit is refused when its four bytes are there, before
 * anything is allocated. A frame that lies whole in one chunk is read where it lies; one that does not gets a buffer of its own, into which
 * a transport may read the rest directly (`place`, `landed`), so that a large body is written once. After a large frame another of its
 * size is expected, and the transport is given room for just that: a right guess saves the copy (a tenth of a round trip of 64 KB), a wrong
 * one costs nothing but is read like any chunk.
 */
import { Header, headerBytes } from "./header.ts";

/** Gets each frame; `owned` says that the bytes will not be written again. The payload is `bytes[start, end)`. */
export type FrameTaker = (header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean) => void;

/** Below this a rest is copied from the transport's own buffer: redirecting its reads costs more. */
const placeBytes = 32 * 1024;
const mostExpected = 128 * 1024;
// The start of a next header: a read that fills its room makes libuv ask for more at once.
const roomBeyond = headerBytes;

/** Reads the frames of one direction of one link. */
export class FrameReader {
  readonly #take: FrameTaker;
  readonly #refuse: (wanted: string, got: string) => void;
  readonly #header = new Header();
  readonly #head = Buffer.alloc(headerBytes);
  readonly #headView = new DataView(this.#head.buffer, this.#head.byteOffset, headerBytes);
  #maxBytes: number;
  #headFill = 0;
  #body: Buffer | undefined;
  #bodyFill = 0;
  #expected = 0;
  #room: Buffer | undefined;
  #over = false;

  /** `refuse` is told of a frame that is too large; after that nothing more is taken. */
  constructor(maxBytes: number, take: FrameTaker, refuse: (wanted: string, got: string) => void) {
    this.#maxBytes = maxBytes;
    this.#take = take;
    this.#refuse = refuse;
  }

  /** Sets how many bytes a payload may have. */
  set maxBytes(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes no more, and forgets what was begun. */
  stop(): void {
    this.#over = true;
    this.#body = undefined;
    this.#room = undefined;
  }

  /** Takes a chunk, which the caller may write again afterwards. */
  feed(chunk: Buffer, view: DataView, length: number): void {
    let at = 0;
    while (at < length && !this.#over) {
      if (this.#body !== undefined) at = this.#fillBody(chunk, at, length);
      else if (this.#headFill > 0 || length - at < headerBytes) at = this.#fillHead(chunk, at, length);
      else at = this.#whole(chunk, view, at, length);
    }
  }

  /** Where the next bytes belong, when much of a body is missing, or a large frame is expected. */
  place(): Uint8Array | undefined {
    const body = this.#body;
    if (body !== undefined) return body.length - this.#bodyFill < placeBytes ? undefined : body.subarray(this.#bodyFill);
    if (this.#expected === 0 || this.#headFill > 0 || this.#over) return undefined;
    this.#room ??= Buffer.allocUnsafeSlow(this.#expected + roomBeyond);
    return this.#room;
  }

  /** That many bytes were read into `place`. */
  landed(count: number): void {
    if (this.#over) return;
    if (this.#body === undefined) {
      this.#landedInRoom(this.#room!, count);
      return;
    }
    this.#bodyFill += count;
    this.#finish();
  }

  #landedInRoom(room: Buffer, count: number): void {
    const view = new DataView(room.buffer, room.byteOffset, room.length);
    const end = this.#expected;
    if (count < headerBytes || headerBytes + this.#header.read(view, 0).length !== end) {
      this.feed(room, view, count); // which copies what it keeps
      return;
    }
    this.#room = undefined; // it belongs to the body now
    if (count < end) {
      this.#body = room.subarray(headerBytes, end);
      this.#bodyFill = count - headerBytes;
      return;
    }
    this.#take(this.#header, room, view, headerBytes, end, true);
    if (count > end)
      this.feed(room.subarray(end), new DataView(room.buffer, room.byteOffset + end, room.length - end), count - end);
  }

  #whole(chunk: Buffer, view: DataView, at: number, length: number): number {
    const header = this.#header.read(view, at);
    const start = at + headerBytes;
    if (!this.#fits(header.length)) return length;
    const end = start + header.length;
    this.#expect(header.length);
    if (end > length) {
      this.#begin(header.length);
      return start;
    }
    this.#take(header, chunk, view, start, end, false);
    return end;
  }

  #fillHead(chunk: Buffer, at: number, length: number): number {
    const count = Math.min(headerBytes - this.#headFill, length - at);
    chunk.copy(this.#head, this.#headFill, at, at + count);
    this.#headFill += count;
    if (this.#headFill >= 4 && !this.#fits(this.#head.readUInt32LE(0))) return length;
    if (this.#headFill === headerBytes) {
      this.#headFill = 0;
      this.#begin(this.#header.read(this.#headView, 0).length);
    }
    return at + count;
  }

  // Room that is not filled stays with an idle connection, so it is no larger than what a transport reads with.
  #expect(length: number): void {
    const expected = length >= placeBytes && length <= mostExpected ? headerBytes + length : 0;
    if (expected === this.#expected) return;
    this.#expected = expected;
    this.#room = undefined;
  }

  #begin(length: number): void {
    this.#expect(length);
    this.#body = Buffer.allocUnsafeSlow(length); // not the shared pool: a body of bytes is given away with its ArrayBuffer
    this.#bodyFill = 0;
    this.#finish();
  }

  #fillBody(chunk: Buffer, at: number, length: number): number {
    const count = Math.min(this.#body!.length - this.#bodyFill, length - at);
    chunk.copy(this.#body!, this.#bodyFill, at, at + count);
    this.#bodyFill += count;
    this.#finish();
    return at + count;
  }

  #finish(): void {
    const body = this.#body;
    if (body === undefined || this.#bodyFill < body.length) return;
    this.#body = undefined;
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    this.#take(this.#header, body, view, 0, body.length, true);
  }

  #fits(length: number): boolean {
    if (length <= this.#maxBytes) return true;
    this.stop();
    this.#refuse(`a payload of at most ${this.#maxBytes} bytes`, `${length}`);
    return false;
  }
}
