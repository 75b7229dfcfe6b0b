/**
 * Connections to NATS servers, shared within the process and closed with their last user. The client is loaded when the first one is wanted, so
 * that a program without NATS carries none of it.
 */
import type { NatsConnection } from "@nats-io/nats-core";
import { PipeError } from "./errors.ts";

/** A server and a subject: `nats://HOST:PORT/SUBJECT`. */
export interface NatsAddress {
  readonly server: string;
  readonly subject: string;
}

/** One user's share of a connection. */
export interface NatsClient {
  readonly connection: NatsConnection;
  /** Runs `lost` when the server is out of reach, also when the client finds it again: what was on its way is gone. The answer takes it back. */
  onLost(lost: (reason: string) => void): () => void;
  /** A subject that nobody else can guess. */
  inbox(): string;
  release(): void;
}

interface Shared {
  readonly connection: Promise<NatsConnection>;
  readonly listeners: Set<(reason: string) => void>;
  users: number;
}

const shared = new Map<string, Shared>();

/** Reads an address. Throws `ADDRESS_INVALID`. */
export function parseNatsAddress(address: string): NatsAddress {
  const match = /^nats:\/\/([^/\s]+:\d{1,5})\/([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)$/.exec(address);
  if (match === null) throw new PipeError("ADDRESS_INVALID", { wanted: "nats://HOST:PORT/SUBJECT", got: address });
  return { server: match[1]!, subject: match[2]! };
}

/** A share of the connection to a server. Rejects with `ADDRESS_UNKNOWN` when it cannot be reached. */
export async function natsClient(server: string): Promise<NatsClient> {
  const { connect, createInbox } = await import("@nats-io/transport-node");
  let entry = shared.get(server);
  if (entry === undefined) {
    entry = {
      connection: connect({ servers: server, maxReconnectAttempts: -1, reconnectTimeWait: 100 }),
      listeners: new Set(),
      users: 0,
    };
    shared.set(server, entry);
    entry.connection.then((connection) => watch(connection, entry!.listeners)).catch(() => shared.delete(server)); // told to each user below
  }
  entry.users += 1;
  const { listeners } = entry;
  let connection: NatsConnection;
  try {
    connection = await entry.connection;
  } catch (cause) {
    throw new PipeError("ADDRESS_UNKNOWN", { address: `nats://${server}` }, { cause });
  }
  let released = false;
  return {
    connection,
    onLost(lost) {
      listeners.add(lost);
      return () => listeners.delete(lost);
    },
    inbox: () => createInbox(),
    release() {
      if (released) return;
      released = true;
      entry.users -= 1;
      if (entry.users > 0) return;
      shared.delete(server);
      connection.flush().then(
        () => connection.close(),
        () => connection.close(), // out of reach: there is nothing left to flush
      );
    },
  };
}

async function watch(connection: NatsConnection, listeners: ReadonlySet<(reason: string) => void>): Promise<void> {
  for await (const { type } of connection.status())
    if (type === "disconnect" || type === "close") for (const lost of [...listeners]) lost("the NATS server is out of reach");
}
