import type { Frame } from "../src/frame.ts";
import type { Clock } from "../src/index.ts";
import type { Port, PortReceiver } from "../src/port.ts";
import { sizeOf } from "../src/size.ts";
import { dropEnds } from "../src/unwanted.ts";

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, fire: () => void): () => void {
    const timer = { at: this.#now + delayMs, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Timers not yet fired or cancelled. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on, firing what is due in order. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter((timer) => timer.at <= this.#now).toSorted((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.delete(timer)) timer.fire();
  }
}

/** One end of a way on which frames move only when the test says so, and which may be cut with frames under way. */
export class SimulatedPort implements Port {
  readonly trusted = true;
  readonly writable = true;
  readonly inbox: Frame[] = [];
  peer: SimulatedPort | undefined;
  /** What was handed to the endpoint, for the rules about what may come after what. */
  readonly delivered: Frame[] = [];
  /** What the endpoint sent. */
  readonly sent: Frame[] = [];
  closed = false;
  #receiver: PortReceiver | undefined;
  #toldGone = false;

  start(receiver: PortReceiver): void {
    this.#receiver = receiver;
  }

  pack(body: unknown): unknown {
    return body;
  }

  sizeOf(body: unknown): number {
    return sizeOf(body);
  }

  discard(body: unknown): void {
    dropEnds(body);
  }

  send(frame: Frame): void {
    if (this.closed) throw new Error(`a ${frame.kind} frame was sent after the port was closed`);
    this.sent.push(frame);
    this.peer?.inbox.push(frame);
  }

  close(): void {
    this.closed = true;
  }

  /** Delivers up to `count` frames; the peer's close follows its last frame. */
  deliver(count: number): void {
    for (let i = 0; i < count && !this.closed && this.inbox.length > 0; i++) {
      const frame = this.inbox.shift()!;
      this.delivered.push(frame);
      this.#receiver?.frame(frame);
    }
    if (this.inbox.length === 0 && this.peer?.closed === true) this.#gone("the peer closed");
  }

  /** The way is cut: frames under way are lost. */
  cut(): void {
    this.inbox.length = 0;
    this.#gone("cut");
  }

  #gone(reason: string): void {
    if (this.closed || this.#toldGone) return;
    this.#toldGone = true;
    this.#receiver?.gone(reason);
  }
}

/** Two connected ports. */
export function simulatedPair(): [SimulatedPort, SimulatedPort] {
  const [a, b] = [new SimulatedPort(), new SimulatedPort()];
  a.peer = b;
  b.peer = a;
  return [a, b];
}
