/**
 * Many pipes over one link. A connection routes frames by their header, counts them so that a missing or repeated one is noticed, gathers
 * what is sent in one turn into one write, and, when both ends want it, outlives its link: what was sent and not acknowledged is kept, and
 * goes out again over the next link. Greeting is done before (dialling.ts, reception.ts).
 *
 * Ids of pipes are odd when the dialler opened them and even when the listener did, so neither has to ask.
 */
import type { CloseCode } from "../frame.ts";
import type { Codec } from "../wire/body.ts";
import { Header, headerBytes, kindNames, kinds } from "../wire/header.ts";
import { maxPipes } from "../wire/record-encoder.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Outflow } from "./outflow.ts";
import { PipeNumbers } from "./pipe-numbers.ts";
import { Receipt } from "./receipt.ts";
import { isCounted, Replay } from "./replay.ts";
import { type Carrier, type Route, RoutePort } from "./route.ts";
import type { Settings } from "./settings.ts";
import type { Wire, WireOwner } from "./wire.ts";

/** What both ends have agreed on. */
export interface Agreement {
  readonly role: "dialler" | "listener";
  readonly codec: Codec;
  /** The most bytes of a payload that the peer takes. */
  readonly peerMaxFrameBytes: number;
  /** Set when the connection may go on over another link. */
  readonly session?: string | undefined;
}

/** What a connection tells its maker. */
export interface ConnectionHooks {
  /** The peer opened a pipe; the answer takes its frames, or is why it is refused. `carried` pipes come inside a message and have no name. */
  opened?(pipe: number, name: string, carried: boolean): Route | string;
  /** The link is lost and another one is wanted: `attach` it. */
  suspended?(): void;
  /** The connection is over; called once. */
  ended?(reason: string, code: CloseCode): void;
}

/** Pipe names are for people and programs, not for cargo. */
export const maxNameBytes = 256;

const carriedFlag = 1;
const noBytes = new Uint8Array(0);
// A peer whose bodies are unreadable again and again is cut off as a whole.
const maxBadFrames = 8;
// The pipes of a body are opened right before it, so no more than one body's wait for theirs.
const maxUnclaimed = maxPipes;
const flushBytes = 256 * 1024;
// What a connection says of itself while its link takes nothing. An honest peer brings no more about: it sends within its credit, which
// it does not get before it reads. So one that only sends is cut off, and costs no memory.
const maxUnreadBytes = 1024 * 1024;

/** One connection; see the head of this file. */
export class Connection implements Carrier, WireOwner {
  readonly agreement: Agreement;
  readonly #settings: Settings;
  readonly #hooks: ConnectionHooks;
  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  readonly #routes = new Map<number, Route>();
  readonly #carried = new Map<number, RoutePort>();
  readonly #outflow = new Outflow();
  readonly #replay: Replay | undefined;
  readonly #scratch = new Header();
  #wire: Wire | undefined;
  #heartbeat: Heartbeat | undefined;
  readonly #numbers: PipeNumbers;
  readonly #receipt = new Receipt();
  #sent = 0;
  #badFrames = 0;
  #unread = 0;
  #scheduled = false;
  #arrived = 0;
  #closed = false;
  #lasting = false;
  #disarmGrace: (() => void) | undefined;

  constructor(agreement: Agreement, settings: Settings, hooks: ConnectionHooks) {
    this.agreement = agreement;
    this.#settings = settings;
    this.#hooks = hooks;
    const { role, session } = agreement;
    this.#numbers = new PipeNumbers(role);
    this.#replay = session === undefined || settings.resume === undefined ? undefined : new Replay(settings.resume.bufferBytes);
  }

  /** Whether it is over. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Whether it waits for another link. */
  get suspended(): boolean {
    return !this.#closed && this.#wire === undefined;
  }

  /** The sequence of the newest frame that came: what a resumption tells the peer. */
  get received(): number {
    return this.#receipt.received;
  }

  /** Bytes that are kept for a resumption. */
  get retainedBytes(): number {
    return this.#replay?.bytes ?? 0;
  }

  /** How many pipes are open. */
  get pipes(): number {
    return this.#routes.size;
  }

  /** Whether more should be sent now; `drained` is told to every pipe when it becomes true again. */
  get writable(): boolean {
    return this.#wire?.link.writable === true && this.#replay?.full !== true;
  }

  /** Stops reading, because what comes cannot be passed on. */
  pause(): void {
    this.#wire?.link.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#wire?.link.resume();
  }

  /** Keeps the connection when its last pipe is closed; the default is to end it then. */
  keep(): void {
    this.#lasting = true;
  }

  /** Takes a wire over. After a resumption `peerReceived` is what the peer had; false when what it lacks is no longer kept. */
  attach(wire: Wire, peerReceived?: number): boolean {
    if (this.#closed) return false; // it has given up meanwhile
    this.flush(); // into what is kept, in the order of its sequences
    const missing = peerReceived === undefined ? [] : this.#replay?.after(peerReceived);
    if (missing === undefined) return false;
    if (peerReceived !== undefined) this.#replay?.acknowledge(peerReceived);
    this.#disarmGrace?.();
    this.#wire = wire;
    wire.give(this, this.#settings.maxFrameBytes);
    this.#heartbeat = new Heartbeat(this.#settings.clock, this.#settings.heartbeatMs, {
      heard: () => {
        const { heard } = wire;
        wire.heard = false;
        return heard;
      },
      ping: (lagMs) => this.#say(kinds.ping, lagMs),
      lost: (reason) => {
        wire.destroy();
        this.lost(reason);
      },
    });
    if (missing.length > 0) wire.link.write(missing);
    if (peerReceived !== undefined) this.drained();
    return true;
  }

  /** Lets go of the wire, because another takes its place. */
  detach(): void {
    this.#heartbeat?.stop();
    this.#wire?.destroy();
    this.#wire = undefined;
  }

  /** Opens a pipe under a name, for an endpoint. */
  open(name: string): RoutePort {
    return this.openRoute(name, false, (pipe) => this.port(pipe));
  }

  /** Opens a pipe for whatever takes its frames. */
  openRoute<R extends Route>(name: string, carried: boolean, make: (pipe: number) => R): R {
    const pipe = this.#numbers.next();
    const route = make(pipe);
    if (this.#closed) {
      queueMicrotask(() => route.lost("the connection is closed", "gone"));
      return route;
    }
    this.#routes.set(pipe, route);
    const body = Buffer.from(name, "utf8");
    const header = this.#scratch.set(kinds.open, carried ? carriedFlag : 0, 0, 0, 0, 0, body.length);
    header.pipe = pipe;
    this.send(header, undefined, body);
    return route;
  }

  openCarried(): RoutePort {
    return this.openRoute("", true, (pipe) => this.port(pipe));
  }

  /** A port for a pipe of this connection. */
  port(pipe: number): RoutePort {
    return new RoutePort(this, pipe, this.agreement.codec, this.agreement.peerMaxFrameBytes - 64);
  }

  /** Keeps a pipe that comes inside a message until its message claims it. */
  keepCarried(pipe: number, port: RoutePort): RoutePort | string {
    if (this.#carried.size >= maxUnclaimed) return `at most ${maxUnclaimed} pipes that no message has claimed`;
    this.#carried.set(pipe, port);
    return port;
  }

  claim(pipe: number): RoutePort | undefined {
    const port = this.#carried.get(pipe);
    this.#carried.delete(pipe);
    return port;
  }

  /** Ends the connection after what was sent; every pipe that is still open hears that it is gone. */
  close(reason = "closed"): void {
    this.#end(reason, "gone", true);
  }

  send(header: Header, prefix: Uint8Array | undefined, body: Uint8Array, start = 0, end = body.length): void {
    if (this.#closed) return;
    if (isCounted(header.kind)) {
      this.#sent = (this.#sent + 1) >>> 0;
      header.sequence = this.#sent;
    } else header.sequence = 0;
    if (isOwnWord(header.kind) && this.#wire?.link.writable === false) {
      this.#unread += headerBytes + end - start;
      if (this.#unread > maxUnreadBytes) {
        this.#end("the peer sends and does not read", "gone", false);
        return;
      }
    }
    this.#outflow.add(header, prefix, body, start, end);
    if (this.#outflow.bytes >= flushBytes)
      this.flush(); // so that a turn that sends much hears when it is too much
    else if (!this.#scheduled) this.#schedule(header.kind);
  }

  // What a turn sends shares a write, at its end. But where one frame came in and one goes out, as in a call at a time, there is nothing to
  // wait for: it is written at once (a twentieth of a round trip of 1 KB). Not a credit, which an answer follows.
  #schedule(kind: number): void {
    const alone = this.#arrived === 1 && kind !== kinds.credit;
    if (kind !== kinds.credit) this.#arrived = 0;
    if (alone) {
      this.flush();
      return;
    }
    this.#scheduled = true;
    process.nextTick(this.#flushLater);
  }

  release(pipe: number): void {
    this.#carried.delete(pipe);
    this.#routes.delete(pipe);
    if (this.#routes.size === 0 && !this.#lasting) this.#end("its last pipe was closed", "gone", true);
  }

  frame(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void {
    const { kind, pipe } = header;
    this.#arrived += 1;
    if (isCounted(kind)) {
      const { expected } = this.#receipt;
      if (header.sequence !== expected) {
        this.unreadable(`frame ${expected} of the connection`, `frame ${header.sequence}`);
        return;
      }
      if (this.#receipt.take(end - start) && this.#replay !== undefined) this.#acknowledge();
    }
    if (kind === kinds.open) this.#opened(header, bytes, start, end);
    else if (isCounted(kind)) this.#route(pipe, header, bytes, view, start, end, owned);
    else this.#own(header, bytes, start, end);
  }

  unreadable(wanted: string, got: string): void {
    if (this.#closed) return;
    for (const route of [...this.#routes.values()]) route.violated(wanted, got); // each tells its own peer
    this.#end(`frame-invalid: wanted ${wanted}; got ${got}`, "frame-invalid", true);
  }

  drained(): void {
    if (this.#wire?.link.writable === true) this.#unread = 0;
    if (!this.writable) return;
    for (const route of [...this.#routes.values()]) route.drained();
  }

  lost(reason: string): void {
    if (this.#closed) return;
    this.detach();
    const { resume, clock } = this.#settings;
    if (this.#replay === undefined || resume === undefined) {
      this.#end(reason, "gone", false);
      return;
    }
    this.#disarmGrace?.();
    this.#disarmGrace = clock.after(resume.graceMs, () =>
      this.resumeFailed(`no new link within ${resume.graceMs} ms (${reason})`),
    );
    this.#hooks.suspended?.();
  }

  /** Gives up waiting for another link: what was not acknowledged is lost, and every pipe hears so. */
  resumeFailed(reason: string): void {
    this.#end(reason, "resume-failed", false);
  }

  /** Writes now what this turn has sent so far. */
  flush(): void {
    if (this.#outflow.bytes === 0) return;
    const parts = this.#outflow.take();
    this.#replay?.push(parts, this.#sent);
    const link = this.#wire?.link;
    if (link === undefined) return; // suspended: they are kept for the next link
    link.write(parts);
    if (this.#replay === undefined && link.idle) this.#outflow.reuse();
  }

  #route(pipe: number, header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void {
    const route = this.#routes.get(pipe);
    if (route === undefined) {
      if (!this.#numbers.known(pipe))
        this.unreadable("a pipe that was opened", `a ${kindNames[header.kind] ?? "frame"} for pipe ${pipe}`);
      return; // one that was closed here, while this was on its way
    }
    if (route.take(header, bytes, view, start, end, owned)) return;
    this.#badFrames += 1;
    if (this.#badFrames > maxBadFrames) this.unreadable(`at most ${maxBadFrames} bad frames`, "one more");
  }

  #opened(header: Header, bytes: Buffer, start: number, end: number): void {
    const { pipe, flags } = header;
    if (!this.#numbers.opened(pipe)) {
      this.unreadable(`a new pipe above ${this.#numbers.lastPeer} of the peer's own`, `pipe ${pipe}`);
      return;
    }
    if (end - start > maxNameBytes || (flags & ~carriedFlag) !== 0 || hasFields(header)) {
      this.unreadable(`a pipe with a name of at most ${maxNameBytes} bytes, and no more`, `${end - start} bytes, flags ${flags}`);
      return;
    }
    const name = bytes.toString("utf8", start, end);
    const full = this.#routes.size >= this.#settings.maxPipes;
    const route = full
      ? "no more pipes on this connection"
      : (this.#hooks.opened?.(pipe, name, flags === carriedFlag) ?? "no pipes wanted");
    if (typeof route !== "string") {
      this.#routes.set(pipe, route);
      return;
    }
    const reason = Buffer.from(route, "utf8");
    const answer = this.#scratch.set(kinds.close, 0, 0, 0, 0, 0, reason.length);
    answer.pipe = pipe;
    this.send(answer, undefined, reason);
  }

  #own(header: Header, bytes: Buffer, start: number, end: number): void {
    const { kind, pipe, sequence, flags } = header;
    if (kind < kinds.ping || kind > kinds.bye) {
      this.unreadable("a frame that may follow the greeting", kindNames[kind] ?? `kind ${kind}`);
      return;
    }
    const bare = kind === kinds.bye || end === start;
    if (!bare || pipe !== 0 || sequence !== 0 || flags !== 0 || hasFields(header)) {
      this.unreadable(`zeros and no payload where a ${kindNames[kind]} has none`, "something else");
      return;
    }
    switch (kind) {
      case kinds.ping:
        if (this.#wire?.link.writable !== true) return;
        this.#say(kinds.pong, this.#heartbeat?.lagMs ?? 0);
        this.#acknowledgeRest();
        return;
      case kinds.pong:
        this.#acknowledgeRest();
        return;
      case kinds.acknowledge:
        this.#acknowledged(header.call);
        return;
      default: // bye
        this.#end(bytes.toString("utf8", start, Math.min(end, start + 4096)), "gone", true);
    }
  }

  #acknowledged(sequence: number): void {
    if (this.#replay === undefined) {
      this.unreadable("no acknowledgement where nothing is kept for a resumption", "one");
      return;
    }
    const { full } = this.#replay;
    this.#replay.acknowledge(sequence);
    if (full && !this.#replay.full) this.drained();
  }

  // In a quiet moment, so that the peer need not keep what came long ago.
  #acknowledgeRest(): void {
    if (this.#replay !== undefined && this.#receipt.open) this.#acknowledge();
  }

  #acknowledge(): void {
    const header = this.#scratch.set(kinds.acknowledge, 0, this.#receipt.acknowledge(), 0, 0, 0, 0);
    header.pipe = 0;
    this.send(header, undefined, noBytes);
  }

  #say(kind: number, extra: number): void {
    const header = this.#scratch.set(kind, 0, 0, 0, 0, extra, 0);
    header.pipe = 0;
    this.send(header, undefined, noBytes);
  }

  #end(reason: string, code: CloseCode, polite: boolean): void {
    if (this.#closed) return;
    if (polite && this.#wire !== undefined) {
      const text = Buffer.from(reason.slice(0, 1024), "utf8");
      const header = this.#scratch.set(kinds.bye, 0, 0, 0, 0, 0, text.length);
      header.pipe = 0;
      this.send(header, undefined, text);
      this.flush();
    }
    this.#closed = true;
    this.#disarmGrace?.();
    this.#heartbeat?.stop();
    if (polite) this.#wire?.end();
    else this.#wire?.destroy();
    this.#wire = undefined;
    const routes = [...this.#routes.values()];
    this.#routes.clear();
    for (const route of routes) route.lost(reason, code);
    this.#hooks.ended?.(reason, code);
  }
}

// What is said in answer to what came, without waiting for the link: credit, the ends of pipes, and the connection's own frames.
function isOwnWord(kind: number): boolean {
  return kind === kinds.credit || kind === kinds.close || kind >= kinds.greet;
}

// Whether a frame of the connection has a field that its kind does not name.
function hasFields({ kind, call, interfaceId, ordinal, extra }: Header): boolean {
  const wrongCall = call !== 0 && kind !== kinds.acknowledge;
  const wrongExtra = extra !== 0 && kind !== kinds.ping && kind !== kinds.pong;
  return wrongCall || wrongExtra || interfaceId !== 0 || ordinal !== 0;
}
