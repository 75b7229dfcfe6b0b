import { LazyContext } from "./call-context.ts";
import { CallError } from "./call-error.ts";
import { CallTable } from "./call-table.ts";
import type { Clock } from "./clock.ts";
import { flushOrdinal, type ServedVersion, versionOrdinal } from "./control.ts";
import { PipeError } from "./errors.ts";
import type { CallFrame, GrantFrame, OrderedFrame } from "./frame.ts";
import { firstIncoming, type IncomingState, type IncomingStep } from "./incoming-call.ts";
import type { Limits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import { PipeEnd } from "./pipe-end.ts";
import { refusal, type Served, type ServedMethod } from "./served.ts";
import { dropEnds } from "./unwanted.ts";
import { toWireError, type WireError } from "./wire-error.ts";

interface IncomingCall {
  readonly id: number;
  readonly context: LazyContext;
  state: IncomingState;
  stopped: WireError | undefined;
  creditMessages: number;
  creditBytes: number;
  wake: (() => void) | undefined;
  leave: (() => void) | undefined;
  disarm: (() => void) | undefined;
}

/** What the callee needs of its endpoint. */
export interface CalleeHooks {
  readonly violate: (wanted: string, got: string) => void;
  readonly reportBadMessage: (reason: string) => PipeError;
}

/** The serving half of an endpoint: the handlers that run, and the streams they feed. */
export class Callee {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #limits: Limits;
  readonly #hooks: CalleeHooks;
  readonly #served = new Map<number, Served>();
  readonly #running = new CallTable<IncomingCall>();
  #lastId = 0;

  constructor(outbox: Outbox, clock: Clock, limits: Limits, hooks: CalleeHooks) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#now = () => clock.now();
    this.#limits = limits;
    this.#hooks = hooks;
  }

  /** How many handlers run. */
  get running(): number {
    return this.#running.size;
  }

  /** The newest call that came in; later ones did not run. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Serves an interface; throws `INTERFACE_TAKEN` when its id is served already. The answer stops serving it. */
  serve(served: Served): () => void {
    const other = this.#served.get(served.interfaceId);
    if (other !== undefined)
      throw new PipeError("INTERFACE_TAKEN", { interface: served.name, id: served.interfaceId, by: other.name });
    this.#served.set(served.interfaceId, served);
    return () => {
      if (this.#served.get(served.interfaceId) === served) this.#served.delete(served.interfaceId);
    };
  }

  /** A call came in: its handler starts before this returns. */
  receive(frame: CallFrame): void {
    if (frame.id <= this.#lastId) {
      dropEnds(frame.body);
      this.#hooks.violate(`a call id above ${this.#lastId}`, String(frame.id));
      return;
    }
    this.#lastId = frame.id;
    if (frame.ordinal !== versionOrdinal && frame.ordinal !== flushOrdinal) this.#dispatch(frame);
    else {
      dropEnds(frame.body); // neither has one, by the rules
      this.#reply(frame.id, frame.ordinal === versionOrdinal ? this.#version(frame.interfaceId) : undefined);
    }
  }

  /** The caller no longer wants a call; one that has ended meanwhile is no breach. */
  cancel(id: number): void {
    const call = this.#running.get(id);
    if (call !== undefined) this.#stop(call, { code: "CALL_CANCELLED", message: "the caller cancelled the call" });
  }

  /** The caller gives a stream more credit. */
  grant(frame: GrantFrame): void {
    const call = this.#running.get(frame.id);
    if (call === undefined) return;
    call.creditMessages += frame.messages;
    call.creditBytes += frame.bytes;
    call.wake?.();
  }

  /** An answer's body could not be carried: the call ends with the error that is sent in its place. */
  unsendable(id: number): void {
    const call = this.#running.get(id);
    if (call === undefined) return; // a reply: its call has ended already
    this.#step(call, call.state.gone);
  }

  /** The pipe is lost: every handler's signal is aborted, and nothing they give is sent. */
  lose(reason: Error): void {
    for (const call of this.#running.values()) {
      call.stopped ??= toWireError(reason);
      this.#step(call, call.state.gone, undefined, reason);
    }
  }

  #version(interfaceId: number): ServedVersion {
    const served = this.#served.get(interfaceId);
    if (served === undefined) return null;
    return { name: served.name, version: served.version, ordinals: [...served.methods.keys()] };
  }

  #dispatch(frame: CallFrame): void {
    if (this.#running.size >= this.#limits.calls) {
      dropEnds(frame.body);
      this.#hooks.violate(`at most ${this.#limits.calls} open calls`, `one more, id ${frame.id}`);
      return;
    }
    const served = this.#served.get(frame.interfaceId);
    const method = served?.methods.get(frame.ordinal);
    const kind = frame.stream ? "stream" : "call";
    if (served === undefined || method === undefined || method.kind !== kind) {
      dropEnds(frame.body);
      this.#answer({ kind: "error", id: frame.id, size: 0, error: refusal(frame, served, method) });
      return;
    }
    const deadlineAt = frame.deadlineMs > 0 ? this.#clock.now() + frame.deadlineMs : undefined;
    const call: IncomingCall = {
      id: frame.id,
      context: new LazyContext(deadlineAt, this.#now, this.#hooks.reportBadMessage),
      state: firstIncoming,
      stopped: undefined,
      creditMessages: frame.messages,
      creditBytes: frame.bytes,
      wake: undefined,
      leave: undefined,
      disarm: undefined,
    };
    this.#running.add(call);
    if (deadlineAt !== undefined)
      call.disarm = this.#clock.after(frame.deadlineMs, () =>
        this.#stop(call, { code: "DEADLINE_EXCEEDED", message: `the caller's ${frame.deadlineMs} ms have passed` }),
      );
    if (frame.stream) void this.#pump(call, method, frame.body);
    else this.#run(call, method, frame.body);
  }

  #run(call: IncomingCall, method: ServedMethod, input: unknown): void {
    let output: unknown;
    try {
      output = method.run(input, call.context);
    } catch (thrown) {
      dropEnds(input);
      this.#step(call, call.state.throw, thrown);
      return;
    }
    if (!isThenable(output)) {
      this.#step(call, call.state.return, output);
      return;
    }
    const untaken = PipeEnd.any ? input : undefined; // else there is nothing in it to be kept for
    output.then(
      (value) => this.#step(call, call.state.return, value),
      (thrown: unknown) => {
        dropEnds(untaken); // a handler that failed has taken what it bound or sent on, and no more
        this.#step(call, call.state.throw, thrown);
      },
    );
  }

  // Pulls an item only when it may be sent, so a stalled reader stalls the producer and nothing piles up here.
  async #pump(call: IncomingCall, method: ServedMethod, input: unknown): Promise<void> {
    let begun = false;
    try {
      const items = method.run(input, call.context) as AsyncIterable<unknown>; // why: receive() only registers stream handlers here
      const iterator = items[Symbol.asyncIterator]();
      let left: Promise<unknown> | undefined;
      call.leave = () => {
        left ??= Promise.resolve(iterator.return?.()).catch(() => undefined); // the call has its ending; a failing clean-up has no listener
      };
      while (call.state.phase === "running") {
        if (call.creditMessages <= 0 || call.creditBytes <= 0) {
          await new Promise<void>((resolve) => {
            call.wake = resolve;
          });
        } else if (!this.#outbox.ready) await this.#outbox.whenReady();
        else {
          begun = true;
          const next = await iterator.next();
          if (next.done === true) {
            this.#step(call, call.state.finish);
            return;
          }
          this.#step(call, call.state.yield, next.value);
        }
      }
      call.leave();
      await left;
      if (!begun) dropEnds(input); // the handler has not run at all
      this.#step(call, call.state.finish);
    } catch (thrown) {
      dropEnds(input);
      this.#step(call, call.state.throw, thrown);
    }
  }

  #stop(call: IncomingCall, why: WireError): void {
    call.stopped ??= why;
    this.#step(call, call.state.stop);
  }

  #step(call: IncomingCall, { next, effects }: IncomingStep, value?: unknown, reason?: Error): void {
    call.state = next;
    const { id } = call;
    for (let i = 0; i < effects.length; i++) {
      switch (effects[i]) {
        case "free":
          this.#running.delete(id);
          call.disarm?.();
          break;
        case "abort":
          call.context.abort(reason ?? abortReason(call.stopped));
          call.wake?.();
          call.leave?.();
          break;
        case "reply":
          this.#reply(id, value);
          break;
        case "error":
          this.#answer({ kind: "error", id, size: 0, error: toWireError(value) });
          break;
        case "stopped":
          this.#answer({ kind: "error", id, size: 0, error: call.stopped ?? toWireError(value) });
          break;
        case "item":
          this.#item(call, value);
          break;
        case "end":
          this.#answer({ kind: "end", id, size: 0 });
          break;
        case "drop":
          dropEnds(value); // given after its call was stopped
      }
    }
  }

  #item(call: IncomingCall, item: unknown): void {
    let body: unknown;
    try {
      body = this.#outbox.pack(item);
    } catch (thrown) {
      dropEnds(item);
      this.#step(call, call.state.throw, unsendable("item", thrown));
      return;
    }
    const size = this.#outbox.sizeOf(body);
    call.creditMessages -= 1;
    call.creditBytes -= size;
    this.#answer({ kind: "item", id: call.id, size, body });
  }

  #reply(id: number, output: unknown): void {
    let body: unknown;
    try {
      body = this.#outbox.pack(output);
    } catch (thrown) {
      dropEnds(output);
      this.#answer({ kind: "error", id, size: 0, error: toWireError(unsendable("reply", thrown)) });
      return;
    }
    this.#answer({ kind: "reply", id, size: this.#outbox.sizeOf(body), body });
  }

  #answer(frame: OrderedFrame): void {
    if (!this.#outbox.answer(frame))
      this.#hooks.violate("a peer that acknowledges what it asked for", "one more answer than fits");
  }
}

function unsendable(kind: string, thrown: unknown): CallError {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  return new CallError("BODY_UNSENDABLE", `wanted a ${kind} that this binding can carry; got one it cannot (${reason})`);
}

function abortReason(why: WireError | undefined): Error {
  return new DOMException(
    why?.message ?? "the call was stopped",
    why?.code === "DEADLINE_EXCEEDED" ? "TimeoutError" : "AbortError",
  );
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value instanceof Promise) return true; // nearly all, and not to be searched for
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
