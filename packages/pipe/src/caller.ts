import { answeredError, type CallOptions, type Loss, lostError, type OutgoingCall, type Sink, type Target } from "./call.ts";
import { CallTable } from "./call-table.ts";
import type { Clock } from "./clock.ts";
import { isControl, versionOrdinal } from "./control.ts";
import type { Pool } from "./credit-pool.ts";
import { closeShare, drainItem, endShare, openShare, readItem, receiveItem } from "./credit-pool.ts";
import { PipeError } from "./errors.ts";
import type { EndFrame, ErrorFrame, HelloFrame, ItemFrame, ReplyFrame } from "./frame.ts";
import { controlCalls, firstAllowance, type Limits } from "./limits.ts";
import type { Outbox } from "./outbox.ts";
import { firstOutgoing, type OutgoingStep } from "./outgoing-call.ts";
import { dropEnds } from "./unwanted.ts";

/** The calling half of an endpoint: the waiting line, the pending calls, and the credit of the streams it reads. */
export class Caller {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #violate: (wanted: string, got: string) => void;
  readonly #pending = new CallTable<OutgoingCall>();
  readonly #waiting = new Set<OutgoingCall>();
  #pool: Pool;
  #lastId = 0;
  #open = 0;
  #openControl = 0;
  #places: number = firstAllowance.calls;
  #lost: Loss | undefined;

  constructor(outbox: Outbox, clock: Clock, limits: Limits, violate: (wanted: string, got: string) => void) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#limits = limits;
    this.#violate = violate;
    this.#pool = { messages: limits.messages, bytes: limits.bytes };
  }

  /** How many calls wait and are open, and what no stream holds of the buffer. */
  get load(): { readonly waiting: number; readonly open: number; readonly pool: Pool } {
    return { waiting: this.#waiting.size, open: this.#pending.size, pool: this.#pool };
  }

  /** Starts a call; its answer comes to the sink, exactly once, never before this returns an open call. */
  start(target: Target, body: unknown, sink: Sink, options: CallOptions | undefined): OutgoingCall {
    const deadlineMs = options?.deadlineMs;
    const timed = deadlineMs !== undefined && deadlineMs !== Number.POSITIVE_INFINITY;
    const call: OutgoingCall = {
      target,
      sink,
      deadlineMs: timed ? deadlineMs : undefined,
      deadlineAt: timed ? this.#clock.now() + deadlineMs : undefined,
      body,
      id: 0,
      state: firstOutgoing[target.kind],
      share: undefined,
      disarm: undefined,
    };
    const inLine = this.#waiting.size > 0 && target.ordinal !== versionOrdinal; // behind earlier calls
    const startable = !inLine && this.#mayStart(target);
    const refusal = this.#refusal(call, startable, options?.signal);
    if (refusal !== undefined) {
      call.state = call.state.stop.next;
      sink.fail(refusal);
      return call;
    }
    if (timed || options?.signal !== undefined) this.#arm(call, options?.signal);
    if (startable) this.#send(call);
    else this.#waiting.add(call);
    return call;
  }

  /** The caller no longer wants the call; `error` is its answer, or none for a stream that was left in good order. */
  stop(call: OutgoingCall, error: Error | undefined): void {
    this.#step(call, call.state.stop, undefined, error);
    this.#shareClosed(call); // also of a stream that had ended with items left unread
  }

  /** The reader of a stream took an item: credit goes back to the producer. */
  read(call: OutgoingCall, size: number): void {
    if (call.share === undefined) return;
    if (call.state.phase !== "sent") {
      [this.#pool, call.share] = drainItem(this.#pool, call.share, size);
      return;
    }
    const [pool, share, grant] = readItem(this.#pool, call.share, size);
    this.#pool = pool;
    call.share = share;
    if (grant !== undefined) this.#outbox.control({ kind: "grant", id: call.id, ...grant });
  }

  /** An answer came in. */
  receive(frame: ReplyFrame | ErrorFrame | ItemFrame | EndFrame): void {
    const call = this.#pending.get(frame.id);
    if (call === undefined) {
      if ("body" in frame) dropEnds(frame.body);
      this.#violate("an answer to an open call", `${frame.kind} for id ${frame.id}`);
      return;
    }
    switch (frame.kind) {
      case "reply":
        this.#step(call, call.state.reply, frame.body);
        return;
      case "end":
        this.#step(call, call.state.end);
        return;
      case "error":
        this.#step(call, call.state.error, undefined, answeredError(call, frame));
        return;
      case "item":
        this.#item(call, frame);
    }
  }

  /** The peer said how many calls it will hold. */
  hello(frame: HelloFrame): void {
    this.#places = frame.calls;
    this.pump();
  }

  /** Sends waiting calls while there are places. */
  pump(): void {
    for (const call of this.#waiting) {
      if (!this.#mayStart(call.target)) return;
      this.#waiting.delete(call);
      this.#send(call);
    }
  }

  /** The body of a sent call could not be carried. */
  unsendable(id: number, reason: string): void {
    const call = this.#pending.get(id);
    if (call === undefined) return;
    this.#step(call, call.state.error, undefined, new PipeError("BODY_UNSENDABLE", { call: call.target.label, reason }));
  }

  /** The pipe is lost: every call ends now, and later ones are refused. */
  lose(loss: Loss): void {
    this.#lost = loss;
    for (const call of [...this.#pending.values(), ...this.#waiting])
      this.#step(call, call.state.gone, undefined, lostError(call, loss));
  }

  #refusal(call: OutgoingCall, startable: boolean, signal: AbortSignal | undefined): PipeError | undefined {
    const { label } = call.target;
    const { deadlineMs } = call;
    if (this.#lost !== undefined) return lostError(call, this.#lost);
    if (signal?.aborted) return new PipeError("CALL_CANCELLED", { call: label, mayHaveRun: false }, { cause: signal.reason });
    if (deadlineMs !== undefined && !(deadlineMs > 0))
      return Number.isNaN(deadlineMs)
        ? new PipeError("DEADLINE_INVALID", { call: label, got: deadlineMs })
        : new PipeError("DEADLINE_EXCEEDED", { call: label, deadlineMs, mayHaveRun: false });
    if (!startable && this.#waiting.size >= this.#limits.waitingCalls)
      return new PipeError("QUEUE_FULL", { call: label, waiting: this.#limits.waitingCalls });
    return undefined;
  }

  #arm(call: OutgoingCall, signal: AbortSignal | undefined): void {
    const facts = () => ({ call: call.target.label, mayHaveRun: call.state.phase !== "waiting" });
    const abort = () => this.stop(call, new PipeError("CALL_CANCELLED", facts(), { cause: signal?.reason }));
    signal?.addEventListener("abort", abort, { once: true });
    const { deadlineMs } = call;
    const disarmTimer =
      deadlineMs === undefined
        ? undefined
        : this.#clock.after(deadlineMs, () => this.stop(call, new PipeError("DEADLINE_EXCEEDED", { ...facts(), deadlineMs })));
    call.disarm = () => {
      signal?.removeEventListener("abort", abort);
      disarmTimer?.();
    };
  }

  #mayStart(target: Target): boolean {
    if (!this.#outbox.ready) return false;
    return isControl(target.ordinal) ? this.#openControl < controlCalls : this.#open < this.#places;
  }

  #send(call: OutgoingCall): void {
    const { target } = call;
    let body: unknown;
    try {
      body = this.#outbox.pack(call.body);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      this.#step(call, call.state.stop, undefined, new PipeError("BODY_UNSENDABLE", { call: target.label, reason }));
      return;
    }
    const remaining = call.deadlineAt === undefined ? 0 : Math.max(Number.MIN_VALUE, call.deadlineAt - this.#clock.now());
    let messages = 0;
    let bytes = 0;
    if (target.kind === "stream") {
      [this.#pool, call.share] = openShare(this.#pool);
      ({ messages, bytes } = call.share.credit);
    }
    this.#lastId += 1;
    call.id = this.#lastId;
    call.body = undefined; // sent: do not keep the input alive for as long as the call runs
    if (isControl(target.ordinal)) this.#openControl += 1;
    else this.#open += 1;
    this.#pending.add(call);
    this.#step(call, call.state.send);
    this.#outbox.call({
      kind: "call",
      id: call.id,
      interfaceId: target.interfaceId,
      ordinal: target.ordinal,
      stream: target.kind === "stream",
      deadlineMs: remaining,
      messages,
      bytes,
      size: this.#outbox.sizeOf(body),
      body,
    });
  }

  #item(call: OutgoingCall, frame: ItemFrame): void {
    if (call.state.phase === "sent" && call.share !== undefined) {
      const share = receiveItem(call.share, frame.size);
      if (share === undefined) {
        dropEnds(frame.body);
        this.#violate("items within the stream's credit", `an item beyond it for id ${frame.id}`);
        return;
      }
      call.share = share;
    }
    this.#step(call, call.state.item, frame.body, undefined, frame.size);
  }

  // The machine decides whether the sink is told of `body` or `error`.
  #step(call: OutgoingCall, { event, next, effects }: OutgoingStep, body?: unknown, error?: Error, size = 0): void {
    call.state = next;
    for (let i = 0; i < effects.length; i++) {
      switch (effects[i]) {
        case "unqueue":
          this.#waiting.delete(call);
          break;
        case "settle":
          call.disarm?.();
          this.#shareEnded(call);
          if (error === undefined) call.sink.done(body);
          else call.sink.fail(error);
          break;
        case "deliver":
          call.sink.item(body, size);
          break;
        case "cancel":
          this.#outbox.control({ kind: "cancel", id: call.id });
          break;
        case "free":
          this.#free(call);
          break;
        case "violate":
          this.#violate(`an answer that fits a ${call.target.kind}`, `${event} for id ${call.id}`);
          break;
        case "drop":
          dropEnds(body);
      }
    }
  }

  #free(call: OutgoingCall): void {
    this.#pending.delete(call.id);
    if (isControl(call.target.ordinal)) this.#openControl -= 1;
    else this.#open -= 1;
    if (this.#waiting.size > 0) this.pump();
  }

  // Buffered items outlive the ending: the reader gets them first.
  #shareEnded(call: OutgoingCall): void {
    if (call.share !== undefined) [this.#pool, call.share] = endShare(this.#pool, call.share);
  }

  #shareClosed(call: OutgoingCall): void {
    if (call.share === undefined) return;
    this.#pool = closeShare(this.#pool, call.share);
    call.share = undefined;
  }
}
