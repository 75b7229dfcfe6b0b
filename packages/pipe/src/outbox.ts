import type { CallFrame, ControlFrame, CreditFrame, HelloFrame, OrderedFrame } from "./frame.ts";
import type { Limits } from "./limits.ts";
import { controlCalls, firstAllowance } from "./limits.ts";
import type { Port } from "./port.ts";
import type { Amount } from "./window.ts";
import { credible, creditDue, mayEnter } from "./window.ts";

/**
 * The way out of an endpoint: ordered frames wait here for the peer's allowance, control frames pass. Answers are queued (there are
 * at most two for each call of the peer: an item and an ending); calls are not, their caller keeps them until `ready`.
 */
export class Outbox {
  readonly #port: Port;
  readonly #limits: Limits;
  readonly #queueBound: number;
  readonly #sent = { messages: 0, bytes: 0 };
  readonly #received = { messages: 0, bytes: 0 };
  #acknowledged: Amount = { messages: 0, bytes: 0 }; // by the peer, of what was sent
  #credited: Amount = { messages: 0, bytes: 0 }; // to the peer, of what was received
  #allowance: Amount = firstAllowance;
  #queue: OrderedFrame[] = [];
  #wakes: (() => void)[] = [];
  #closed = false;
  readonly #onReady: () => void;

  constructor(port: Port, limits: Limits, onReady: () => void) {
    this.#port = port;
    this.#limits = limits;
    this.#queueBound = 2 * limits.calls + controlCalls;
    this.#onReady = onReady;
  }

  /** Whether a frame would go out at once. */
  get ready(): boolean {
    return (
      !this.#closed &&
      this.#queue.length === 0 &&
      this.#port.writable &&
      mayEnter(this.#sent, this.#acknowledged, this.#allowance)
    );
  }

  /** What waits here, and what is on its way and not yet acknowledged. */
  get load(): { readonly queued: number; readonly inTransit: Amount } {
    const { messages, bytes } = this.#sent;
    const { messages: seen, bytes: seenBytes } = this.#acknowledged;
    return { queued: this.#queue.length, inTransit: { messages: messages - seen, bytes: bytes - seenBytes } };
  }

  /** Makes a body ready to be sent; throws for one that the binding cannot carry. */
  pack(body: unknown): unknown {
    return this.#port.pack(body);
  }

  /** The bytes of a packed body that count against the allowance. */
  sizeOf(packed: unknown): number {
    return this.#port.sizeOf(packed);
  }

  /** The port can take more again. */
  drained(): void {
    if (!this.#closed) this.#drain();
  }

  /** Sends a call; only when `ready`. */
  call(frame: CallFrame): void {
    this.#send(frame);
  }

  /** Sends an answer, or queues it. False when the queue is at its bound, which only a peer against the rules can bring about. */
  answer(frame: OrderedFrame): boolean {
    if (this.#closed) return true;
    if (this.ready) this.#send(frame);
    else if (this.#queue.length >= this.#queueBound) return false;
    else this.#queue.push(frame);
    return true;
  }

  /** Sends a control frame. */
  control(frame: ControlFrame): void {
    if (!this.#closed) this.#port.send(frame);
  }

  /** Resolves when the queue is empty and the allowance open, or when the pipe ends. At most one waiter for each stream served. */
  async whenReady(): Promise<void> {
    while (!this.ready && !this.#closed) await new Promise<void>((resolve) => this.#wakes.push(resolve));
  }

  /** The peer said what it will hold. */
  hello(frame: HelloFrame): void {
    this.#allowance = { messages: frame.messages, bytes: frame.bytes };
    this.#drain();
  }

  /** The peer acknowledged; false when its totals cannot be true. */
  credited(frame: CreditFrame): boolean {
    if (!credible(this.#sent, this.#acknowledged, frame)) return false;
    this.#acknowledged = { messages: frame.messages, bytes: frame.bytes };
    this.#drain();
    return true;
  }

  /** An ordered frame came in: acknowledges when half the limit is used. */
  arrived(size: number): void {
    this.#received.messages += 1;
    this.#received.bytes += size;
    if (!creditDue(this.#received, this.#credited, this.#limits)) return;
    const { messages, bytes } = this.#received;
    this.#credited = { messages, bytes };
    this.control({ kind: "credit", messages, bytes });
  }

  /** Drops what waits, with the pipes in it; nothing goes out any more. */
  close(): void {
    this.#closed = true;
    const queue = this.#queue;
    this.#queue = [];
    for (const frame of queue) if ("body" in frame) this.#port.discard(frame.body);
    this.#wake();
  }

  #send(frame: OrderedFrame): void {
    this.#sent.messages += 1;
    this.#sent.bytes += frame.size;
    this.#port.send(frame);
  }

  #drain(): void {
    let next = 0;
    while (next < this.#queue.length && this.#port.writable && mayEnter(this.#sent, this.#acknowledged, this.#allowance)) {
      this.#send(this.#queue[next]!);
      next += 1;
    }
    if (next > 0) this.#queue.splice(0, next);
    if (!this.ready) return;
    this.#wake();
    this.#onReady();
  }

  #wake(): void {
    const wakes = this.#wakes;
    this.#wakes = [];
    for (const wake of wakes) wake();
  }
}
