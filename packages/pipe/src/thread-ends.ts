/**
 * Ends of pipes in the body of a message between threads. Structured clone knows nothing of them: each is taken out (the body itself, or one
 * level down in an array or object, where sizes are looked for too) and a MessagePort that leads to its other end goes along in its place.
 */
import { MessageChannel, MessagePort } from "node:worker_threads";
import { movePort, PipeEnd } from "./pipe-end.ts";
import type { Port } from "./port.ts";

/** A body without the ends it held, and what leads to them, by their keys; the key of a body that is an end itself is null. */
export class CarriedBody {
  readonly original: unknown;
  readonly body: unknown;
  readonly ends: readonly (readonly [string | number | null, MessagePort])[];

  constructor(original: unknown, body: unknown, ends: CarriedBody["ends"]) {
    this.original = original;
    this.body = body;
    this.ends = ends;
  }
}

/** Makes a port of this thread's side of a channel, and tells the MessagePort of one that nobody has started. */
export interface ThreadPorts {
  over(port: MessagePort): Port;
  unstarted(port: Port): MessagePort | undefined;
}

const most = 32;

/** Takes the ends out of a body; the body itself when it has none. Throws for an end that cannot be sent. */
export function takeEnds(body: unknown, ports: ThreadPorts): unknown {
  if (!PipeEnd.any || typeof body !== "object" || body === null || ArrayBuffer.isView(body)) return body;
  if (body instanceof PipeEnd) return new CarriedBody(body, null, [[null, lead(body, ports)]]);
  const keys = Array.isArray(body) ? [...body.slice(0, most).keys()] : Object.keys(body).slice(0, most);
  const fields = body as Record<string | number, unknown>; // why: looked up under its own keys
  const found = keys.filter((key) => fields[key] instanceof PipeEnd);
  if (found.length === 0) return body;
  refuseUntakable(found.map((key) => fields[key] as PipeEnd)); // why: found as ones above
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(body) ? [...body] : { ...body };
  const ends = found.map((key) => {
    Reflect.set(copy, key, null);
    return [key, lead(fields[key] as PipeEnd, ports)] as const; // why: found as one above
  });
  return new CarriedBody(body, copy, ends);
}

/** Puts the ends that came along into their places. Undefined when they do not fit the body. */
export function putEnds(body: unknown, ends: unknown, over: (port: MessagePort) => Port): { readonly body: unknown } | undefined {
  if (!Array.isArray(ends)) return undefined;
  let whole = body;
  for (const pair of ends) {
    if (!Array.isArray(pair) || !(pair[1] instanceof MessagePort)) return undefined;
    const end = new PipeEnd(over(pair[1]));
    const key: unknown = pair[0];
    if (key === null) whole = end;
    else if (
      typeof whole === "object" &&
      whole !== null &&
      (typeof key === "string" || typeof key === "number") &&
      Object.hasOwn(whole, key)
    )
      Reflect.set(whole, key, end);
    else return undefined;
  }
  return { body: whole };
}

// Before any of them is taken, since those before the bad one would lead nowhere.
function refuseUntakable(ends: readonly PipeEnd[]): void {
  if (new Set(ends).size < ends.length) throw new TypeError("wanted each end of a pipe once; got the same one twice");
  for (const end of ends) if (end.taken) end.take("was sent"); // throws
}

function lead(end: PipeEnd, ports: ThreadPorts): MessagePort {
  const port = end.take("was sent");
  const own = ports.unstarted(port);
  if (own !== undefined) return own;
  const { port1, port2 } = new MessageChannel();
  movePort(port, ports.over(port1));
  return port2;
}
