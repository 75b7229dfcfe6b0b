/**
 * Two endpoints in one thread. Frames are handed over as they are: nothing is copied, nothing serialised, so a body that one side changes
 * is changed for the other. Delivery waits for the next microtask: a handler never runs inside its caller's own stack, and the order of
 * events is the same as with every other binding.
 */
import type { Binding, DialOptions, Listener } from "../binding.ts";
import { Endpoint, type EndpointOptions } from "../endpoint.ts";
import { PipeError } from "../errors.ts";
import type { Frame } from "../frame.ts";
import type { Port, PortReceiver } from "../port.ts";
import { sizeOf } from "../size.ts";

/** Two connected endpoints in one thread; an endpoint may be given its own options. */
export function pipe(options?: EndpointOptions, secondOptions: EndpointOptions | undefined = options): [Endpoint, Endpoint] {
  const [first, second] = portPair();
  return [new Endpoint(first, options), new Endpoint(second, secondOptions)];
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

function portPair(): [Port, Port] {
  const first = new InProcessPort();
  const second = new InProcessPort();
  first.connect(second);
  second.connect(first);
  return [first, second];
}

class InProcessPort implements Port {
  readonly trusted = true;
  readonly writable = true;
  #peer: InProcessPort | undefined;
  #receiver: PortReceiver | undefined;
  #inbox: Frame[] = [];
  #scheduled = false;
  #delivering = false;
  #closed = false;
  #peerClosed = false;
  readonly #drain = () => this.#deliver();

  connect(peer: InProcessPort): void {
    this.#peer = peer;
  }

  start(receiver: PortReceiver): void {
    this.#receiver = receiver;
    this.#schedule();
  }

  pack(body: unknown): unknown {
    return body;
  }

  sizeOf(body: unknown): number {
    return sizeOf(body);
  }

  send(frame: Frame): void {
    const peer = this.#peer;
    if (peer === undefined || this.#closed || peer.#closed) return;
    // A reply runs nobody's code (it resolves a promise), so it need not wait for a turn of its own, unless others are before it.
    if (frame.kind === "reply" && peer.#inbox.length === 0 && !peer.#delivering) {
      peer.#receiver?.frame(frame);
      return;
    }
    peer.#inbox.push(frame);
    peer.#schedule();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox = [];
    const peer = this.#peer;
    this.#peer = undefined;
    if (peer === undefined) return;
    peer.#peerClosed = true;
    peer.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#receiver === undefined) return;
    this.#scheduled = true;
    void settled.then(this.#drain); // cheaper than queueMicrotask, which makes an AsyncResource each time
  }

  #deliver(): void {
    this.#scheduled = false;
    const inbox = this.#inbox;
    this.#inbox = [];
    this.#delivering = true;
    for (const frame of inbox) {
      if (this.#closed) return;
      this.#receiver?.frame(frame);
    }
    this.#delivering = false;
    if (this.#inbox.length > 0) this.#schedule();
    else if (this.#peerClosed && !this.#closed) {
      this.#closed = true;
      this.#receiver?.gone("the other end was closed");
    }
  }
}
