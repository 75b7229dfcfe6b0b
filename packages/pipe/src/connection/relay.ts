/**
 * Passes pipes on from one connection to another. A relay reads headers, and the numbers of pipes that travel in front of a body; it writes
 * the other side's numbers in their place, and the connection its own count. Bodies are neither decoded nor, when they are large, copied.
 * The records' state, the allowance and the order of a pipe are its two ends' affair: nothing of them is kept here.
 *
 * What is held here is bounded by the ends' allowance. For ends that ignore it, a side that cannot be written to stops the reading of the
 * other. Each guest has a connection of its own behind the relay, so no two share a state, and one that stalls stops nobody else.
 */
import type { CloseCode } from "../frame.ts";
import { codecs } from "../wire/body.ts";
import { type Header, kinds, pipesFlag } from "../wire/header.ts";
import { pipeListOf } from "../wire/pipe-list.ts";
import type { Connection } from "./connection.ts";
import { dialConnection, type Way } from "./dialling.ts";
import type { Greeting } from "./greeting.ts";
import { passClose, passFrame } from "./passed-frame.ts";
import { maxUnclaimed } from "./pipe-table.ts";
import type { Hosting } from "./reception.ts";
import type { Route } from "./route.ts";
import type { Settings } from "./settings.ts";

/** Hosts a guest of a relay: a connection to the target is opened for it, with what both of them can speak and take. */
export async function hostRelayed(way: Way, settings: Settings, greeting: Greeting): Promise<Hosting> {
  const maxFrameBytes = Math.min(settings.maxFrameBytes, greeting.maxFrameBytes);
  const offered = codecs.filter((codec) => greeting.codecs.includes(codec));
  let passage: Passage | undefined;
  const hooks = {
    opened: (pipe: number, name: string, carried: boolean) => passage?.open("back", pipe, name, carried) ?? "nobody is there yet",
    unwanted: (pipe: number) => passage?.refuse("back", pipe),
    ended: (reason: string) => passage?.front.close(reason),
  };
  const options = { codecs: offered };
  const back = await dialConnection(way, { ...settings, maxFrameBytes, resume: undefined }, options, hooks, (fresh) =>
    fresh.keep(),
  );
  return {
    codec: back.agreement.codec,
    maxFrameBytes: Math.min(settings.maxFrameBytes, back.agreement.peerMaxFrameBytes),
    made(front) {
      passage = new Passage(front, back);
    },
    opened: (pipe, name, carried) => passage?.open("front", pipe, name, carried) ?? "nobody is there yet",
    unwanted: (pipe) => passage?.refuse("front", pipe),
    ended: (reason) => back.close(reason),
  };
}

/** Two connections whose pipes are passed on to each other. */
export class Passage {
  readonly front: Connection;
  readonly back: Connection;
  /** Which pipe of one side goes on as which of the other. */
  readonly numbers = { front: new Map<number, number>(), back: new Map<number, number>() } as const;

  /** Pipes that were opened on a side to be carried and that no body has brought yet; true once they are closed, since their numbers are still needed. */
  readonly unclaimed = { front: new Map<number, boolean>(), back: new Map<number, boolean>() } as const;

  constructor(front: Connection, back: Connection) {
    this.front = front;
    this.back = back;
  }

  /** Opens on the other side what was opened on `side`; the answer takes its frames. */
  open(side: Side, pipe: number, name: string, carried: boolean): Route | string {
    if (carried && this.unclaimed[side].size >= maxUnclaimed) return `at most ${maxUnclaimed} pipes that no message has claimed`;
    const other = side === "front" ? "back" : "front";
    const twin = this[other].openRoute(name, carried, (opened) => new RelayRoute(this, other, opened, pipe));
    this.numbers[side].set(pipe, twin.pipe);
    this.numbers[other].set(twin.pipe, pipe);
    if (carried) this.unclaimed[side].set(pipe, false);
    return new RelayRoute(this, side, pipe, twin.pipe);
  }

  /** The body that brings a pipe of `side` came too late to be passed on: both ends of the pipe hear that nobody takes it. */
  refuse(side: Side, pipe: number): void {
    const other = side === "front" ? "back" : "front";
    const closed = this.unclaimed[side].get(pipe);
    const twin = this.numbers[side].get(pipe);
    if (closed === undefined || twin === undefined) return;
    this.unclaimed[side].delete(pipe);
    this.numbers[side].delete(pipe);
    if (closed) return;
    this.numbers[other].delete(twin);
    for (const [connection, number] of [[this[side], pipe] as const, [this[other], twin] as const]) {
      passClose(connection, number, "the end was not wanted", "gone");
      connection.release(number);
    }
  }
}

type Side = "front" | "back";

/** One direction of a pipe that is passed on: takes what comes on `from` and sends it on `to`. */
class RelayRoute implements Route {
  readonly pipe: number;
  readonly #numbers: Map<number, number>;
  readonly #unclaimed: Map<number, boolean>;
  readonly #forget: () => void;
  readonly #from: Connection;
  readonly #to: Connection;
  readonly #toPipe: number;

  constructor(passage: Passage, side: Side, pipe: number, toPipe: number) {
    const other = side === "front" ? "back" : "front";
    const { numbers, unclaimed } = passage;
    this.pipe = pipe;
    this.#numbers = numbers[side];
    this.#unclaimed = unclaimed[side];
    this.#forget = () => {
      if (unclaimed[side].has(pipe)) unclaimed[side].set(pipe, true);
      else numbers[side].delete(pipe);
      if (unclaimed[other].has(toPipe)) unclaimed[other].set(toPipe, true);
      else numbers[other].delete(toPipe);
    };
    this.#from = passage[side];
    this.#to = passage[other];
    this.#toPipe = toPipe;
  }

  take(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): boolean {
    if ((header.flags & pipesFlag) !== 0 && !this.#renumber(header, view, start, end)) {
      this.#refuse("a list of pipes that were opened to be carried");
      return false;
    }
    header.pipe = this.#toPipe;
    passFrame(this.#to, header, bytes, start, end, owned);
    if (header.kind === kinds.close) this.#over();
    else if (!this.#to.writable) this.#from.pause();
    return true;
  }

  violated(wanted: string, got: string): void {
    this.lost(`the peer broke the rules: wanted ${wanted}; got ${got}`, "gone");
  }

  // `from` may be written to again: what `to` brings for it may be read again.
  drained(): void {
    this.#to.resume();
  }

  lost(reason: string, code: CloseCode): void {
    passClose(this.#to, this.#toPipe, reason, code);
    this.#over();
  }

  #refuse(wanted: string): void {
    passClose(this.#from, this.pipe, `wanted ${wanted}; got another`, "frame-invalid");
    this.lost(`the peer broke the rules: wanted ${wanted}`, "gone");
  }

  #over(): void {
    this.#forget();
    this.#to.release(this.#toPipe);
    this.#from.release(this.pipe);
  }

  // In place: the bytes are the reader's, and nobody else looks at them.
  #renumber(header: Header, view: DataView, start: number, end: number): boolean {
    const list = pipeListOf(header, view, start, end);
    if (list === undefined) return false;
    for (let i = 0; i < list.count; i++) {
      const offset = list.at + 4 * i;
      const pipe = view.getUint32(offset, true);
      const other = this.#numbers.get(pipe);
      const closed = this.#unclaimed.get(pipe);
      if (other === undefined || closed === undefined) return false;
      this.#unclaimed.delete(pipe);
      if (closed) this.#numbers.delete(pipe);
      view.setUint32(offset, other, true);
    }
    return true;
  }
}
