/**
 * Endpoints over sockets that somebody else has connected: what an HTTP server upgraded, what TLS opened. The rules are those of the
 * Unix-socket binding; only how the two sockets find each other is the caller's.
 */
import type { Socket } from "node:net";
import {
  type AcceptPipe,
  dialEndpoints,
  receiveEndpoints,
  type WireDialOptions,
  type WireListenOptions,
} from "./connection/endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import { SocketLink } from "./socket-link.ts";

/** Takes connected sockets in and gives an endpoint for each pipe that is opened over them. */
export interface SocketReception {
  /** Takes over a socket; what was read of it already must have been put back (`socket.unshift(head)`). */
  receive(socket: Socket): void;
  /** Takes in no more; pipes that were let in stay open. */
  close(): void;
  /** Takes in no more, and ends all connections there are, with every pipe on them. */
  end(reason: string): void;
}

/**
 * The accepting side.
 *
 *     const reception = acceptSockets((endpoint) => receive(endpoint, solver, implementation));
 *     server.on("upgrade", (request, socket, head) => { socket.unshift(head); reception.receive(socket); });
 */
export function acceptSockets(accept: AcceptPipe, options: WireListenOptions = {}): SocketReception {
  const reception = receiveEndpoints(accept, options);
  return {
    receive: (socket) => reception.receive(new SocketLink(socket, undefined)),
    close: () => reception.close(),
    end: (reason) => {
      reception.close();
      reception.end(reason);
    },
  };
}

/**
 * The dialling side: `open` connects a socket, the first time and, with `resume`, whenever a link is lost. `address` is for messages.
 * Rejects with what `open` rejects with, `INVITATION_REFUSED`, `GREETING_FAILED`, `DIAL_CANCELLED`.
 */
export async function dialOver(
  address: string,
  open: (signal: AbortSignal | undefined) => Promise<Socket>,
  options: WireDialOptions = {},
): Promise<Endpoint> {
  const way = { address, open: async (signal: AbortSignal | undefined) => new SocketLink(await open(signal), undefined) };
  const [endpoint] = await dialEndpoints(way, [""], options);
  return endpoint!;
}
