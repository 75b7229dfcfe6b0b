import { FrameReader } from "../wire/frame-reader.ts";
import { Header, headerBytes } from "../wire/header.ts";
import type { Link, LinkReceiver } from "./link.ts";

/** Who listens to a wire: first the greeting, then the connection. */
export interface WireOwner {
  /** A frame came; the payload is `bytes[start, end)`, which will not change afterwards only when `owned`. */
  frame(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void;
  /** What came is not readable any further. */
  unreadable(wanted: string, got: string): void;
  drained(): void;
  lost(reason: string): void;
}

/** A link that is read as frames, and is handed from one owner to the next without losing a byte. */
export class Wire implements LinkReceiver {
  readonly link: Link;
  /** Set by everything that comes; the heartbeat clears it. */
  heard = false;
  #owner: WireOwner;
  #over = false;
  readonly #reader: FrameReader;

  constructor(link: Link, maxFrameBytes: number, owner: WireOwner) {
    this.link = link;
    this.#owner = owner;
    this.#reader = new FrameReader(
      maxFrameBytes,
      (header, bytes, view, start, end, owned) => {
        if (!this.#over) this.#owner.frame(header, bytes, view, start, end, owned);
      },
      (wanted, got) => this.#owner.unreadable(wanted, got),
    );
  }

  /** Begins to read. */
  start(): void {
    this.link.start(this);
  }

  /** Hands the wire on; frames that follow in the same chunk go to the new owner already. */
  give(owner: WireOwner, maxFrameBytes: number): void {
    this.#owner = owner;
    this.#reader.maxBytes = maxFrameBytes;
  }

  /** Sends one frame by itself, outside the count of a connection: a greeting or its answer. */
  say(kind: number, body: Uint8Array): void {
    const frame = Buffer.allocUnsafe(headerBytes + body.length);
    new Header().set(kind, 0, 0, 0, 0, 0, body.length).write(new DataView(frame.buffer, frame.byteOffset, headerBytes), 0);
    frame.set(body, headerBytes);
    this.link.write([frame]);
  }

  /** Ends the wire once everything is sent. */
  end(): void {
    this.#stop();
    this.link.end();
  }

  /** Ends the wire now. */
  destroy(): void {
    this.#stop();
    this.link.destroy();
  }

  bytes(chunk: Buffer, view: DataView, length: number): void {
    this.heard = true;
    this.#reader.feed(chunk, view, length);
  }

  place(): Uint8Array | undefined {
    return this.#reader.place();
  }

  landed(count: number): void {
    this.heard = true;
    this.#reader.landed(count);
  }

  drained(): void {
    if (!this.#over) this.#owner.drained();
  }

  lost(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#owner.lost(reason);
  }

  #stop(): void {
    this.#over = true;
    this.#reader.stop();
  }
}
