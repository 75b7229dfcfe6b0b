/**
 * Endpoints in two threads. `overPort` takes a port that the program has passed around itself; the binding finds a thread by its id, with
 * Node's `postMessageToThread`: an address is `thread:ID/NAME`, and dialling sends one end of a fresh MessageChannel there.
 */
import { MessageChannel, MessagePort, postMessageToThread, threadId, type Worker } from "node:worker_threads";
import type { Binding, DialOptions, Listener } from "../binding.ts";
import { Endpoint, type EndpointOptions } from "../endpoint.ts";
import { PipeError } from "../errors.ts";
import { ThreadPort } from "../thread-port.ts";

/**
 * An endpoint over a port whose other end is given to `overPort` too. Takes a MessagePort, a worker's `parentPort`, or a Worker, whose
 * uncaught error and exit then count as the peer's death. Closing the endpoint closes a MessagePort, never a Worker.
 *
 *     const endpoint = overPort(new Worker(new URL("./solver.ts", import.meta.url)));
 */
export function overPort(port: MessagePort | Worker, options?: EndpointOptions): Endpoint {
  return new Endpoint(new ThreadPort(port), options);
}

/** The binding `thread`: addresses are `thread:ID/NAME`, where ID is the listening thread's `threadId`. */
export const binding: Binding = { name: "thread", listen, dial };

interface Entry {
  readonly accept: (endpoint: Endpoint) => void;
  readonly options: EndpointOptions | undefined;
}

const accepted = "entente-pipe-accepted";
const listeners = new Map<string, Entry>();
let unnamed = 0;
let keeper: MessagePort | undefined; // listening keeps a thread alive, as a server does; workerMessage alone would not

async function listen(wanted: string, accept: Entry["accept"], options?: EndpointOptions): Promise<Listener> {
  if (wanted === "") unnamed += 1;
  const { thread, name } = wanted === "" ? { thread: threadId, name: `#${unnamed}` } : parse(wanted);
  if (thread !== threadId) throw new PipeError("ADDRESS_INVALID", { wanted: `this thread's id, ${threadId}`, got: wanted });
  const address = `thread:${thread}/${name}`;
  if (listeners.has(name)) throw new PipeError("ADDRESS_TAKEN", { address });
  const entry = { accept, options };
  if (listeners.size === 0) {
    process.on("workerMessage", onThreadMessage);
    keeper = new MessageChannel().port1;
    keeper.ref();
  }
  listeners.set(name, entry);
  const close = async () => {
    if (listeners.get(name) !== entry) return;
    listeners.delete(name);
    if (listeners.size > 0) return;
    process.off("workerMessage", onThreadMessage);
    keeper?.close();
  };
  return { address, close, [Symbol.asyncDispose]: close };
}

async function dial(address: string, options: DialOptions = {}): Promise<Endpoint> {
  const { thread, name } = parse(address);
  const { signal } = options;
  const cancelled = () => new PipeError("DIAL_CANCELLED", { address }, { cause: signal?.reason });
  if (signal?.aborted) throw cancelled();
  const { port1, port2 } = new MessageChannel();
  const { promise, resolve, reject } = Promise.withResolvers<Endpoint>();
  const settle = () => {
    port1.off("message", onMessage);
    port1.off("close", onClose);
    signal?.removeEventListener("abort", onAbort);
  };
  // The endpoint takes over in this very turn: frames may follow the word at once.
  const onMessage = (message: unknown) => {
    settle();
    if (message === accepted) resolve(overPort(port1, options));
    else refuse(new PipeError("ADDRESS_UNKNOWN", { address }));
  };
  const onClose = () => refuse(new PipeError("ADDRESS_UNKNOWN", { address }));
  const onAbort = () => refuse(cancelled());
  const refuse = (error: PipeError) => {
    settle();
    port1.close();
    reject(error);
  };
  port1.on("message", onMessage);
  port1.on("close", onClose);
  signal?.addEventListener("abort", onAbort, { once: true });
  knock(thread, name, port2).catch((cause) => refuse(new PipeError("ADDRESS_UNKNOWN", { address }, { cause })));
  return promise;
}

async function knock(thread: number, name: string, port: MessagePort): Promise<void> {
  if (thread === threadId) answer(name, port);
  else await postMessageToThread(thread, { ententePipe: name, port }, [port]);
}

// Other parts of the program may use workerMessage too: what is not ours is left alone, and nothing here may throw into Node's dispatch.
function onThreadMessage(message: unknown): void {
  if (typeof message !== "object" || message === null || !("ententePipe" in message) || !("port" in message)) return;
  if (typeof message.ententePipe === "string" && message.port instanceof MessagePort) answer(message.ententePipe, message.port);
}

function answer(name: string, port: MessagePort): void {
  const entry = listeners.get(name);
  if (entry === undefined) {
    port.close();
    return;
  }
  port.postMessage(accepted);
  queueMicrotask(() => entry.accept(overPort(port, entry.options))); // what accept throws is the listener's, not the dialler's
}

function parse(address: string): { readonly thread: number; readonly name: string } {
  const match = /^thread:(\d{1,9})\/(.+)$/.exec(address);
  if (match === null) throw new PipeError("ADDRESS_INVALID", { wanted: "thread:ID/NAME", got: address });
  return { thread: Number(match[1]), name: match[2]! };
}
