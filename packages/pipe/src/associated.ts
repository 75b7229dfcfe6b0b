/**
 * Interfaces that are handed over and share the pipe they are handed over on: calls on them keep their order with all others of that pipe,
 * which a pipe of their own would not. What travels in the body is a number.
 */
import type { Endpoint } from "./endpoint.ts";
import type { Interface, Methods } from "./interface.ts";
import { type Implementation, receive } from "./receive.ts";
import { type Remote, remote, type ValidationOptions } from "./remote.ts";

/** What is put into a body for the peer to call back with. */
export interface Associated {
  readonly associated: number;
}

/** A schema for `Associated`. */
export const associatedSchema = {
  parse(value: unknown): Associated {
    if (typeof value !== "object" || value === null || !("associated" in value) || typeof value.associated !== "number")
      throw new TypeError("wanted an associated interface");
    return { associated: value.associated };
  },
};

// From here up interface ids are handed out; below they are declared.
const firstAssociated = 0x8000_0000;
const lastGiven = new WeakMap<Endpoint, number>();

/**
 * Serves an interface on this pipe under a number of its own, to be handed over in a body; `stop` ends that.
 *
 *     const { handle, stop } = associate(endpoint, progress, { step: (n) => bar.set(n) });
 *     await client.train({ model, progress: handle });
 */
export function associate<M extends Methods>(
  endpoint: Endpoint,
  iface: Interface<M>,
  implementation: Implementation<M>,
  options?: ValidationOptions,
): { readonly handle: Associated; readonly stop: () => void } {
  const id = (lastGiven.get(endpoint) ?? firstAssociated - 1) + 1;
  lastGiven.set(endpoint, id);
  const stop = receive(endpoint, { ...iface, id }, implementation, options);
  return { handle: { associated: id }, stop };
}

/** A client for an interface that the peer has handed over on this pipe. */
export function associatedRemote<M extends Methods>(
  endpoint: Endpoint,
  iface: Interface<M>,
  handle: Associated,
  options?: ValidationOptions,
): Remote<M> {
  return remote(endpoint, { ...iface, id: handle.associated }, options);
}
