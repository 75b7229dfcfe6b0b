/**
 * Joins two ports that write bodies differently, when an end that came over one binding is sent on over another (from a connection to a thread, and
 * the other way round): what comes at one is unpacked, packed anew and sent at the other, in its order. Nothing is decided here about
 * calls; their ends do that.
 *
 * What both ends count they have to count alike, and a body has not as many bytes in one form as in the other. So this keeps a ledger of each
 * direction: credit comes back in the receiver's count and goes on in the sender's. A stream's producer may count fewer bytes than its
 * reader; items beyond what the reader has granted wait here until it grants more, and the producer's own credit bounds them.
 */
import type { CloseCode, CreditFrame, Frame, ItemFrame, OrderedFrame } from "./frame.ts";
import { firstAllowance } from "./limits.ts";
import type { Port, PortReceiver } from "./port.ts";
import { CarriedBody } from "./thread-ends.ts";
import { dropEnds, endsIn } from "./unwanted.ts";
import { type Amount, mayEnter } from "./window.ts";

/** Lets the ends behind two ports, which nobody has started, speak with each other. */
export function bridge(a: Port, b: Port): void {
  const there = new Crossing(a, b);
  const back = new Crossing(b, a);
  there.meet(back);
  back.meet(there);
  b.start(back);
  a.start(there);
}

const lastPossibleCall = 2 ** 48 - 1;

/** A stream whose items cross. */
interface Flow {
  messages: number;
  bytes: number;
  readonly waiting: (ItemFrame | OrderedFrame)[];
}

/** One direction: takes what comes at `from` and sends it at `to`. */
class Crossing implements PortReceiver {
  readonly #from: Port;
  readonly #to: Port;
  #back: Crossing | undefined;
  #over = false;
  // What was sent at `to` and not acknowledged, in order: the messages and bytes that each took of the sender's count.
  #ledger: Amount[] = [];
  #crossed = 0; // frames acknowledged, in the receiver's count
  #sent: Amount = { messages: 0, bytes: 0 };
  #acknowledged: Amount = { messages: 0, bytes: 0 };
  #allowed: Amount = firstAllowance;
  // Streams that `from` feeds, and calls that were answered with an error in place of what `from` gave.
  readonly #flows = new Map<number, Flow>();
  readonly #failed = new Set<number>();

  constructor(from: Port, to: Port) {
    this.#from = from;
    this.#to = to;
  }

  meet(back: Crossing): void {
    this.#back = back;
  }

  frame(frame: Frame): void {
    if (this.#over) {
      if ("body" in frame) dropEnds(frame.body);
      return;
    }
    switch (frame.kind) {
      case "credit":
        this.#credit(frame);
        return;
      case "hello":
        this.#back?.allow(frame);
        this.#to.send(frame);
        return;
      case "grant":
        this.#to.send(frame);
        this.#back?.grant(frame.id, frame);
        return;
      case "cancel":
        this.#to.send(frame);
        return;
      case "close":
        this.#to.send(frame);
        this.#end();
        return;
      default:
        this.#ordered(frame);
    }
  }

  malformed(wanted: string, got: string): void {
    if (this.#over) return;
    this.#from.send(closing("frame-invalid", `frame: wanted ${wanted}; got ${got}`));
    this.gone(`the peer broke the rules: wanted ${wanted}; got ${got}`);
  }

  /** A frame that the other direction has sent here cannot be carried after all. */
  unsendable(frame: Frame, reason: string): Frame {
    return this.#back?.instead(frame, reason) ?? frame;
  }

  drained(): void {} // the ends' allowances bound what is sent meanwhile

  gone(reason: string, code: CloseCode = "gone"): void {
    if (this.#over) return;
    this.#to.send(closing(code, reason));
    this.#end();
  }

  /** The receiver said what it holds. */
  allow(allowed: Amount): void {
    this.#allowed = { messages: allowed.messages, bytes: allowed.bytes };
  }

  /** The reader of a stream that `from` feeds takes more. */
  grant(id: number, more: Amount): void {
    const flow = this.#flows.get(id);
    if (flow === undefined) return;
    flow.messages += more.messages;
    flow.bytes += more.bytes;
    while (flow.waiting.length > 0 && (flow.waiting[0]!.kind !== "item" || mayFlow(flow)))
      this.#cross(flow.waiting.shift()!, flow);
  }

  /** What is sent in place of a frame whose body cannot be carried. */
  instead(frame: Frame, reason: string): Frame {
    const size = "size" in frame ? frame.size : 0;
    if ("body" in frame) dropEnds(frame.body);
    const message = `wanted a ${frame.kind} that can be carried all the way; got one that cannot (${reason})`;
    const error = { code: "BODY_UNSENDABLE", message };
    if (frame.kind === "call") {
      this.#back?.forget(frame.id);
      this.#back?.insert({ kind: "error", id: frame.id, size: 0, error });
      return { kind: "skip", size };
    }
    if (frame.kind !== "reply" && frame.kind !== "item") return { kind: "skip", size };
    if (frame.kind === "item") {
      this.#failed.add(frame.id);
      this.#from.send({ kind: "cancel", id: frame.id });
    }
    return { kind: "error", id: frame.id, size, error };
  }

  /** A stream was not opened after all. */
  forget(id: number): void {
    this.#flows.delete(id);
  }

  /** A frame of this bridge's own: it takes nothing of the sender's count. */
  insert(frame: OrderedFrame): void {
    this.#ledger.push({ messages: 0, bytes: 0 });
    this.#to.send(frame);
  }

  #ordered(frame: OrderedFrame): void {
    if (!mayEnter(this.#sent, this.#acknowledged, this.#allowed)) {
      if ("body" in frame) dropEnds(frame.body);
      this.malformed("at most what the other end allows", "one more frame");
      return;
    }
    this.#sent = { messages: this.#sent.messages + 1, bytes: this.#sent.bytes + frame.size };
    if (frame.kind === "call" && frame.stream) this.#back?.flow(frame.id, frame);
    const flow = "id" in frame && frame.kind !== "call" ? this.#flows.get(frame.id) : undefined;
    if (flow !== undefined && (flow.waiting.length > 0 || (frame.kind === "item" && !mayFlow(flow)))) flow.waiting.push(frame);
    else this.#cross(frame, flow);
  }

  /** The other end opens a stream that `from` will feed. */
  flow(id: number, first: Amount): void {
    this.#flows.set(id, { messages: first.messages, bytes: first.bytes, waiting: [] });
  }

  #cross(frame: OrderedFrame, flow: Flow | undefined): void {
    this.#ledger.push({ messages: 1, bytes: frame.size });
    const out = this.#repacked(frame);
    if (flow !== undefined && out.kind === "item") {
      flow.messages -= 1;
      flow.bytes -= out.size;
    }
    if (flow !== undefined && (out.kind === "end" || out.kind === "error") && "id" in frame) this.#flows.delete(frame.id);
    this.#to.send(out);
  }

  #repacked(frame: OrderedFrame): OrderedFrame {
    if (frame.kind !== "skip" && frame.kind !== "call" && this.#failed.has(frame.id)) {
      if (frame.kind !== "item") this.#failed.delete(frame.id);
      if ("body" in frame) dropEnds(frame.body);
      return { kind: "skip", size: frame.size };
    }
    if (!("body" in frame)) return frame;
    try {
      const body = this.#to.pack(frame.body);
      // Both ends must count a stream's items alike: the larger of the two counts is the one on a wire.
      const out = { ...frame, body, size: Math.max(frame.size, this.#to.sizeOf(body)) };
      if (lost(body)) throw new TypeError("an end of a pipe lies deeper than this binding looks");
      return out;
    } catch (thrown) {
      const other = this.instead(frame, thrown instanceof Error ? thrown.message : String(thrown));
      return other.kind === "error" || other.kind === "skip" ? other : { kind: "skip", size: frame.size };
    }
  }

  // The receiver of what the other direction sends has acknowledged.
  #credit(frame: CreditFrame): void {
    const credit = this.#back?.credited(frame.messages);
    if (credit === undefined) this.malformed("credit for what was sent", `${frame.messages} messages`);
    else this.#to.send({ kind: "credit", ...credit });
  }

  /** So many frames are acknowledged: the same in the sender's count; undefined when it cannot be. */
  credited(frames: number): Amount | undefined {
    const count = frames - this.#crossed;
    if (count < 0 || count > this.#ledger.length) return undefined;
    this.#crossed = frames;
    let { messages, bytes } = this.#acknowledged;
    for (const one of this.#ledger.splice(0, count)) {
      messages += one.messages;
      bytes += one.bytes;
    }
    this.#acknowledged = { messages, bytes };
    return this.#acknowledged;
  }

  #end(): void {
    for (const side of [this, this.#back]) side?.stop();
    this.#from.close();
    this.#to.close();
  }

  /** Nothing crosses any more. */
  stop(): void {
    this.#over = true;
    for (const { waiting } of this.#flows.values()) for (const frame of waiting) if ("body" in frame) dropEnds(frame.body);
    this.#flows.clear();
  }
}

function mayFlow(flow: Flow): boolean {
  return flow.messages > 0 && flow.bytes > 0;
}

function closing(code: CloseCode, message: string): Frame {
  return { kind: "close", code, message, lastId: lastPossibleCall };
}

// Whether an end was left in a body that is packed for a thread, where it would be lost without a word.
function lost(packed: unknown): boolean {
  for (const _ of endsIn(packed instanceof CarriedBody ? packed.body : packed)) return true;
  return false;
}
