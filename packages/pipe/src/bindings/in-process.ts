/**
 * Two endpoints in one thread. Frames are handed over as they are: nothing is copied, nothing serialised, so a body that one side changes
 * is changed for the other. Delivery waits for the next microtask: a handler never runs inside its caller's own stack, and the order of
 * events is the same as with every other binding.
 */
import type { Binding, DialOptions, Listener } from "../binding.ts";
import { Endpoint, type EndpointOptions } from "../endpoint.ts";
import { PipeError } from "../errors.ts";
import type { CloseCode, CreditFrame, Frame } from "../frame.ts";
import { type MovablePort, movePort, PipeEnd } from "../pipe-end.ts";
import type { Port, PortReceiver } from "../port.ts";
import { ownSizeOf } from "../size.ts";
import { dropEnds } from "../unwanted.ts";

/** Two connected endpoints in one thread; an endpoint may be given its own options. */
export function pipe(options?: EndpointOptions, secondOptions: EndpointOptions | undefined = options): [Endpoint, Endpoint] {
  const [first, second] = portPair();
  return [new Endpoint(first, options), new Endpoint(second, secondOptions)];
}

/**
 * A pipe whose ends nobody speaks on yet: bind one and send the other in a body, to whichever thread or process the body goes.
 *
 *     const [mine, theirs] = pipeEnds();
 *     receive(mine.bind(), events, listener);
 *     await client.subscribe({ events: theirs });
 */
export function pipeEnds(): [PipeEnd, PipeEnd] {
  const [first, second] = portPair(false); // they may come to lie in different programs
  return [new PipeEnd(first), new PipeEnd(second)];
}

/** The binding `in-process`: addresses are names within this thread. */
export const binding: Binding = { name: "in-process", listen, dial };

interface Entry {
  readonly accept: (endpoint: Endpoint) => void;
  readonly options: EndpointOptions | undefined;
}

const settled = Promise.resolve();
const prefix = "in-process:";
const listeners = new Map<string, Entry>();
let unnamed = 0;

async function listen(wanted: string, accept: Entry["accept"], options?: EndpointOptions): Promise<Listener> {
  if (wanted === "") unnamed += 1;
  const address = wanted === "" ? `${prefix}#${unnamed}` : parse(wanted);
  if (listeners.has(address)) throw new PipeError("ADDRESS_TAKEN", { address });
  const entry = { accept, options };
  listeners.set(address, entry);
  const close = async () => {
    if (listeners.get(address) === entry) listeners.delete(address);
  };
  return { address, close, [Symbol.asyncDispose]: close };
}

async function dial(wanted: string, options: DialOptions = {}): Promise<Endpoint> {
  const address = parse(wanted);
  if (options.signal?.aborted) throw new PipeError("DIAL_CANCELLED", { address }, { cause: options.signal.reason });
  const entry = listeners.get(address);
  if (entry === undefined) throw new PipeError("ADDRESS_UNKNOWN", { address });
  const [near, far] = portPair();
  const endpoint = new Endpoint(near, options);
  queueMicrotask(() => entry.accept(new Endpoint(far, entry.options))); // what accept throws is the listener's, not the dialler's
  return endpoint;
}

function parse(address: string): string {
  if (!address.startsWith(prefix) || address.length === prefix.length)
    throw new PipeError("ADDRESS_INVALID", { wanted: `${prefix}NAME`, got: address });
  return address;
}

function portPair(trusted = true): [InProcessPort, InProcessPort] {
  const first = new InProcessPort(trusted);
  const second = new InProcessPort(trusted);
  first.connect(second);
  second.connect(first);
  return [first, second];
}

class InProcessPort implements MovablePort {
  readonly trusted: boolean;
  #peer: InProcessPort | undefined;
  #receiver: PortReceiver | undefined;
  // The first frame that waits, and those behind it: mostly there is one alone, and an array for it would be a tenth of a call.
  #first: Frame | undefined;
  #inbox: Frame[] = [];
  #scheduled = false;
  #delivering = false;
  #closed = false;
  #gone: { readonly reason: string; readonly code: CloseCode } | undefined;
  // Set when the other end was moved elsewhere: the way there.
  #via: Port | undefined;
  readonly #drain = () => this.#deliver();

  constructor(trusted: boolean) {
    this.trusted = trusted;
  }

  connect(peer: InProcessPort): void {
    this.#peer = peer;
  }

  get writable(): boolean {
    return this.#via === undefined || this.#via.writable;
  }

  start(receiver: PortReceiver): void {
    this.#receiver = receiver;
    if (this.#via !== undefined) this.#via.start(receiver);
    else this.#schedule();
  }

  pack(body: unknown): unknown {
    return this.#via === undefined ? body : this.#via.pack(body);
  }

  sizeOf(body: unknown): number {
    return this.#via === undefined ? ownSizeOf(body) : this.#via.sizeOf(body);
  }

  discard(body: unknown): void {
    if (this.#via === undefined) dropEnds(body);
    else this.#via.discard(body);
  }

  send(frame: Frame): void {
    if (this.#via !== undefined) {
      if (!this.#closed) this.#via.send(frame);
      return;
    }
    const peer = this.#peer;
    if (peer === undefined || this.#closed || peer.#closed) {
      drop(frame);
      return;
    }
    // A reply runs nobody's code (it resolves a promise), so it need not wait for a turn of its own, unless others are before it.
    if (frame.kind === "reply" && peer.#first === undefined && !peer.#delivering) {
      peer.#receiver?.frame(frame);
      return;
    }
    peer.#arrive(frame);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const queued = this.#first === undefined ? [] : [this.#first, ...this.#inbox];
    this.#first = undefined;
    this.#inbox = [];
    this.#via?.close();
    const peer = this.#peer;
    this.#peer = undefined;
    if (peer !== undefined) peer.#lose("the other end was closed", "gone");
    queued.forEach(drop);
  }

  moveTo(target: Port): void {
    if (this.#via !== undefined) {
      // The other end has gone elsewhere before this one: nothing is left here.
      this.#closed = true;
      movePort(this.#via, target);
      return;
    }
    const peer = this.#peer;
    const queued = this.#first === undefined ? [] : [this.#first, ...this.#inbox];
    const gone = this.#gone;
    this.#closed = true;
    this.#peer = undefined;
    this.#first = undefined;
    this.#inbox = [];
    if (peer === undefined || gone !== undefined) {
      // The other end is closed already; what it had sent still arrives.
      target.start(nobody);
      resend(target, queued, undefined);
      target.send({ kind: "close", code: gone?.code ?? "gone", message: gone?.reason ?? "closed", lastId: 0 });
      target.close();
      return;
    }
    peer.#peer = undefined;
    peer.#via = target;
    if (peer.#receiver === undefined) return; // it has sent nothing, and starts the target when it is started itself
    const drift = new Drift();
    target.start({
      frame: (frame) => peer.#arrive(frame.kind === "credit" ? drift.correct(frame) : frame),
      malformed: (wanted, got) => peer.#receiver?.malformed(wanted, got),
      unsendable: (frame, reason) => peer.#receiver?.unsendable(frame, reason) ?? frame,
      drained: () => peer.#receiver?.drained(),
      gone: (reason, code = "gone") => peer.#lose(reason, code),
    });
    resend(target, queued, { drift, refuse: (frame, reason) => peer.#receiver?.unsendable(frame, reason) });
  }

  #hand(frame: Frame): void {
    if (this.#closed) drop(frame);
    else this.#receiver?.frame(frame);
  }

  #arrive(frame: Frame): void {
    if (this.#first === undefined) this.#first = frame;
    else this.#inbox.push(frame);
    this.#schedule();
  }

  #lose(reason: string, code: CloseCode): void {
    this.#gone ??= { reason, code };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#receiver === undefined) return;
    this.#scheduled = true;
    void settled.then(this.#drain); // cheaper than queueMicrotask, which makes an AsyncResource each time
  }

  #deliver(): void {
    this.#scheduled = false;
    const first = this.#first;
    const rest = this.#inbox;
    this.#first = undefined;
    if (rest.length > 0) this.#inbox = [];
    this.#delivering = true;
    if (first !== undefined) this.#hand(first);
    for (let i = 0; i < rest.length; i++) this.#hand(rest[i]!);
    this.#delivering = false;
    if (this.#first !== undefined) this.#schedule();
    else if (this.#gone !== undefined && !this.#closed) {
      this.#closed = true;
      this.#receiver?.gone(this.#gone.reason, this.#gone.code);
    }
  }
}

// Nobody will read it.
function drop(frame: Frame): void {
  if ("body" in frame) dropEnds(frame.body);
}

/**
 * The bytes of what was sent before the move: this side counted them by looking, the other end by what they took on the wire. It
 * acknowledges in its own count, which is brought back to this side's here. Later bodies are counted alike by both.
 */
class Drift {
  readonly #ours: number[] = [0];
  readonly #theirs: number[] = [0];

  /** One ordered frame crossed. */
  add(ours: number, theirs: number): void {
    this.#ours.push(this.#ours.at(-1)! + ours);
    this.#theirs.push(this.#theirs.at(-1)! + theirs);
  }

  correct(frame: CreditFrame): CreditFrame {
    const last = this.#ours.length - 1;
    if (frame.messages < last) return { ...frame, bytes: this.#ours[frame.messages]! };
    return { ...frame, bytes: frame.bytes + this.#ours[last]! - this.#theirs[last]! };
  }
}

interface Resending {
  readonly drift: Drift;
  readonly refuse: (frame: Frame, reason: string) => Frame | undefined;
}

// Sends on what had been queued in this process, where bodies are not packed.
function resend(target: Port, frames: readonly Frame[], how: Resending | undefined): void {
  for (const frame of frames) {
    let out: Frame | undefined = frame;
    if ("body" in frame)
      try {
        const body = target.pack(frame.body);
        out = { ...frame, body, size: target.sizeOf(body) };
      } catch (thrown) {
        if (how === undefined || frame.kind !== "call") dropEnds(frame.body); // what is in a call that failed is still its caller's
        out = how?.refuse(frame, thrown instanceof Error ? thrown.message : String(thrown));
      }
    if (out === undefined) continue;
    if ("size" in frame && "size" in out) how?.drift.add(frame.size, out.size);
    target.send(out);
  }
}

const nobody: PortReceiver = {
  frame() {},
  malformed() {},
  unsendable: (frame) => frame,
  drained() {},
  gone() {},
};
