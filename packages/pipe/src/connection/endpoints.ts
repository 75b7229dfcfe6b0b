/** From connections to endpoints: what every binding over bytes does alike, on either side. */
import type { Binding, Listener } from "../binding.ts";
import { Endpoint, type EndpointOptions } from "../endpoint.ts";
import type { Invitations } from "../invitation.ts";
import type { Connection } from "./connection.ts";
import { dialConnection, type Way } from "./dialling.ts";
import { Reception } from "./reception.ts";
import { type ConnectionOptions, resolveSettings } from "./settings.ts";

/** What a binding over bytes takes beside an endpoint's options. */
export interface WireOptions extends EndpointOptions, Omit<ConnectionOptions, "clock"> {}

/** What a listener over bytes takes. */
export interface WireListenOptions extends WireOptions {
  /** Let in only who brings a token of these; left out: whoever reaches the address. */
  readonly invitations?: Invitations | undefined;
}

/** What dialling over bytes takes. */
export interface WireDialOptions extends WireOptions {
  readonly signal?: AbortSignal | undefined;
  /** The one-time token of an invitation. */
  readonly token?: string | undefined;
}

/** Gets each new endpoint and the name its pipe was opened under; the first pipe of a dialler has the empty name. */
export type AcceptPipe = (endpoint: Endpoint, name: string) => void;

/** A binding over bytes: its listeners may want invitations and get pipes by name, its diallers may open several at once. */
export interface WireBinding extends Binding {
  listen(address: string, accept: AcceptPipe, options?: WireListenOptions): Promise<Listener>;
  dial(address: string, options?: WireDialOptions): Promise<Endpoint>;
  /** Opens one connection with a pipe for each name; the listener's `accept` is told the names. */
  dialNamed(address: string, names: readonly string[], options?: WireDialOptions): Promise<readonly Endpoint[]>;
}

/** The door of a listener that makes an endpoint of every pipe it lets in. */
export function receiveEndpoints(accept: AcceptPipe, options: WireListenOptions = {}): Reception {
  return new Reception(resolveSettings(options), options.invitations, (names) => {
    let connection: Connection;
    return {
      made: (fresh) => {
        connection = fresh;
      },
      opened: (pipe, name, carried) => {
        const port = connection.port(pipe, carried);
        if (carried) return connection.keepCarried(pipe, port);
        if (names !== undefined && !names.has(name)) return `the invitation has no pipe "${name}"`;
        // Later: the pipe has to be routed before its endpoint speaks. What accept throws is the listener's.
        queueMicrotask(() => accept(new Endpoint(port, options), name));
        return port;
      },
    };
  });
}

/** Opens a connection and one pipe for each name. The connection ends with its last pipe. */
export async function dialEndpoints(
  way: Way,
  names: readonly string[],
  options: WireDialOptions = {},
): Promise<readonly Endpoint[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Endpoint[]>();
  let connection: Connection;
  await dialConnection(
    way,
    resolveSettings(options),
    options,
    {
      opened: (pipe, _name, carried) => {
        if (!carried) return "a dialler serves no pipes by name";
        return connection.keepCarried(pipe, connection.port(pipe, true));
      },
    },
    (fresh) => {
      connection = fresh;
      const ports = names.map((name) => connection.open(name)); // all of them first, so that none is the last one while others come
      resolve(ports.map((port) => new Endpoint(port, options)));
    },
  );
  return await promise;
}
