/**
 * Endpoints in two processes of one machine, over a Unix socket: an address is `unix:PATH`. Frames of one turn leave in one write; reads
 * go into one buffer or straight into a body's own (socket-link.ts). The socket's file has mode 0600, so the user's own processes can reach it.
 */
import { randomBytes } from "node:crypto";
import { createConnection, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Listener } from "../binding.ts";
import type { Way } from "../connection/dialling.ts";
import {
  type AcceptPipe,
  dialEndpoints,
  receiveEndpoints,
  type WireBinding,
  type WireDialOptions,
  type WireListenOptions,
} from "../connection/endpoints.ts";
import type { Link } from "../connection/link.ts";
import { Reception } from "../connection/reception.ts";
import { hostRelayed } from "../connection/relay.ts";
import { resolveSettings } from "../connection/settings.ts";
import type { Endpoint } from "../endpoint.ts";
import { PipeError } from "../errors.ts";
import { listenOnFile } from "../socket-file.ts";
import { rewrap, SocketLink, SocketReading } from "../socket-link.ts";

/** A binding over bytes that can also pass pipes on. */
export interface UnixSocketBinding extends WireBinding {
  /** Accepts on `address` and passes every pipe on to `target`, without decoding a body. */
  relay(address: string, target: string, options?: WireListenOptions): Promise<Listener>;
}

/** The binding `unix`: addresses are `unix:PATH`. */
export const binding: UnixSocketBinding = { name: "unix", listen, dial, dialNamed, relay };

const prefix = "unix:";

async function listen(wanted: string, accept: AcceptPipe, options: WireListenOptions = {}): Promise<Listener> {
  return await listenWith(receiveEndpoints(accept, options), wanted);
}

async function relay(wanted: string, target: string, options: WireListenOptions = {}): Promise<Listener> {
  const [way, settings] = [wayTo(target), resolveSettings(options)];
  const reception = new Reception(settings, options.invitations, (_names, greeting) => hostRelayed(way, settings, greeting));
  return await listenWith(reception, wanted);
}

async function listenWith(reception: Reception, wanted: string): Promise<Listener> {
  const { address, close } = await listenForLinks(wanted, (link) => reception.receive(link));
  const closeAll = async () => {
    close();
    reception.close();
  };
  return { address, close: closeAll, [Symbol.asyncDispose]: closeAll };
}

async function dial(address: string, options: WireDialOptions = {}): Promise<Endpoint> {
  const [endpoint] = await dialNamed(address, [""], options);
  return endpoint!;
}

async function dialNamed(address: string, names: readonly string[], options: WireDialOptions = {}): Promise<readonly Endpoint[]> {
  return await dialEndpoints(wayTo(address), names, options);
}

async function listenForLinks(
  wanted: string,
  accept: (link: Link) => void,
): Promise<{ readonly address: string; readonly close: () => void }> {
  const path = wanted === "" ? join(tmpdir(), `entente-${randomBytes(8).toString("hex")}.sock`) : parse(wanted);
  const address = `${prefix}${path}`;
  const server = createServer({ pauseOnConnect: true }, (socket: Socket) => {
    const reading = new SocketReading();
    const wrapped = rewrap(socket, reading);
    accept(wrapped === undefined ? new SocketLink(socket, undefined) : new SocketLink(wrapped, reading));
  });
  const remove = await listenOnFile(server, path, address);
  const close = () => {
    if (!server.listening) return;
    remove();
    server.close();
  };
  return { address, close };
}

function wayTo(address: string): Way {
  const path = parse(address);
  return { address, open: (signal) => connect(path, address, signal) };
}

function connect(path: string, address: string, signal: AbortSignal | undefined): Promise<Link> {
  const cancelled = () => new PipeError("DIAL_CANCELLED", { address }, { cause: signal?.reason });
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    const reading = new SocketReading();
    const socket = createConnection({ path, onread: reading.onread });
    const settle = () => {
      socket.removeAllListeners();
      signal?.removeEventListener("abort", abort);
    };
    const abort = () => {
      settle();
      socket.destroy();
      reject(cancelled());
    };
    signal?.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      settle();
      resolve(new SocketLink(socket, reading));
    });
    socket.once("error", (cause) => {
      settle();
      reject(new PipeError("ADDRESS_UNKNOWN", { address }, { cause }));
    });
  });
}

function parse(address: string): string {
  const path = address.slice(prefix.length);
  if (!address.startsWith(prefix) || path === "" || path.includes("\0"))
    throw new PipeError("ADDRESS_INVALID", { wanted: "unix:PATH", got: address });
  return path;
}
