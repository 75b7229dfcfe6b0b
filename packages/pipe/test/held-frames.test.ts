// What is kept of a peer's frames for pipes that nobody has bound yet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../src/connection/connection.ts";
import type { RoutePort } from "../src/connection/route.ts";
import { resolveSettings } from "../src/connection/settings.ts";
import { Wire } from "../src/connection/wire.ts";
import { Endpoint } from "../src/index.ts";
import { MemoryLink } from "./memory-link.ts";
import { raw, rawFrame } from "./raw-peer.ts";

const carriedFlag = 1;
const bytesForm = 3 << 1;
const large = Buffer.alloc(1024 * 1024);

class Listener {
  readonly connection: Connection;
  readonly ports = new Map<number, RoutePort>();
  readonly #link = new MemoryLink();
  #sequence = 0;

  constructor() {
    const agreement = { role: "listener", codec: "records", peerMaxFrameBytes: 4 * 1024 * 1024 } as const;
    this.connection = new Connection(agreement, resolveSettings({ heartbeatMs: 0 }), {
      opened: (pipe) => {
        const port = this.connection.port(pipe);
        this.ports.set(pipe, port);
        return this.connection.keepCarried(pipe, port);
      },
    });
    const wire = new Wire(this.#link, 4 * 1024 * 1024, this.connection);
    wire.start();
    this.connection.attach(wire);
  }

  open(pipe: number): void {
    this.#link.feed(rawFrame({ kind: raw.open, flags: carriedFlag, pipe, sequence: ++this.#sequence }));
    const allowance = { a: 256, b: 1024 * 1024, c: 256 };
    this.#link.feed(rawFrame({ kind: raw.hello, pipe, sequence: ++this.#sequence, call: 1, ...allowance }));
  }

  call(pipe: number, body: Uint8Array): void {
    this.#link.feed(rawFrame({ kind: raw.call, flags: bytesForm, pipe, sequence: ++this.#sequence, call: 1 }, body));
  }

  /** The pipes that were closed here so far. */
  closed(): number[] {
    this.connection.flush();
    const all = Buffer.concat(this.#link.pending);
    const pipes: number[] = [];
    for (let at = 0; at < all.length; at += 32 + all.readUInt32LE(at))
      if (all[at + 4] === raw.close) pipes.push(all.readUInt32LE(at + 8));
    return pipes;
  }
}

test("large frames for pipes that nobody has bound share one budget of their connection; a pipe beyond it is closed alone", async () => {
  const listener = new Listener();
  const pipes = Array.from({ length: 8 }, (_, i) => 2 * i + 1);
  for (const pipe of pipes) listener.open(pipe);
  for (const pipe of pipes) listener.call(pipe, large);
  assert.deepEqual(listener.closed(), [11, 13, 15]);
  assert.equal(listener.connection.closed, false);

  const bound = new Endpoint(listener.ports.get(1)!);
  const violated = new Endpoint(listener.ports.get(11)!);
  assert.equal((await violated.closed).code, "frame-invalid");
  assert.equal(bound.closeReason, undefined);
  assert.equal(listener.connection.pipes, 7, "the one that was closed and bound is forgotten");

  for (const pipe of [17, 19]) {
    listener.open(pipe);
    listener.call(pipe, large);
  }
  assert.deepEqual(listener.closed(), [11, 13, 15, 19], "what was bound has made room for one more");
  listener.connection.close();
});

test("every pipe has its first allowance beside that budget", () => {
  const listener = new Listener();
  for (let pipe = 1; pipe <= 101; pipe += 2) {
    listener.open(pipe);
    listener.call(pipe, large.subarray(0, pipe < 12 ? undefined : 64 * 1024));
  }
  assert.deepEqual(listener.closed(), [11]);
  listener.connection.close();
});
