/**
 * Many pipes over one link. A connection counts frames so that a missing or repeated one is noticed, gathers what is sent in one turn into one
 * write, asks a silent peer for a sign of life, and, when both ends want it, outlives its link: what was sent and not acknowledged is kept, and
 * goes out again over the next link. Which frame is whose is the table's affair (pipe-table.ts); greeting is done before (dialling.ts,
 * reception.ts).
 */
import type { CloseCode } from "../frame.ts";
import { type Header, headerBytes, kinds } from "../wire/header.ts";
import type { Agreement, ConnectionHooks } from "./agreement.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Outflow } from "./outflow.ts";
import { OwnWords, type Speaker } from "./own-words.ts";
import { PipeTable, type PipeTableOwner } from "./pipe-table.ts";
import { Receipt } from "./receipt.ts";
import { isCounted, Replay } from "./replay.ts";
import { type Carrier, type Route, RoutePort } from "./route.ts";
import type { Settings } from "./settings.ts";
import type { Wire, WireOwner } from "./wire.ts";

const several = 4;
const flushBytes = 256 * 1024;
// What a connection says of itself while its link takes nothing. An honest peer brings no more about: it sends within its credit, which
// it does not get before it reads. So one that only sends is cut off, and costs no memory.
const maxUnreadBytes = 1024 * 1024;
// What pipes that came over other connections may leave here while the link takes nothing: the allowances of many.
const maxBacklogBytes = 64 * 1024 * 1024;

/** One connection; see the head of this file. */
export class Connection implements Carrier, PipeTableOwner, Speaker, WireOwner {
  readonly agreement: Agreement;
  backlogBytes = 0;
  readonly #settings: Settings;
  readonly #hooks: ConnectionHooks;
  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.flush();
  };
  readonly #pipes: PipeTable;
  readonly #outflow = new Outflow();
  readonly #replay: Replay | undefined;
  #wire: Wire | undefined;
  #heartbeat: Heartbeat | undefined;
  readonly #receipt = new Receipt();
  readonly #words: OwnWords;
  #sent = 0;
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
    this.#pipes = new PipeTable(this, role, settings.maxPipes);
    this.#replay = session === undefined || settings.resume === undefined ? undefined : new Replay(settings.resume.bufferBytes);
    this.#words = new OwnWords(this, this.#receipt, this.#replay);
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
    return this.#pipes.size;
  }

  /** Whether more should be sent now; `drained` is told to every pipe when it becomes true again. */
  get writable(): boolean {
    return this.linkWritable && this.#replay?.full !== true;
  }

  get peerMaxFrameBytes(): number {
    return this.agreement.peerMaxFrameBytes;
  }

  get maxBacklogBytes(): number {
    const kept = this.#replay === undefined ? undefined : this.#settings.resume?.bufferBytes;
    return kept === undefined ? maxBacklogBytes : Math.min(maxBacklogBytes, kept / 4); // it is kept for a resumption as well
  }

  get linkWritable(): boolean {
    return this.#wire?.link.writable === true;
  }

  get lagMs(): number {
    return this.#heartbeat?.lagMs ?? 0;
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
      ping: (lagMs) => this.#words.ping(lagMs),
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
    return this.#pipes.open(name, carried, make);
  }

  openCarried(): RoutePort {
    return this.openRoute("", true, (pipe) => this.port(pipe, true));
  }

  /** A port for a pipe of this connection; `carried` ones come or go inside a message. */
  port(pipe: number, carried = false): RoutePort {
    return new RoutePort(this, pipe, this.agreement.codec, this.agreement.peerMaxFrameBytes - 64, carried);
  }

  /** Keeps a pipe that comes inside a message until its message claims it. */
  keepCarried(pipe: number, port: RoutePort): RoutePort | string {
    return this.#pipes.keepCarried(pipe, port);
  }

  claim(pipe: number): RoutePort | undefined {
    return this.#pipes.claim(pipe);
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
  // wait for: it is written at once (a twentieth of a round trip of 1 KB). Where several came in, the first is written at once too, so that
  // the peer works on it while this side works on the others: else the two take turns, and each waits for the other to wake (10 calls
  // in flight: 80,000 a second in place of 48,000). Not a credit, which an answer follows.
  #schedule(kind: number): void {
    const atOnce = (this.#arrived === 1 || this.#arrived >= several) && kind !== kinds.credit;
    if (kind !== kinds.credit) this.#arrived = 0;
    if (atOnce) {
      this.flush();
      return;
    }
    this.#scheduled = true;
    process.nextTick(this.#flushLater);
  }

  release(pipe: number): void {
    this.#pipes.release(pipe);
  }

  unwanted(pipe: number): void {
    this.#hooks.unwanted?.(pipe);
  }

  emptied(): void {
    if (!this.#lasting) this.#end("its last pipe was closed", "gone", true);
  }

  dismissed(reason: string): void {
    this.#end(reason, "gone", true);
  }

  pipeOpened(pipe: number, name: string, carried: boolean): Route | string {
    return this.#hooks.opened?.(pipe, name, carried) ?? "no pipes wanted";
  }

  frame(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void {
    const { kind } = header;
    this.#arrived += 1;
    if (isCounted(kind)) {
      const { expected } = this.#receipt;
      if (header.sequence !== expected) {
        this.unreadable(`frame ${expected} of the connection`, `frame ${header.sequence}`);
        return;
      }
      if (this.#receipt.take(end - start) && this.#replay !== undefined) this.#words.acknowledge();
    }
    if (kind === kinds.open) this.#pipes.opened(header, bytes, start, end);
    else if (isCounted(kind)) this.#pipes.take(header, bytes, view, start, end, owned);
    else this.#words.hear(header, bytes, start, end);
  }

  unreadable(wanted: string, got: string): void {
    if (this.#closed) return;
    for (const route of this.#pipes.all) route.violated(wanted, got); // each tells its own peer
    this.#end(`frame-invalid: wanted ${wanted}; got ${got}`, "frame-invalid", true);
  }

  drained(): void {
    if (this.linkWritable) this.#unread = 0;
    if (!this.writable) return;
    this.backlogBytes = 0;
    for (const route of this.#pipes.all) route.drained();
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

  #end(reason: string, code: CloseCode, polite: boolean): void {
    if (this.#closed) return;
    if (polite && this.#wire !== undefined) {
      this.#words.bye(reason);
      this.flush();
    }
    this.#closed = true;
    this.#disarmGrace?.();
    this.#heartbeat?.stop();
    if (polite) this.#wire?.end();
    else this.#wire?.destroy();
    this.#wire = undefined;
    this.#pipes.lose(reason, code);
    this.#hooks.ended?.(reason, code);
  }
}

// What is said in answer to what came, without waiting for the link: credit, the ends of pipes, and the connection's own frames.
function isOwnWord(kind: number): boolean {
  return kind === kinds.credit || kind === kinds.close || kind >= kinds.greet;
}
