/**
 * A pipe that came over one connection and goes on over another: its end was sent on by whoever got it. Frames are copied from one to the other,
 * in their order; bodies are not decoded, and the calls, streams, deadlines and records in them are the two ends' affair. What differs from a
 * relay (relay.ts): the two connections carry other pipes too, of people who need not know each other. So this side counts the pipe's
 * credit itself (passing-window.ts), and an end that breaks it loses this pipe and nothing else.
 */
import type { CloseCode } from "../frame.ts";
import { PipeEnd } from "../pipe-end.ts";
import { Header, headerBytes, kinds, pipesFlag, streamFlag } from "../wire/header.ts";
import { pipeListOf } from "../wire/pipe-list.ts";
import { passClose, passFrame } from "./passed-frame.ts";
import { PassingWindow } from "./passing-window.ts";
import type { Carrier, Route, RoutePort } from "./route.ts";

/** One side: a pipe of a connection. */
export interface Side {
  readonly carrier: Carrier;
  readonly pipe: number;
}

const creditBytes = 8;
const noBytes = new Uint8Array(0);
// Cancels, grants and hellos that wait for a link that takes nothing. An honest end has few of them under way.
const maxControlBytes = 64 * 1024;

/** One direction: takes what comes for `from`'s pipe and sends it on as `to`'s. */
export class Onward implements Route {
  readonly #from: Side;
  readonly #to: Side;
  readonly #window = new PassingWindow();
  #back: Onward = this; // until it is paired
  #controlBytes = 0;
  #over = false;

  constructor(from: Side, to: Side) {
    this.#from = from;
    this.#to = to;
  }

  /** Both directions between two pipes: the first takes what comes for `a`. */
  static pair(a: Side, b: Side): readonly [Onward, Onward] {
    const [there, back] = [new Onward(a, b), new Onward(b, a)];
    there.#back = back;
    back.#back = there;
    return [there, back];
  }

  take(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): boolean {
    if (this.#over) this.#refuse(this.#claim(header, view, start, end));
    else if (header.length > this.#to.carrier.peerMaxFrameBytes) {
      this.#refuse(this.#claim(header, view, start, end));
      this.#fail(
        "gone",
        `a frame of ${header.length} bytes cannot go on: at most ${this.#to.carrier.peerMaxFrameBytes} are taken there`,
      );
    } else if (header.kind === kinds.credit) this.#credit(header, end - start);
    else if (this.#mayPass(header, view, start, end)) this.#pass(header, bytes, view, start, end, owned);
    return true; // what is against the rules of a pipe ends this pipe
  }

  violated(wanted: string, got: string): void {
    this.lost(`the peer broke the rules: wanted ${wanted}; got ${got}`, "gone");
  }

  // `from` may be written to again, so what the other direction brings for it has gone out.
  drained(): void {
    if (this.#over) return;
    this.#back.#controlBytes = 0;
    this.#back.#tell();
  }

  lost(reason: string, code: CloseCode): void {
    if (this.#over) return;
    passClose(this.#to.carrier, this.#to.pipe, reason, code);
    this.#end();
  }

  // Whether the rules of credit, and the bounds of what is held here, let a frame pass.
  #mayPass(header: Header, view: DataView, start: number, end: number): boolean {
    const { kind } = header;
    const size = orderedSize(header, view, start, end);
    if (size !== undefined && !this.#window.enter(size)) {
      this.#refuse(this.#claim(header, view, start, end));
      this.#fail("frame-invalid", "wanted at most what the other end allows; got one more frame");
      return false;
    }
    if (kind === kinds.hello) {
      const allowed = this.#back.#window.allow({ messages: header.interfaceId, bytes: header.ordinal });
      header.interfaceId = allowed.messages;
      header.ordinal = allowed.bytes;
    }
    const { carrier } = this.#to;
    if (carrier.writable || kind === kinds.close) return true;
    const backlog = carrier.backlogBytes + headerBytes + end - start;
    if (size === undefined) this.#controlBytes += headerBytes + end - start;
    if (backlog <= carrier.maxBacklogBytes && this.#controlBytes <= maxControlBytes) {
      carrier.backlogBytes = backlog;
      return true;
    }
    this.#refuse(this.#claim(header, view, start, end));
    this.#fail("gone", "the other end does not read");
    return false;
  }

  #pass(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void {
    const carried = this.#claim(header, view, start, end);
    if (carried === undefined) {
      this.#fail("frame-invalid", "wanted a list of pipes that were opened to be carried; got another");
      return;
    }
    const { carrier } = this.#to;
    const routes = carried.map(() => carrier.openCarried());
    const list = carried.length === 0 ? undefined : pipeListOf(header, view, start, end);
    // In place: the bytes are the reader's, and nobody else looks at them.
    if (list !== undefined) for (const [i, { pipe }] of routes.entries()) view.setUint32(list.at + 4 * i, pipe, true);
    header.pipe = this.#to.pipe;
    passFrame(carrier, header, bytes, start, end, owned);
    for (const [i, port] of carried.entries()) port.moveTo(routes[i]!);
    if (header.kind === kinds.close) this.#end();
    else this.#tell();
  }

  // The pipes that a frame brings, of which nobody else has any; undefined when one of them is not to be had.
  #claim(header: Header, view: DataView, start: number, end: number): readonly RoutePort[] | undefined {
    if ((header.flags & pipesFlag) === 0) return [];
    const list = pipeListOf(header, view, start, end);
    if (list === undefined) return undefined;
    const ports: RoutePort[] = [];
    for (let i = 0; i < list.count; i++) {
      const port = this.#from.carrier.claim(view.getUint32(list.at + 4 * i, true));
      if (port === undefined) {
        this.#refuse(ports);
        return undefined;
      }
      ports.push(port);
    }
    return ports;
  }

  #refuse(ports: readonly RoutePort[] | undefined): void {
    for (const port of ports ?? []) new PipeEnd(port).drop();
  }

  // Credit is not passed on but told anew, from what this side has counted.
  #credit(header: Header, payload: number): void {
    const { call, interfaceId, ordinal, flags, extra } = header;
    const claimed = { messages: call, bytes: ordinal * 0x1_0000_0000 + interfaceId };
    const plain = payload === 0 && flags === 0 && extra === 0;
    if (plain && this.#back.#window.acknowledge(claimed)) this.#back.#tell();
    else this.#fail("frame-invalid", "wanted credit for what was sent; got another");
  }

  #tell(): void {
    const credit = this.#window.due(this.#to.carrier.writable);
    if (credit === undefined) return;
    const { messages, bytes } = credit;
    const header = new Header().set(kinds.credit, 0, messages, bytes % 0x1_0000_0000, Math.floor(bytes / 0x1_0000_0000), 0, 0);
    header.pipe = this.#from.pipe;
    this.#from.carrier.send(header, undefined, noBytes);
  }

  #fail(code: CloseCode, reason: string): void {
    passClose(this.#from.carrier, this.#from.pipe, reason, code);
    passClose(this.#to.carrier, this.#to.pipe, reason, "gone");
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#back.#over = true;
    this.#from.carrier.release(this.#from.pipe);
    this.#to.carrier.release(this.#to.pipe);
  }
}

// The bytes that an ordered frame takes of the allowance; undefined for frames that pass beside it.
function orderedSize(header: Header, view: DataView, start: number, end: number): number | undefined {
  switch (header.kind) {
    case kinds.call:
    case kinds.reply:
    case kinds.item: {
      const credit = header.kind === kinds.call && (header.flags & streamFlag) !== 0 ? creditBytes : 0;
      const list = pipeListOf(header, view, start, end);
      return Math.max(0, end - start - credit - (list === undefined ? 0 : 4 + 4 * list.count));
    }
    case kinds.error:
    case kinds.end:
      return 0;
    case kinds.skip:
      return header.ordinal * 0x1_0000_0000 + header.interfaceId;
    default:
      return undefined;
  }
}
