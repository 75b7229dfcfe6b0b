/**
 * Bytes over a stream socket, read into one buffer that is used again and again (`onread`), or, when much of a body is missing, straight
 * into the place where the body belongs. Measured: half the time at 64 KB and more over 'data' events, which allocate each chunk.
 *
 * Node offers `onread` only to who connects. An accepted socket is therefore wrapped anew around its handle, which Node does not document;
 * where that is not possible (a later Node), 'data' events serve, slower and with the same outcome. A test pins both.
 */
import { Socket, type SocketConstructorOpts } from "node:net";
import type { Link, LinkReceiver } from "./connection/link.ts";

const readBytes = 128 * 1024;
// How long a peer may take to hear the end of a connection without reading on.
const lingerMs = 2000;

/** The reading half that a socket is given when it is made: it reads where this says. */
export class SocketReading {
  readonly #buffer = Buffer.allocUnsafeSlow(readBytes);
  readonly #view = new DataView(this.#buffer.buffer);
  #placed = false;
  #first = true;
  receiver: LinkReceiver | undefined;

  /** Node's `onread` option. */
  readonly onread = {
    buffer: (): Uint8Array<ArrayBuffer> => this.#next() as Uint8Array<ArrayBuffer>, // why: Node takes undefined for "the same again"
    callback: (count: number): boolean => {
      if (this.#placed) this.receiver?.landed(count);
      else this.receiver?.bytes(this.#buffer, this.#view, count);
      return true;
    },
  };

  #next(): Uint8Array | undefined {
    const place = this.receiver?.place();
    if (place !== undefined) {
      this.#placed = true;
      return place;
    }
    if (!this.#placed && !this.#first) return undefined;
    this.#placed = false;
    this.#first = false;
    return this.#buffer;
  }
}

/** Wraps an accepted socket anew so that it reads where `reading` says; undefined where this Node does not allow it. */
export function rewrap(accepted: Socket, reading: SocketReading): Socket | undefined {
  const handle: unknown = Reflect.get(accepted, "_handle");
  if (typeof handle !== "object" || handle === null || !("readStart" in handle) || !("useUserBuffer" in handle)) return undefined;
  Reflect.set(accepted, "_handle", null); // the old socket must not close what the new one owns
  return new Socket({ handle, onread: reading.onread } as object as SocketConstructorOpts); // why: `handle` is not documented
}

/** A link over a connected socket. */
export class SocketLink implements Link {
  readonly #socket: Socket;
  readonly #reading: SocketReading | undefined;
  #receiver: LinkReceiver | undefined;
  #over = false;
  /** What the last write said, and `drain` since: asked several times for each call, so it is not looked up in the stream. */
  writable = true;

  /** `reading` is what the socket was made with; without it the socket's 'data' events are read. */
  constructor(socket: Socket, reading: SocketReading | undefined) {
    this.#socket = socket;
    this.#reading = reading;
  }

  get idle(): boolean {
    return this.#socket.writableLength === 0;
  }

  start(receiver: LinkReceiver): void {
    this.#receiver = receiver;
    const socket = this.#socket;
    if (this.#reading !== undefined) this.#reading.receiver = receiver;
    else
      socket.on("data", (chunk: Buffer) => {
        if (!this.#over) receiver.bytes(chunk, new DataView(chunk.buffer, chunk.byteOffset, chunk.length), chunk.length);
      });
    socket.on("drain", () => {
      this.writable = true;
      if (!this.#over) receiver.drained();
    });
    socket.on("error", (error) => this.#lost(error.message));
    socket.on("end", () => this.#lost("the peer ended the connection"));
    socket.on("close", () => this.#lost("the connection was closed"));
    socket.resume();
  }

  write(parts: readonly Uint8Array[]): void {
    const socket = this.#socket;
    if (this.#over || socket.destroyed) return;
    if (parts.length === 1) {
      this.writable = socket.write(parts[0]!);
      return;
    }
    socket.cork();
    for (const part of parts) this.writable = socket.write(part);
    socket.uncork();
  }

  pause(): void {
    if (!this.#over) this.#socket.pause();
  }

  resume(): void {
    if (!this.#over) this.#socket.resume();
  }

  end(): void {
    if (this.#over) return;
    this.#stop();
    this.#socket.resume();
    this.#socket.end();
    this.#linger(Number.POSITIVE_INFINITY);
  }

  destroy(): void {
    this.#stop();
    this.#socket.destroy();
  }

  // As long as the peer reads on, what was written is still delivered.
  #linger(before: number): void {
    const socket = this.#socket;
    const timer = setTimeout(() => {
      const left = socket.writableLength;
      if (left > 0 && left < before) this.#linger(left);
      else socket.destroy();
    }, lingerMs).unref();
    socket.once("close", () => clearTimeout(timer));
  }

  #lost(reason: string): void {
    if (this.#over) return;
    this.#stop();
    this.#socket.destroy();
    this.#receiver?.lost(reason);
  }

  #stop(): void {
    this.#over = true;
    if (this.#reading !== undefined) this.#reading.receiver = undefined; // what still comes is read and dropped
  }
}
