import { bridge } from "../bridge.ts";
import { PipeError } from "../errors.ts";
import type { CloseCode, Frame } from "../frame.ts";
import { firstAllowance } from "../limits.ts";
import { type MovablePort, movePort, PipeEnd } from "../pipe-end.ts";
import type { Port, PortReceiver } from "../port.ts";
import { dropEnds } from "../unwanted.ts";
import { BodyCodec, bytesOf, type Codec, Encoded, type Packed } from "../wire/body.ts";
import { creditOf, fromWire, toWire, withPipes } from "../wire/frame-bytes.ts";
import { Header, kinds, pipesFlag } from "../wire/header.ts";
import { Onward, type Side } from "./onward.ts";

/** One pipe of a connection, as the connection sees it. */
export interface Route {
  /** A frame came whose header says it is this pipe's. False when it was against the rules. */
  take(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): boolean;
  /** The peer broke the rules of the connection itself. */
  violated(wanted: string, got: string): void;
  drained(): void;
  lost(reason: string, code: CloseCode): void;
}

/** What a route needs of its connection. */
export interface Carrier {
  readonly writable: boolean;
  /** The most bytes of a payload that the peer takes. */
  readonly peerMaxFrameBytes: number;
  /** What pipes of other connections have passed on to it since it was last writable, and how much that may be. */
  backlogBytes: number;
  readonly maxBacklogBytes: number;
  send(header: Header, prefix: Uint8Array | undefined, body: Uint8Array, start?: number, end?: number): void;
  /** Opens a pipe that a body will carry. */
  openCarried(): RoutePort;
  /** A pipe that the peer opened to be carried; undefined when there is none, or it was claimed already. */
  claim(pipe: number): RoutePort | undefined;
  /** The pipe is over on this side; what comes for it is dropped. */
  release(pipe: number): void;
}

// What may come before an endpoint takes over: the peer's first allowance, and control frames beside it.
const maxHeld = 32;

// One message may overshoot an allowance, by as much as a frame holds. For pipes that nobody has bound, of which there may be thousands, all
// of a connection share this much beyond their allowances; the last frame may overshoot that.
const maxExcessBytes = 4 * 1024 * 1024;
const excessBytes = new WeakMap<Carrier, number>();

interface Held {
  readonly header: Header;
  readonly bytes: Buffer;
}

/** One pipe of a connection, as its endpoint sees it. */
export class RoutePort implements MovablePort, Route {
  readonly trusted = false;
  /** Its number on the connection. */
  readonly pipe: number;
  readonly #carrier: Carrier;
  readonly #codec: BodyCodec;
  readonly #header = new Header();
  readonly #claim = (pipe: number): PipeEnd | undefined => {
    const port = this.#carrier.claim(pipe);
    return port === undefined ? undefined : new PipeEnd(port);
  };
  readonly #carried: boolean;
  #receiver: PortReceiver | undefined;
  // Set when its end was sent on over another connection: takes what comes.
  #onward: Onward | undefined;
  #held: Held[] = [];
  #heldBytes = 0;
  #ending: { readonly reason: string; readonly code: CloseCode } | undefined;
  #over = false;

  /**
   * What is wrong with a frame counts against the connection too, unless the pipe was `carried` in a body: then it may have been passed on, and
   * what comes on it is somebody else's word.
   */
  constructor(carrier: Carrier, pipe: number, codec: Codec, maxBodyBytes: number, carried: boolean) {
    this.#carrier = carrier;
    this.#carried = carried;
    this.pipe = pipe;
    this.#codec = new BodyCodec(codec, maxBodyBytes);
  }

  get writable(): boolean {
    return this.#carrier.writable;
  }

  start(receiver: PortReceiver): void {
    if (this.#held.length === 0 && this.#ending === undefined) this.#receiver = receiver;
    // Later, since the endpoint is under construction and serves nothing yet; what comes meanwhile is held too.
    else queueMicrotask(() => this.#deliverHeld(receiver));
  }

  pack(body: unknown): Packed {
    return this.#codec.pack(body);
  }

  sizeOf(packed: unknown): number {
    return bytesOf(packed).length;
  }

  discard(packed: unknown): void {
    if (packed instanceof Encoded) for (const end of packed.ends ?? []) end.drop();
  }

  send(frame: Frame): void {
    if (this.#over) return;
    const header = this.#header;
    const body = toWire(frame, header);
    const ends = endsOf(frame);
    const before = creditOf(frame);
    header.pipe = this.pipe;
    if (ends === undefined) this.#carrier.send(header, before, body);
    else this.#sendCarrying(ends, header, before, body);
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#discard(this.#letGo());
    this.#carrier.release(this.pipe);
  }

  take(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): boolean {
    if (this.#over) return true;
    const receiver = this.#receiver;
    if (receiver === undefined)
      return (
        this.#onward?.take(header, bytes, view, start, end, owned) ?? (this.#hold(header, bytes, start, end) || this.#carried)
      );
    const frame = fromWire(header, this.#codec, this.#claim, bytes, view, start, end, owned);
    if (frame.kind === "malformed") {
      receiver.malformed(frame.wanted, frame.got);
      return this.#carried;
    }
    receiver.frame(frame);
    return true;
  }

  moveTo(target: Port): void {
    if (!(target instanceof RoutePort)) {
      bridge(this, target);
      return;
    }
    const [there, back] = Onward.pair(this.#side, target.#side);
    this.#onward = there;
    target.#onward = back;
    const ending = this.#ending;
    for (const { header, bytes } of this.#letGo())
      there.take(header, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, true);
    if (ending !== undefined) there.lost(ending.reason, ending.code);
  }

  violated(wanted: string, got: string): void {
    if (this.#over) return;
    if (this.#onward !== undefined) {
      this.#onward.violated(wanted, got);
      return;
    }
    if (this.#receiver !== undefined) {
      this.#receiver.malformed(wanted, got);
      return;
    }
    // No endpoint has taken over yet: what is held is not dispatched any more, and the peer is told here.
    const { message } = new PipeError("FRAME_INVALID", { wanted, got });
    this.send({ kind: "close", code: "frame-invalid", message, lastId: 0 });
    this.#discard(this.#letGo());
    this.#ending = { reason: message, code: "frame-invalid" };
  }

  drained(): void {
    if (!this.#over) (this.#onward ?? this.#receiver)?.drained();
  }

  lost(reason: string, code: CloseCode): void {
    if (this.#over) return;
    if (this.#onward !== undefined) {
      this.#onward.lost(reason, code);
      return;
    }
    if (this.#receiver === undefined) {
      this.#ending ??= { reason, code };
      return;
    }
    this.#over = true;
    this.#receiver.gone(reason, code);
  }

  get #side(): Side {
    return { carrier: this.#carrier, pipe: this.pipe };
  }

  // Opens a pipe for each end, and has the other end speak on it once the body is on its way: so a pipe that is closed before its body came is
  // one whose body never will.
  #sendCarrying(ends: readonly PipeEnd[], header: Header, before: Uint8Array | undefined, body: Uint8Array): void {
    const routes = ends.map(() => this.#carrier.openCarried());
    const list = routes.map(({ pipe }) => pipe);
    this.#carrier.send(header, withPipes(header, before, list), body);
    for (const [i, end] of ends.entries()) {
      const route = routes[i]!;
      if (!end.taken) movePort(end.take("was sent"), route);
      else {
        // Bound or sent since it was packed: whoever gets this one hears that it is gone.
        route.send({ kind: "close", code: "gone", message: "the end was taken before it was sent", lastId: 0 });
        route.close();
      }
    }
  }

  #hold(header: Header, bytes: Buffer, start: number, end: number): boolean {
    if (this.#ending !== undefined) {
      // The peer was told; what was on its way is dropped.
      if ((header.flags & pipesFlag) !== 0) this.#discard([copyOf(header, bytes, start, end)]);
      return true;
    }
    if (header.kind === kinds.close && this.#carrier.claim(this.pipe) !== undefined) {
      this.close();
      return true;
    }
    const free = end === start || header.kind === kinds.close; // what passes beside the allowance
    if (this.#held.length >= maxHeld || (this.#heldBytes >= firstAllowance.bytes && !free)) {
      this.violated("at most the first allowance before a hello", "more");
      return false;
    }
    const excess = this.#heldBytes + end - start - firstAllowance.bytes;
    if (excess > 0) {
      const sum = excessBytes.get(this.#carrier) ?? 0;
      if (sum >= maxExcessBytes) {
        this.violated(`at most ${maxExcessBytes} bytes beyond the allowances of all pipes that are not bound`, "more");
        return false;
      }
      excessBytes.set(this.#carrier, sum + excess);
    }
    this.#heldBytes += end - start;
    this.#held.push(copyOf(header, bytes, start, end));
    return true;
  }

  // What was held, which is no longer counted.
  #letGo(): readonly Held[] {
    const held = this.#held;
    const excess = this.#heldBytes - firstAllowance.bytes;
    if (excess > 0) excessBytes.set(this.#carrier, (excessBytes.get(this.#carrier) ?? 0) - excess);
    this.#held = [];
    this.#heldBytes = 0;
    return held;
  }

  // Pipes that came in what nobody will read are not wanted either. Later, since each may hold such frames itself, and so on.
  #discard(frames: readonly Held[]): void {
    const carrying = frames.filter(({ header }) => (header.flags & pipesFlag) !== 0);
    if (carrying.length === 0) return;
    queueMicrotask(() => {
      for (const { header, bytes } of carrying) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        const frame = fromWire(header, this.#codec, this.#claim, bytes, view, 0, bytes.length, false);
        if ("body" in frame) dropEnds(frame.body);
      }
    });
  }

  #deliverHeld(receiver: PortReceiver): void {
    this.#receiver = receiver;
    for (const { header, bytes } of this.#letGo())
      this.take(header, bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length, false);
    if (this.#ending === undefined) return;
    this.lost(this.#ending.reason, this.#ending.code);
    this.#carrier.release(this.pipe); // the connection may well go on
  }
}

function copyOf(header: Header, bytes: Buffer, start: number, end: number): Held {
  return { header: Object.assign(new Header(), header), bytes: Buffer.from(bytes.subarray(start, end)) };
}

function endsOf(frame: Frame): readonly PipeEnd[] | undefined {
  const body = frame.kind === "call" || frame.kind === "reply" || frame.kind === "item" ? frame.body : undefined;
  return body instanceof Encoded ? body.ends : undefined;
}
