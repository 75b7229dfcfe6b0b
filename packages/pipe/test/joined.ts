// Two ends of a connection in one process, both to be looked into: how many pipes each has. The bytes between them move by themselves.
import type { TestContext } from "node:test";
import { Connection } from "../src/connection/connection.ts";
import { type ConnectionOptions, resolveSettings } from "../src/connection/settings.ts";
import { Wire } from "../src/connection/wire.ts";
import { Endpoint } from "../src/index.ts";
import { type MemoryLink, memoryLinks } from "./memory-link.ts";

/** A connection and an endpoint of its first pipe at each end. */
export interface Joined {
  readonly near: Endpoint;
  readonly far: Endpoint;
  readonly connections: readonly [Connection, Connection];
  readonly links: readonly [MemoryLink, MemoryLink];
  /** How many pipes are open at either end. */
  readonly pipes: readonly [number, number];
  /** Bytes move no more until `go`. */
  stop(): void;
  go(): void;
}

/** Joins; `maxFrameBytes` is what each end takes. */
export function join(t: TestContext, options: ConnectionOptions = {}): Joined {
  const settings = resolveSettings({ heartbeatMs: 0, ...options });
  const links = memoryLinks();
  let farEndpoint: Endpoint | undefined;
  const connections = (["dialler", "listener"] as const).map((role, i) => {
    const session = settings.resume === undefined ? undefined : "kept";
    const agreement = { role, codec: "records", peerMaxFrameBytes: settings.maxFrameBytes, session } as const;
    const connection: Connection = new Connection(agreement, settings, {
      opened(pipe, _name, carried) {
        const port = connection.port(pipe, carried);
        if (carried) return connection.keepCarried(pipe, port);
        farEndpoint = new Endpoint(port);
        return port;
      },
    });
    const wire = new Wire(links[i]!, settings.maxFrameBytes, connection);
    wire.start();
    connection.attach(wire);
    return connection;
  });
  const [dialler, listener] = [connections[0]!, connections[1]!];
  dialler.keep();
  listener.keep();
  let going = true;
  const move = () => {
    for (const link of links) for (let i = 0; i < 50 && link.deliver(); i++);
  };
  const timer = setInterval(() => {
    if (going) move();
  }, 0);
  const near = new Endpoint(dialler.open(""));
  dialler.flush();
  move();
  t.after(() => {
    clearInterval(timer);
    dialler.close();
    listener.close();
  });
  if (farEndpoint === undefined) throw new Error("the first pipe was not opened");
  return {
    near,
    far: farEndpoint,
    connections: [dialler, listener],
    links,
    get pipes(): readonly [number, number] {
      return [dialler.pipes, listener.pipes];
    },
    stop() {
      going = false;
    },
    go() {
      going = true;
    },
  };
}
