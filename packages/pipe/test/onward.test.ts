// The program in the middle of a pipe that came over one connection and goes on over another: what it holds, whom it tells, whom it protects.
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { ConnectionOptions } from "../src/connection/settings.ts";
import {
  type CloseReason,
  type Endpoint,
  type EndpointOptions,
  type Frame,
  mayHaveRun,
  PipeEnd,
  PipeError,
  type Port,
  pipeEnds,
} from "../src/index.ts";
import type { MovablePort } from "../src/pipe-end.ts";
import { Encoded, forms } from "../src/wire/body.ts";
import { failure, until } from "./conformance.ts";
import { type Joined, join } from "./joined.ts";

const [take, echo, hang, count] = [1, 2, 3, 4];
const mebibyte = 1024 * 1024;

interface Chain {
  readonly first: Joined;
  readonly second: Joined;
  /** What the end that was sent on is over there. */
  readonly bound: Endpoint[];
  readonly running: () => number;
}

// An agent, a hub and another agent; the hub sends on the ends that it is given.
function chain(t: TestContext, options: EndpointOptions = {}, maxFrameBytes = 4 * mebibyte, more: ConnectionOptions = {}): Chain {
  const [first, second] = [join(t), join(t, { maxFrameBytes, ...more })];
  const bound: Endpoint[] = [];
  let running = 0;
  serve(first.far, [[take, (input) => ask(second.near, take, input)]]);
  serve(second.far, [
    [
      take,
      (input) => {
        const endpoint = (input as { end: PipeEnd }).end.bind(options); // why: what this test sends
        bound.push(endpoint);
        serve(endpoint, [
          [echo, (body) => body],
          [
            hang,
            () => {
              running += 1;
              return new Promise(() => {});
            },
          ],
          [count, (body) => (body as Uint8Array).length], // why: what this test sends
        ]);
      },
    ],
  ]);
  return { first, second, bound, running: () => running };
}

function serve(endpoint: Endpoint, methods: readonly (readonly [number, (input: unknown) => unknown])[]): void {
  const served = methods.map(([ordinal, run]) => [ordinal, { kind: "call", run }] as const);
  endpoint.serve({ interfaceId: 0, name: "chain", version: 1, methods: new Map(served) });
}

function ask(endpoint: Endpoint, ordinal: number, body?: unknown): Promise<unknown> {
  return endpoint.request({ interfaceId: 0, ordinal, kind: "call", label: "a call" }, body);
}

async function link({ first }: Chain): Promise<Endpoint> {
  const [mine, theirs] = pipeEnds();
  const endpoint = mine.bind();
  await ask(first.near, take, { end: theirs });
  return endpoint;
}

// An end whose owner keeps to no rules: what it sends is sent.
async function linkHostile({ first }: Chain): Promise<{ readonly port: Port; readonly came: Frame[] }> {
  const came: Frame[] = [];
  let port: Port | undefined;
  const lawless: MovablePort = {
    trusted: false,
    writable: true,
    start() {},
    pack: (body) => body,
    sizeOf: () => 0,
    discard() {},
    send() {},
    close() {},
    moveTo(target) {
      port = target;
      target.start({
        frame: (frame) => came.push(frame),
        malformed() {},
        unsendable: (frame) => frame,
        drained() {},
        gone() {},
      });
      target.send({ kind: "hello", protocol: 1, messages: 256, bytes: mebibyte, calls: 256 });
    },
  };
  const end = new PipeEnd(lawless);
  await ask(first.near, take, { end });
  assert.ok(port !== undefined);
  return { port, came };
}

function call(id: number, body: unknown): Frame {
  const rest = { interfaceId: 0, ordinal: echo, stream: false, deadlineMs: 0, messages: 0, bytes: 0, size: 0 };
  return { kind: "call", id, ...rest, body };
}

async function back({ first, second }: Chain, signal: AbortSignal): Promise<void> {
  await until(() => [...first.pipes, ...second.pipes].every((pipes) => pipes === 1), signal);
}

function heldBy({ second }: Chain): number {
  return second.links[0].pending.reduce((sum, { length }) => sum + length, 0);
}

describe("a pipe that goes on over another connection", { timeout: 20_000 }, () => {
  test("leaves nothing behind at any of the four ends, whoever closes it", async (t) => {
    const all = chain(t);
    for (let i = 0; i < 100; i++) {
      const near = await link(all);
      assert.equal(await ask(near, echo, i), i);
      if (i % 2 === 0) near.close();
      else all.bound.at(-1)!.close();
      await Promise.all([near.closed, all.bound.at(-1)!.closed]);
    }
    await back(all, t.signal);
  });

  for (const lost of ["first", "second"] as const)
    test(`tells each end once that the other is gone when the ${lost} connection is lost`, async (t) => {
      const all = chain(t);
      const near = await link(all);
      const far = all.bound[0]!;
      const reasons: CloseReason[] = [];
      near.onClosed((reason) => reasons.push(reason));
      far.onClosed((reason) => reasons.push(reason));
      const pending = Array.from({ length: 4 }, () => failure(ask(near, hang)));
      await until(() => all.running() === 4, t.signal);
      for (const connection of all[lost].connections) connection.lost("cut");
      for (const error of await Promise.all(pending)) {
        assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
        assert.equal(mayHaveRun(error), true);
      }
      await far.closed;
      await near.flush().catch(() => {});
      assert.equal(reasons.length, 2);
      const other = lost === "first" ? all.second : all.first;
      await until(() => other.pipes.every((pipes) => pipes === 1), t.signal);
      assert.equal(other.near.closeReason, undefined);
    });

  for (const [what, options] of [
    ["", {}],
    [", also one that allows more than the middle", { limits: { messages: 5000, bytes: 64 * mebibyte } }],
  ] as const)
    test(`is held in the middle up to its credit for an end that does not read${what}`, async (t) => {
      const all = chain(t, options);
      const near = await link(all);
      await ask(near, echo, 0);
      all.second.stop();
      all.second.links[0].writable = false;
      const body = new Uint8Array(50_000);
      const calls = Array.from({ length: 250 }, () => ask(near, count, body));
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setTimeout(resolve, 1));
      const held = heldBy(all);
      assert.ok(held > mebibyte / 2 && held < 1.2 * mebibyte, `${held} bytes are held for 12,500,000`);
      assert.ok(near.load.inTransit.bytes < 1.1 * mebibyte);
      assert.equal(await ask(all.first.near, 99).catch((error) => error.code), "METHOD_UNKNOWN"); // others are not held up
      all.second.go();
      all.second.links[0].drain();
      assert.deepEqual(new Set(await Promise.all(calls)), new Set([50_000]));
    });

  test("is ended alone when an end goes beyond its credit", async (t) => {
    const all = chain(t);
    const bystander = await link(all);
    const { port, came } = await linkHostile(all);
    all.second.stop();
    all.second.links[0].writable = false;
    for (let id = 1; id <= 400; id++) port.send(call(id, new Uint8Array(9000)));
    await until(() => came.some(({ kind }) => kind === "close"), t.signal);
    assert.ok(heldBy(all) < 1.2 * mebibyte, `${heldBy(all)}`);
    all.second.go();
    all.second.links[0].drain();
    assert.equal((await all.bound[1]!.closed).by, "peer");
    assert.equal(await ask(bystander, echo, "on"), "on");
  });

  test("is ended alone when an end floods it with what needs no credit, or credits what was not sent", async (t) => {
    const all = chain(t);
    const bystander = await link(all);
    for (const flood of [
      (port: Port) => {
        for (let id = 1; id < 4000; id++) port.send({ kind: "cancel", id });
      },
      (port: Port) => port.send({ kind: "credit", messages: 100, bytes: 0 }),
    ]) {
      const { port, came } = await linkHostile(all);
      all.second.links[0].writable = false;
      flood(port);
      await until(() => came.some(({ kind }) => kind === "close"), t.signal);
      all.second.links[0].drain();
      await all.bound.at(-1)!.closed;
    }
    assert.equal(await ask(bystander, echo, "on"), "on");
    assert.ok(all.second.pipes[0] === 2);
  });

  test("takes no more than a connection's share when many pipes go on to one that does not read", async (t) => {
    const all = chain(t, {}, 4 * mebibyte, { resume: { bufferBytes: 2 * mebibyte } });
    const pipes = await Promise.all(Array.from({ length: 8 }, () => link(all)));
    for (const near of pipes) await ask(near, echo, 0);
    all.second.stop();
    all.second.links[0].writable = false;
    const body = new Uint8Array(50_000);
    const calls = pipes.flatMap((near) => Array.from({ length: 15 }, () => ask(near, count, body)));
    const ended = Promise.allSettled(calls);
    await until(() => pipes.some((near) => near.closeReason !== undefined), t.signal);
    for (let i = 0; i < 30; i++) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.ok(all.second.connections[0].backlogBytes <= 0.7 * mebibyte, `${all.second.connections[0].backlogBytes}`);
    assert.equal(pipes.find((near) => near.closeReason !== undefined)?.closeReason?.message, "the other end does not read");
    all.second.go();
    all.second.links[0].drain();
    await ended;
    assert.equal(await ask(await link(all), echo, "on"), "on");
  });

  test("brings no connection down with bodies that cannot be read", async (t) => {
    const all = chain(t);
    const bystander = await link(all);
    for (let i = 0; i < 20; i++) {
      const { port } = await linkHostile(all);
      port.send(call(1, new Encoded(forms.records, Buffer.from([0xc1, 0xff]))));
      assert.equal((await all.bound.at(-1)!.closed).code, "frame-invalid");
    }
    assert.equal(await ask(bystander, echo, "on"), "on");
    bystander.close();
    await until(() => all.second.pipes[1] === 1 && all.second.pipes[0] === 1, t.signal);
  });

  test("ends with a frame that is larger than what is taken there, and says so", async (t) => {
    const all = chain(t, {}, 131_072);
    const near = await link(all);
    assert.equal(await ask(near, count, new Uint8Array(100_000)), 100_000);
    const error = await failure(ask(near, count, new Uint8Array(200_000)));
    assert.match(error.message, /a frame of 200000 bytes cannot go on: at most 131072/);
    await all.bound[0]!.closed;
    assert.equal(await ask(await link(all), echo, "on"), "on");
  });

  test("closes the pipes in bodies that came for it too late", async (t) => {
    const all = chain(t);
    for (let i = 0; i < 100; i++) {
      const near = await link(all);
      await ask(near, echo);
      const [mine, theirs] = pipeEnds();
      const watched = mine.bind();
      all.bound.at(-1)!.close();
      await failure(ask(near, echo, { end: theirs }));
      await watched.closed;
    }
    await back(all, t.signal);
  });
});
