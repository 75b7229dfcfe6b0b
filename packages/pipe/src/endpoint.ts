import type { CallOptions, OutgoingCall, Sink, Target } from "./call.ts";
import { Callee } from "./callee.ts";
import { Caller } from "./caller.ts";
import { type Clock, systemClock } from "./clock.ts";
import { flushOrdinal, parseServedVersion, type ServedVersion, versionOrdinal } from "./control.ts";
import { PipeError } from "./errors.ts";
import type { CloseCode, Frame, HelloFrame } from "./frame.ts";
import { protocolVersion } from "./frame.ts";
import { firstAllowance, type Limits, resolveLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";
import type { Port } from "./port.ts";
import type { Served } from "./served.ts";
import { dropEnds } from "./unwanted.ts";
import type { Amount } from "./window.ts";

/** Why a pipe ended, and on whose account: this side, the peer's word, or the transport when the peer went without one. */
export interface CloseReason {
  readonly by: "us" | "peer" | "transport";
  readonly code: CloseCode;
  readonly message: string;
}

/** What an endpoint may be given. `trusted` overrides what the binding says about skipping schemas. */
export interface EndpointOptions {
  readonly limits?: Partial<Limits> | undefined;
  readonly clock?: Clock | undefined;
  readonly trusted?: boolean | undefined;
}

/** What an endpoint holds right now; every figure has a bound in `Limits`. */
export interface Load {
  /** Own calls that wait for a place. */
  readonly waitingCalls: number;
  /** Own calls that were sent and not yet ended by the peer. */
  readonly openCalls: number;
  /** The peer's calls whose handlers run. */
  readonly runningHandlers: number;
  /** Answers that wait for the peer's allowance. */
  readonly queuedAnswers: number;
  /** Sent and not yet acknowledged. */
  readonly inTransit: Amount;
  /** What no stream holds of the buffer for items. */
  readonly freeBuffer: Amount;
}

/**
 * One end of a message pipe. Both ends may call and serve at once. `remote` and `receive` give it types; the methods here are the
 * untyped layer below them, and the pipe's own: flush, version, close.
 */
export class Endpoint implements AsyncDisposable {
  readonly trusted: boolean;
  /** Resolves once, with why the pipe ended; never rejects. */
  readonly closed: Promise<CloseReason>;
  readonly #port: Port;
  readonly #outbox: Outbox;
  readonly #caller: Caller;
  readonly #callee: Callee;
  #greeted = false;
  #reason: CloseReason | undefined;
  #resolveClosed: (reason: CloseReason) => void;

  /** Takes over a port; bindings call this. */
  constructor(port: Port, options: EndpointOptions = {}) {
    const limits = resolveLimits(options.limits);
    const clock = options.clock ?? systemClock;
    const violate = (wanted: string, got: string) => this.#violate(wanted, got);
    this.trusted = options.trusted ?? port.trusted;
    this.#port = port;
    this.#outbox = new Outbox(port, limits, () => this.#caller.pump());
    this.#caller = new Caller(this.#outbox, clock, limits, violate);
    this.#callee = new Callee(this.#outbox, clock, limits, {
      violate,
      reportBadMessage: (reason) => this.reportBadMessage(reason),
    });
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    port.start({
      frame: (frame) => this.#receive(frame),
      malformed: violate,
      unsendable: (frame, reason) => this.#unsendable(frame, reason),
      drained: () => this.#outbox.drained(),
      gone: (reason, code = "gone") => this.#end({ by: "transport", code, message: reason }, Number.POSITIVE_INFINITY),
    });
    const { messages, bytes, calls } = limits;
    this.#outbox.control({ kind: "hello", protocol: protocolVersion, messages, bytes, calls });
  }

  /** Why the pipe ended; undefined while it is open. */
  get closeReason(): CloseReason | undefined {
    return this.#reason;
  }

  /** What is held right now. */
  get load(): Load {
    const { waiting, open, pool } = this.#caller.load;
    const { queued, inTransit } = this.#outbox.load;
    return {
      waitingCalls: waiting,
      openCalls: open,
      runningHandlers: this.#callee.running,
      queuedAnswers: queued,
      inTransit,
      freeBuffer: pool,
    };
  }

  /** Runs `handler` once when the pipe ends, soon if it has; the answer takes it back. */
  onClosed(handler: (reason: CloseReason) => void): () => void {
    let wanted = true;
    void this.closed.then((reason) => {
      if (wanted) handler(reason);
    });
    return () => {
      wanted = false;
    };
  }

  /** Makes a call; the untyped layer below `remote`. Rejects with `PipeError` or `RemoteError`. */
  request(target: Target, body: unknown, options?: CallOptions): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#caller.start(target, body, new Answer(resolve, reject), options);
    });
  }

  /** Opens a stream into a sink; the untyped layer below `remote`. The reader reports each item it took with `read`. */
  open(target: Target, body: unknown, sink: Sink, options?: CallOptions): OutgoingCall {
    return this.#caller.start(target, body, sink, options);
  }

  /** A stream's reader took an item of that size. */
  read(call: OutgoingCall, size: number): void {
    this.#caller.read(call, size);
  }

  /** A stream's reader wants no more; `error` becomes its answer, without one it just ends. */
  stop(call: OutgoingCall, error?: Error): void {
    this.#caller.stop(call, error);
  }

  /** Serves an interface; the untyped layer below `receive`. Throws `INTERFACE_TAKEN`. The answer stops serving. */
  serve(served: Served): () => void {
    return this.#callee.serve(served);
  }

  /** Resolves when the peer has dispatched everything that was called before. */
  async flush(options?: CallOptions): Promise<void> {
    dropEnds(await this.request({ interfaceId: 0, ordinal: flushOrdinal, kind: "call", label: "flush" }, undefined, options));
  }

  /** What the peer serves under an interface's id: its name, version and ordinals; null when nothing. */
  async queryVersion(wanted: { readonly id: number }, options?: CallOptions): Promise<ServedVersion> {
    const target: Target = { interfaceId: wanted.id, ordinal: versionOrdinal, kind: "call", label: "queryVersion" };
    const body = await this.request(target, undefined, options);
    const answer = parseServedVersion(body);
    dropEnds(body);
    if (answer === undefined)
      throw new PipeError("OUTPUT_INVALID", { call: "queryVersion", issues: "no name, version and ordinals" });
    return answer;
  }

  /** Closes the pipe because of what a message meant; the peer is told why. Throw the answer. */
  reportBadMessage(reason: string): PipeError {
    this.#end({ by: "us", code: "bad-message", message: reason }, Number.POSITIVE_INFINITY);
    return new PipeError("BAD_MESSAGE", { reason });
  }

  /**
   * Closes the pipe: what was sent is still delivered, what waits is not sent, every pending call of either side ends.
   * Await `flush` first for an orderly end. Closing twice does nothing.
   */
  close(message = "closed"): void {
    this.#end({ by: "us", code: "done", message }, Number.POSITIVE_INFINITY);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  #receive(frame: Frame): void {
    if (this.#reason !== undefined) {
      if ("body" in frame) dropEnds(frame.body);
      return;
    }
    if (!this.#greeted && frame.kind !== "hello" && frame.kind !== "close") {
      if ("body" in frame) dropEnds(frame.body);
      this.#violate("hello as the first frame", frame.kind);
      return;
    }
    switch (frame.kind) {
      case "hello":
        this.#hello(frame);
        return;
      case "close":
        this.#end({ by: "peer", code: frame.code, message: frame.message }, frame.lastId);
        return;
      case "cancel":
        this.#callee.cancel(frame.id);
        return;
      case "grant":
        this.#callee.grant(frame);
        return;
      case "credit":
        if (!this.#outbox.credited(frame))
          this.#violate("credit for what was sent", `${frame.messages} messages, ${frame.bytes} bytes`);
        return;
      case "call":
        this.#outbox.arrived(frame.size);
        this.#callee.receive(frame);
        return;
      case "skip":
        this.#outbox.arrived(frame.size);
        return;
      default:
        this.#outbox.arrived(frame.size);
        this.#caller.receive(frame);
    }
  }

  #hello(frame: HelloFrame): void {
    if (this.#greeted) this.#violate("one hello", "another");
    else if (frame.protocol !== protocolVersion) this.#violate(`pipe protocol ${protocolVersion}`, `${frame.protocol}`);
    else if (frame.messages < firstAllowance.messages || frame.bytes < firstAllowance.bytes || frame.calls < firstAllowance.calls)
      this.#violate(
        "a hello with at least the first allowance",
        `${frame.messages} messages, ${frame.bytes} bytes, ${frame.calls} calls`,
      );
    else {
      this.#greeted = true;
      this.#outbox.hello(frame);
      this.#caller.hello(frame);
    }
  }

  #unsendable(frame: Frame, reason: string): Frame {
    const size = "size" in frame ? frame.size : 0;
    if (frame.kind === "call") this.#caller.unsendable(frame.id, reason);
    if (frame.kind !== "reply" && frame.kind !== "item") return { kind: "skip", size };
    this.#callee.unsendable(frame.id); // now: no later item may follow the error
    const message = `wanted a ${frame.kind} that this binding can carry; got one it cannot (${reason})`;
    return { kind: "error", id: frame.id, size, error: { code: "BODY_UNSENDABLE", message } };
  }

  #violate(wanted: string, got: string): void {
    const error = new PipeError("FRAME_INVALID", { wanted, got });
    this.#end({ by: "us", code: "frame-invalid", message: error.message }, Number.POSITIVE_INFINITY);
  }

  // The one way a pipe ends. Order: the peer is told first, since dropping the outbox would also drop the word.
  #end(reason: CloseReason, lastId: number): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    if (reason.by === "us")
      this.#outbox.control({ kind: "close", code: reason.code, message: reason.message, lastId: this.#callee.lastId });
    this.#outbox.close();
    this.#port.close();
    const text = reason.code === "done" || reason.code === "gone" ? reason.message : `${reason.code}: ${reason.message}`;
    this.#callee.lose(new DOMException(`the pipe ended: ${text}`, "AbortError"));
    const cause = reason.code === "resume-failed" ? new PipeError("RESUME_FAILED", { reason: reason.message }) : undefined;
    this.#caller.lose({ local: reason.by === "us", reason: text, cause, lastId });
    this.#resolveClosed(reason);
  }
}

/** Where the answer of a plain call goes. */
class Answer implements Sink {
  readonly done: (body: unknown) => void;
  readonly fail: (error: Error) => void;

  constructor(done: (body: unknown) => void, fail: (error: Error) => void) {
    this.done = done;
    this.fail = fail;
  }

  item(): void {} // the machine turns an item for a plain call into a breach before it gets here
}
