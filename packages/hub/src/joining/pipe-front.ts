/** Where pipes to the hub begin: its Unix socket, and connections that the HTTP front upgraded. */
import { mkdirSync } from "node:fs";
import type { Socket } from "node:net";
import { dirname } from "node:path";
import { acceptSockets, type Endpoint, type Listener, type SocketReception, unixSocket } from "@entente/pipe";
import type { Logger } from "../base/logger.ts";
import type { Principal } from "../base/tool.ts";

/** What the front of pipes stands on. */
export interface PipeFrontInput {
  /** Serves a new connection; `principal` is who it is, where that is known. */
  readonly accept: (endpoint: Endpoint, principal: Principal | undefined) => void;
  readonly log: Logger;
}

// A network may drop a connection between two that live; a Unix socket closes only when its owner does.
const resume = { graceMs: 15_000 };
// Agents of one process, its tools and its tasks share one pipe; more are for pipes that travel in messages.
const maxPipes = 64;

/** Takes in pipes until it is closed. */
export class PipeFront implements AsyncDisposable {
  readonly #input: PipeFrontInput;
  readonly #endpoints = new Map<Endpoint, Principal | undefined>();
  // Sockets come in one by one with their principals; a connection that is resumed is the one it was.
  readonly #receptions = new Map<string, SocketReception>();
  #listener: Listener | undefined;

  constructor(input: PipeFrontInput) {
    this.#input = input;
  }

  /** Listens on a Unix socket of mode 0600. A path that cannot be a socket's is said in the log, and HTTP serves alone. */
  async listen(path: string): Promise<void> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      this.#listener = await unixSocket.listen(`unix:${path}`, (endpoint) => this.#keep(endpoint, undefined), { maxPipes });
    } catch (error) {
      this.#input.log.warn({ err: error, path }, "pipes are served over HTTP only: the Unix socket could not be opened");
    }
  }

  /** Takes over a connection that HTTP upgraded for `principal`. */
  take(socket: Socket, principal: Principal): void {
    const key = `${principal.kind} ${principal.id}`;
    let reception = this.#receptions.get(key);
    if (!reception) {
      reception = acceptSockets((endpoint) => this.#keep(endpoint, principal), { resume, maxPipes });
      this.#receptions.set(key, reception);
    }
    socket.setNoDelay(true);
    reception.receive(socket);
  }

  /** Hears whose a connection is. */
  entered(endpoint: Endpoint, principal: Principal): void {
    this.#endpoints.set(endpoint, principal);
  }

  /** The clients that have connections. */
  clients(): readonly string[] {
    return [...this.#endpoints.values()].flatMap((principal) => (principal?.kind === "client" ? [principal.id] : []));
  }

  /** Ends all connections of a client, with every pipe on them. */
  end(id: string): void {
    const key = `client ${id}`;
    this.#receptions.get(key)?.end("its token was revoked");
    this.#receptions.delete(key);
    for (const [endpoint, principal] of this.#endpoints) if (principal?.id === id) endpoint.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener?.close();
    for (const reception of this.#receptions.values()) reception.close();
    for (const endpoint of this.#endpoints.keys()) endpoint.close();
  }

  #keep(endpoint: Endpoint, principal: Principal | undefined): void {
    this.#endpoints.set(endpoint, principal);
    void endpoint.closed.then(() => this.#endpoints.delete(endpoint));
    this.#input.accept(endpoint, principal);
  }
}
