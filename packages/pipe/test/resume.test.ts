// Connections that lose their link and go on over another, on real sockets that are cut after any byte; and the cases in which they cannot.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { Replay } from "../src/connection/replay.ts";
import { type Endpoint, mayHaveRun, PipeError, receive, remote, unixSocket, type WireOptions } from "../src/index.ts";
import { Header, headerBytes } from "../src/wire/header.ts";
import { failure, until } from "./conformance.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { folder, spawnEcho } from "./echo-server.ts";
import { echo, echoing } from "./fixtures/echo.ts";
import { mulberry32 } from "./frame-fuzz.ts";
import { RawPeer, raw, rawGreeting, rawListener } from "./raw-peer.ts";

const timeout = 60_000;

async function overProxy(t: TestContext, options: WireOptions, serverOptions: WireOptions = options) {
  const [path, target] = [join(folder(t), "proxy"), join(folder(t), "target")];
  const seen: unknown[] = [];
  const far: Endpoint[] = [];
  const listener = await unixSocket.listen(
    `unix:${target}`,
    (endpoint) => {
      far.push(endpoint);
      const noted = async (input: unknown) => {
        seen.push(input);
        return input;
      };
      receive(endpoint, echo, { ...echoing, echo: noted });
    },
    serverOptions,
  );
  const proxy = await CuttingProxy.start(path, target);
  const endpoint = await unixSocket.dial(`unix:${path}`, options);
  t.after(async () => {
    endpoint.close();
    await proxy[Symbol.asyncDispose]();
    await listener.close();
    for (const one of far) one.close();
  });
  return { proxy, listener, endpoint, far, seen, client: remote(endpoint, echo) };
}

describe("a connection that resumes", { timeout }, () => {
  test("loses, repeats and reorders nothing, however often and wherever it is cut", async (t) => {
    const { proxy, endpoint, client, seen } = await overProxy(t, { resume: { graceMs: 20_000 } });
    const random = mulberry32(5);
    const inputs = Array.from({ length: 3000 }, (_, i) => ({ i, text: "x".repeat(Math.floor(random() * 300)) }));
    for (let from = 0; from < inputs.length; from += 100) {
      proxy.cutAfter(Math.floor(random() * 20_000));
      const some = inputs.slice(from, from + 100);
      assert.deepEqual(await Promise.all(some.map((input) => client.echo(input))), some);
    }
    assert.ok(proxy.cuts > 10, `${proxy.cuts} cuts`);
    assert.deepEqual(seen, inputs);
    assert.equal(endpoint.closeReason, undefined);
  });

  test("goes on with its streams", async (t) => {
    const { proxy, client } = await overProxy(t, { resume: {} });
    let next = 0;
    for await (const n of client.numbers(5000)) {
      assert.equal(n, next++);
      if (n % 500 === 250) proxy.cut();
    }
    assert.equal(next, 5000);
    assert.ok(proxy.cuts === 10);
  });

  test("waits while there is no way, within its bounds, and sends then what was called meanwhile", async (t) => {
    const { proxy, endpoint, client } = await overProxy(t, { resume: {} });
    assert.equal(await client.echo(1), 1);
    proxy.open = false;
    const calls: Promise<unknown>[] = [];
    await until(() => {
      calls.push(client.echo(calls.length)); // those before this side has noticed are kept, and sent again
      return endpoint.load.waitingCalls > 0;
    }, t.signal);
    for (let i = 0; i < 50; i++) calls.push(client.echo(calls.length));
    assert.equal(endpoint.load.waitingCalls, 51, "nothing is sent into the void");
    proxy.open = true;
    assert.deepEqual(
      await Promise.all(calls),
      calls.map((_, i) => i),
    );
  });

  test("gives up when its time is over: each call ends once, with peer-gone and resume-failed behind it", async (t) => {
    const { proxy, endpoint, client, far } = await overProxy(t, { resume: { graceMs: 100 } });
    const pending = failure(client.forever());
    await endpoint.flush();
    proxy.open = false;
    const error = await pending;
    assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
    assert.equal(mayHaveRun(error), true);
    assert.ok(error.cause instanceof PipeError && error.cause.code === "RESUME_FAILED", String(error.cause));
    assert.equal((await endpoint.closed).code, "resume-failed");
    assert.equal((await far[0]!.closed).code, "resume-failed");
  });

  test("fails, and never pretends, when the other process was a new one all along", async (t) => {
    const address = `unix:${join(folder(t), "s")}`;
    const first = await spawnEcho(t, address, { resume: {} });
    const endpoint = await unixSocket.dial(address, { resume: {} });
    const client = remote(endpoint, echo);
    assert.equal(await client.echo("first"), "first");
    const pending = failure(client.forever());
    await endpoint.flush();
    first.kill("SIGKILL");
    await once(first, "exit");
    await spawnEcho(t, address, { resume: {} });
    const error = await pending;
    assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
    assert.match((await endpoint.closed).message, /no such session/);
    assert.equal((await endpoint.closed).code, "resume-failed");
  });

  test("does not happen where only one side wants it: a cut is then the end", async (t) => {
    const { proxy, endpoint, client } = await overProxy(t, { resume: {} }, {});
    assert.equal(await client.echo(1), 1);
    proxy.cut();
    assert.deepEqual((await endpoint.closed).code, "gone");
  });

  test("wants the session's secret and a newer epoch, so that no stranger and no older peer can step in", async (t) => {
    const { listener, client } = await overProxy(t, { resume: {} });
    assert.equal(await client.echo(1), 1);
    const knock = async (greeting: object) => {
      const peer = await RawPeer.dial(listener.address);
      peer.send({ kind: raw.greet }, JSON.stringify(greeting));
      await until(() => peer.frames.length > 0, t.signal);
      return peer;
    };
    const first = await knock({ ...rawGreeting, resumable: true });
    const { session, secret } = JSON.parse(first.frames[0]!.body.toString());
    const resume = { session, secret, epoch: 5, received: 0 };
    const wrong = await knock({ ...rawGreeting, resumable: true, resume: { ...resume, secret: "AAAA" } });
    assert.equal(wrong.frames[0]?.kind, raw.refuse);
    const cut = once(first.socket, "close");
    const second = await knock({ ...rawGreeting, resumable: true, resume });
    assert.equal(second.frames[0]?.kind, raw.welcome);
    await cut; // fenced: the link of the older epoch is cut
    const late = await knock({ ...rawGreeting, resumable: true, resume: { ...resume, epoch: 4 } });
    assert.match(late.frames[0]!.body.toString(), /an epoch above 5; got 4/);
    second.socket.destroy();
  });
});

describe("what is kept for a resumption", () => {
  const frame = (sequence: number, length: number) => {
    const bytes = Buffer.alloc(headerBytes + length);
    const header = new Header().set(2, 0, 1, 0, 0, 0, length);
    header.sequence = sequence;
    header.write(new DataView(bytes.buffer, bytes.byteOffset, headerBytes), 0);
    return bytes;
  };
  const sequences = (frames: readonly Uint8Array[] | undefined) => frames?.map((bytes) => Buffer.from(bytes).readUInt32LE(12));

  test("is what the peer lacks, also across the end of the numbers", () => {
    const replay = new Replay(10_000);
    const start = 0xffff_fffd;
    for (let i = 1; i <= 6; i++) replay.push([frame((start + i) >>> 0, 10)], (start + i) >>> 0);
    assert.deepEqual(sequences(replay.after(start)), [0xffff_fffe, 0xffff_ffff, 0, 1, 2, 3]);
    assert.deepEqual(sequences(replay.after(0)), [1, 2, 3]);
    replay.acknowledge(1);
    assert.equal(replay.bytes, 2 * 42);
    assert.deepEqual(sequences(replay.after(1)), [2, 3]);
  });

  test("is bounded: what was dropped and would be needed makes the resumption fail", () => {
    const replay = new Replay(1000);
    for (let i = 1; i <= 30; i++) replay.push([frame(i, 68)], i);
    assert.equal(replay.bytes, 1000);
    assert.equal(replay.after(19), undefined);
    assert.deepEqual(sequences(replay.after(20)), [21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
  });
});

describe("dialling", { timeout }, () => {
  test("an abort while the greeting is unanswered ends the dial, and leaves no connection behind", async (t) => {
    const path = join(folder(t), "mute");
    const peers: RawPeer[] = [];
    const server = await rawListener(path, (peer) => peers.push(peer));
    t.after(() => server.close());
    const controller = new AbortController();
    const dial = failure(unixSocket.dial(`unix:${path}`, { signal: controller.signal }));
    await until(() => peers[0] !== undefined && peers[0].frames.length === 1, t.signal);
    const closed = once(peers[0]!.socket, "close");
    controller.abort();
    const error = await dial;
    assert.ok(error instanceof PipeError && error.code === "DIAL_CANCELLED");
    await closed;
  });

  test("a listener that answers with nonsense is told apart from one that is not there", async (t) => {
    const path = join(folder(t), "odd");
    const answers = ['{"protocol":1}', "[]", "nonsense", '{"protocol":1,"maxFrameBytes":1,"codec":"records"}'];
    const server = await rawListener(path, (peer) => peer.send({ kind: raw.welcome }, answers.shift() ?? ""));
    t.after(() => server.close());
    for (let i = 0; i < 4; i++) {
      const error = await failure(unixSocket.dial(`unix:${path}`));
      assert.ok(error instanceof PipeError && error.code === "GREETING_FAILED", error.message);
    }
  });
});
