/**
 * The pipes of one connection by their numbers: which are open, who takes their frames, which were opened for a body and wait for it. What
 * breaks a rule here is the connection's affair, and it is told so.
 */
import type { CloseCode } from "../frame.ts";
import { PipeEnd } from "../pipe-end.ts";
import { Header, kindNames, kinds } from "../wire/header.ts";
import { pipeListOf } from "../wire/pipe-list.ts";
import { maxPipes } from "../wire/record-encoder.ts";
import { PipeNumbers } from "./pipe-numbers.ts";
import type { Route, RoutePort } from "./route.ts";

/** What a table of pipes needs of its connection. */
export interface PipeTableOwner {
  /** Whether it is over. */
  readonly closed: boolean;
  send(header: Header, prefix: Uint8Array | undefined, body: Uint8Array): void;
  /** The peer broke the rules of the connection itself. */
  unreadable(wanted: string, got: string): void;
  /** The peer opened a pipe; the answer takes its frames, or is why it is refused. */
  pipeOpened(pipe: number, name: string, carried: boolean): Route | string;
  /** A pipe that is not kept here came in a body that nobody gets. */
  unwanted(pipe: number): void;
  /** The last pipe was closed. */
  emptied(): void;
}

/** Pipe names are for people and programs, not for cargo. */
export const maxNameBytes = 256;

const carriedFlag = 1;
// A peer whose bodies are unreadable again and again is cut off as a whole.
const maxBadFrames = 8;
/** Pipes that wait for the body that carries them. They are opened right before it, so there are no more than one body's. */
export const maxUnclaimed = maxPipes;

/** See the head of this file. */
export class PipeTable {
  readonly #owner: PipeTableOwner;
  readonly #maxOpen: number;
  readonly #numbers: PipeNumbers;
  readonly #routes = new Map<number, Route>();
  readonly #carried = new Map<number, RoutePort>();
  readonly #scratch = new Header();
  #badFrames = 0;

  constructor(owner: PipeTableOwner, role: "dialler" | "listener", maxOpen: number) {
    this.#owner = owner;
    this.#maxOpen = maxOpen;
    this.#numbers = new PipeNumbers(role);
  }

  /** How many are open. */
  get size(): number {
    return this.#routes.size;
  }

  /** All that are open, as they are now. */
  get all(): readonly Route[] {
    return [...this.#routes.values()];
  }

  /** Opens a pipe for whatever takes its frames. */
  open<R extends Route>(name: string, carried: boolean, make: (pipe: number) => R): R {
    const pipe = this.#numbers.next();
    const route = make(pipe);
    if (this.#owner.closed) {
      queueMicrotask(() => route.lost("the connection is closed", "gone"));
      return route;
    }
    this.#routes.set(pipe, route);
    const body = Buffer.from(name, "utf8");
    const header = this.#scratch.set(kinds.open, carried ? carriedFlag : 0, 0, 0, 0, 0, body.length);
    header.pipe = pipe;
    this.#owner.send(header, undefined, body);
    return route;
  }

  /** The peer opens a pipe. */
  opened(header: Header, bytes: Buffer, start: number, end: number): void {
    const { pipe, flags, call, interfaceId, ordinal, extra } = header;
    if (!this.#numbers.opened(pipe)) {
      this.#owner.unreadable(`a new pipe above ${this.#numbers.lastPeer} of the peer's own`, `pipe ${pipe}`);
      return;
    }
    const bare = call === 0 && interfaceId === 0 && ordinal === 0 && extra === 0;
    if (end - start > maxNameBytes || (flags & ~carriedFlag) !== 0 || !bare) {
      const wanted = `a pipe with a name of at most ${maxNameBytes} bytes, and no more`;
      this.#owner.unreadable(wanted, `${end - start} bytes, flags ${flags}`);
      return;
    }
    const name = bytes.toString("utf8", start, end);
    const full = this.#routes.size >= this.#maxOpen;
    const route = full ? "no more pipes on this connection" : this.#owner.pipeOpened(pipe, name, flags === carriedFlag);
    if (typeof route !== "string") {
      this.#routes.set(pipe, route);
      return;
    }
    const reason = Buffer.from(route, "utf8");
    const answer = this.#scratch.set(kinds.close, 0, 0, 0, 0, 0, reason.length);
    answer.pipe = pipe;
    this.#owner.send(answer, undefined, reason);
  }

  /** Hands a frame to its pipe. */
  take(header: Header, bytes: Buffer, view: DataView, start: number, end: number, owned: boolean): void {
    const route = this.#routes.get(header.pipe);
    if (route === undefined) {
      if (!this.#numbers.known(header.pipe))
        this.#owner.unreadable("a pipe that was opened", `a ${kindNames[header.kind] ?? "frame"} for pipe ${header.pipe}`);
      else this.#refuse(header, view, start, end); // one that was closed here, while this was on its way
      return;
    }
    if (route.take(header, bytes, view, start, end, owned)) return;
    this.#badFrames += 1;
    if (this.#badFrames > maxBadFrames) this.#owner.unreadable(`at most ${maxBadFrames} bad frames`, "one more");
  }

  /** Keeps a pipe that comes inside a message until its message claims it. */
  keepCarried(pipe: number, port: RoutePort): RoutePort | string {
    if (this.#carried.size >= maxUnclaimed) return `at most ${maxUnclaimed} pipes that no message has claimed`;
    this.#carried.set(pipe, port);
    return port;
  }

  /** Takes a pipe that was kept for its message. */
  claim(pipe: number): RoutePort | undefined {
    const port = this.#carried.get(pipe);
    this.#carried.delete(pipe);
    return port;
  }

  /** A pipe is over on this side: what comes for it is dropped. */
  release(pipe: number): void {
    this.#carried.delete(pipe);
    this.#routes.delete(pipe);
    if (this.#routes.size === 0) this.#owner.emptied();
  }

  // Nobody gets the body, so nobody takes the pipes in it.
  #refuse(header: Header, view: DataView, start: number, end: number): void {
    const list = pipeListOf(header, view, start, end);
    for (let i = 0; i < (list?.count ?? 0); i++) {
      const pipe = view.getUint32(list!.at + 4 * i, true);
      const port = this.claim(pipe);
      if (port === undefined) this.#owner.unwanted(pipe);
      else new PipeEnd(port).drop();
    }
  }

  /** The connection is over: every pipe is lost. */
  lose(reason: string, code: CloseCode): void {
    const routes = this.all;
    this.#routes.clear();
    for (const route of routes) route.lost(reason, code);
  }
}
