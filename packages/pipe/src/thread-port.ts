/**
 * Frames between two threads, over a worker_threads MessagePort (or a Worker and its parentPort). Bodies cross by structured clone; buffers
 * named with `transfer` move. A MessagePort takes any amount without a word (measured: 2000 x 64 KB to a blocked worker, 198 MB), so what
 * bounds it is the endpoint's allowance alone.
 *
 * Frames that are sent in one turn of the event loop travel as one message: waking the other thread costs more than cloning. `nextTick`
 * runs after the microtasks that are under way, so answers of many handlers meet in one batch. Where one frame came in and one goes out, as
 * in a call at a time, it leaves at once.
 * (Tried: the first frame of every turn at once: a quarter of the calls a second, since the threads then wake each other for one frame at a
 * time. A ring in shared memory with the port as its doorbell and bodies as records: 0.9 to 1.1 of a message of 1 KB through the port, which
 * clones as fast as records are copied in and out; and records carry less than a clone.)
 */
import { MessagePort, Worker } from "node:worker_threads";
import type { Frame } from "./frame.ts";
import { type FrameTuple, fromTuple, type Malformed, toTuple } from "./frame-tuple.ts";
import type { Port, PortReceiver } from "./port.ts";
import { sizeOf } from "./size.ts";
import { CarriedBody, putEnds, type ThreadPorts, takeEnds } from "./thread-ends.ts";
import { transferList } from "./transfer.ts";

type Transferable = ArrayBuffer | MessagePort;

/** One end of a way between threads; see the head of this file. */
export class ThreadPort implements Port {
  readonly trusted = false;
  readonly writable = true; // a MessagePort tells nothing; the allowance bounds it
  readonly #port: MessagePort | Worker;
  #receiver: PortReceiver | undefined;
  // What this turn has sent; mostly it is one frame alone.
  #first: Frame | undefined;
  #out: Frame[] = [];
  #scheduled = false;
  #lone = false;
  #over = false;
  #error: string | undefined;

  constructor(port: MessagePort | Worker) {
    this.#port = port;
  }

  start(receiver: PortReceiver): void {
    this.#receiver = receiver;
    const port = this.#port;
    port.on("message", this.#onMessage);
    port.on("messageerror", this.#onMessageError);
    if (port instanceof Worker) {
      port.on("error", this.#onError);
      port.on("exit", this.#onExit);
    } else port.on("close", this.#onClose);
  }

  /** The port of an end that nobody has started: it can travel on by itself. */
  static unstarted(port: Port): MessagePort | undefined {
    return port instanceof ThreadPort && port.#receiver === undefined && port.#port instanceof MessagePort
      ? port.#port
      : undefined;
  }

  pack(body: unknown): unknown {
    return takeEnds(body, threadPorts);
  }

  sizeOf(body: unknown): number {
    return sizeOf(body instanceof CarriedBody ? body.body : body);
  }

  discard(body: unknown): void {
    if (body instanceof CarriedBody) for (const [, port] of body.ends) port.close();
  }

  send(frame: Frame): void {
    if (this.#over) return;
    const alone = this.#lone && !this.#scheduled && frame.kind !== "credit";
    if (frame.kind !== "credit") this.#lone = false;
    if (alone && this.#postNow(frame)) return;
    if (this.#first === undefined) this.#first = frame;
    else this.#out.push(frame);
    if (this.#scheduled) return;
    this.#scheduled = true;
    process.nextTick(this.#flush);
  }

  #postNow(frame: Frame): boolean {
    try {
      this.#port.postMessage(toThreadTuple(frame), movedWith(frame));
      return true;
    } catch {
      return false; // told at the end of the turn: who sends is not told of a failure before it has sent
    }
  }

  close(): void {
    if (this.#over) return;
    while (this.#first !== undefined) this.#flush();
    this.#release();
    if (this.#port instanceof MessagePort) this.#port.close();
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#over || this.#first === undefined) return;
    const frames = this.#out.length === 0 ? [this.#first] : [this.#first, ...this.#out];
    this.#first = undefined;
    if (frames.length > 1) this.#out = [];
    try {
      this.#post(frames);
    } catch {
      this.#sendOneByOne(frames); // structured clone names no culprit: find it
    }
  };

  #post(frames: readonly Frame[]): void {
    if (frames.length > 1) {
      const moved = new Set<Transferable>(); // a set, since what is named twice is refused
      for (const frame of frames) for (const one of movedWith(frame)) moved.add(one);
      this.#port.postMessage(frames.map(toThreadTuple), [...moved]);
      return;
    }
    // A lone frame travels without an array around it: a third less to clone.
    const [frame] = frames;
    if (frame !== undefined) this.#port.postMessage(toThreadTuple(frame), movedWith(frame));
  }

  #sendOneByOne(frames: readonly Frame[]): void {
    const failed = new Set<number>(); // answers whose call has ended here with an error: nothing of theirs may follow it
    for (const frame of frames) {
      const answer = frame.kind === "item" || frame.kind === "end" || frame.kind === "error" || frame.kind === "reply";
      if (answer && failed.has(frame.id)) {
        this.#post([{ kind: "skip", size: frame.size }]);
        if ("body" in frame) this.discard(frame.body);
        continue;
      }
      try {
        this.#post([frame]);
      } catch (thrown) {
        if (answer) failed.add(frame.id);
        if ("body" in frame) this.discard(frame.body);
        const reason = thrown instanceof Error ? thrown.message : String(thrown);
        const instead = this.#receiver?.unsendable(frame, reason);
        if (instead !== undefined && !this.#over) this.#post([instead]);
      }
    }
  }

  readonly #onMessage = (batch: unknown): void => {
    if (!Array.isArray(batch)) {
      this.#receiver?.malformed("an array of frames", typeof batch);
      return;
    }
    const tuples: readonly FrameTuple[] = batch;
    this.#lone = typeof tuples[0] === "number";
    if (this.#lone) this.#receive(tuples);
    else
      for (let i = 0; i < tuples.length; i++)
        if (this.#over) closeEnds(tuples[i]);
        else this.#receive(tuples[i]);
  };

  #receive(tuple: unknown): void {
    const frame = fromThreadTuple(tuple);
    if (frame.kind === "malformed") this.#receiver?.malformed(frame.wanted, frame.got);
    else this.#receiver?.frame(frame);
  }

  readonly #onMessageError = (error: Error): void => {
    this.#receiver?.malformed("a message that this thread can read", error.message);
  };

  // Listening keeps a worker's uncaught error from ending this thread too; the exit that follows is the peer's death.
  readonly #onError = (error: unknown): void => {
    this.#error = error instanceof Error ? error.message : String(error);
  };

  readonly #onExit = (code: number): void => {
    this.#lost(this.#error === undefined ? `the worker exited with code ${code}` : `uncaught in the worker: ${this.#error}`);
  };

  readonly #onClose = (): void => this.#lost("its port was closed or its thread ended");

  #lost(reason: string): void {
    if (this.#over) return;
    this.#release();
    this.#receiver?.gone(reason);
  }

  #release(): void {
    this.#over = true;
    for (const frame of this.#first === undefined ? [] : [this.#first, ...this.#out])
      if ("body" in frame) this.discard(frame.body);
    this.#first = undefined;
    this.#out = [];
    const port = this.#port;
    port.off("message", this.#onMessage);
    port.off("messageerror", this.#onMessageError);
    if (port instanceof Worker) {
      port.off("exit", this.#onExit); // the error listener stays: the worker may still throw, and that is not this thread's end
    } else port.off("close", this.#onClose);
  }
}

const nothingMoved: Transferable[] = [];
const threadPorts: ThreadPorts = { over: (port) => new ThreadPort(port), unstarted: ThreadPort.unstarted };

// What moves with a frame and is not copied.
function movedWith(frame: Frame): Transferable[] {
  const body = bodyOf(frame);
  if (!(body instanceof CarriedBody)) return (transferList(body) ?? nothingMoved) as Transferable[]; // why: a list that is read only
  const ports = body.ends.map(([, port]) => port);
  return [...new Set([...(transferList(body.original) ?? []), ...ports])];
}

function bodyOf(frame: Frame): unknown {
  return frame.kind === "call" || frame.kind === "reply" || frame.kind === "item" ? frame.body : undefined;
}

// A body with ends of pipes in it has a further field: what leads to them.
function toThreadTuple(frame: Frame): FrameTuple {
  const carried = bodyOf(frame);
  if (!(carried instanceof CarriedBody)) return toTuple(frame);
  const { body, ends } = carried;
  return [...toTuple({ ...frame, body } as Frame), ends]; // why: a frame with a body, as the line above has seen
}

function fromThreadTuple(value: unknown): Frame | Malformed {
  const withEnds =
    Array.isArray(value) &&
    ((value[0] === 1 && (value.length === 7 || value.length === 11)) ||
      ((value[0] === 2 || value[0] === 4) && value.length === 5));
  if (!withEnds) return fromTuple(value);
  const tuple: FrameTuple = value;
  const frame = fromTuple(tuple.slice(0, -1));
  if (!("body" in frame)) return frame;
  const put = putEnds(frame.body, tuple.at(-1), threadPorts.over);
  if (put !== undefined) return { ...frame, body: put.body };
  closeEnds(tuple);
  return { kind: "malformed", wanted: "ends of pipes that fit the body", got: "others" };
}

// Nobody will read the frame, so nobody takes the ends in it.
function closeEnds(tuple: unknown): void {
  const ends: unknown = Array.isArray(tuple) ? tuple.at(-1) : undefined;
  for (const pair of Array.isArray(ends) ? ends : []) if (Array.isArray(pair) && pair[1] instanceof MessagePort) pair[1].close();
}
