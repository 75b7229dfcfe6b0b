// Real processes that are killed, stopped or half gone, behind a Unix socket.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { mayHaveRun, PipeError, remote, unixSocket } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { folder, spawnEcho } from "./echo-server.ts";
import { echo } from "./fixtures/echo.ts";
import { raw, rawListener } from "./raw-peer.ts";

const timeout = 30_000;

function isCode(error: Error, code: string): PipeError {
  assert.ok(error instanceof PipeError, `wanted PipeError ${code}; got ${error.name} ${error.message}`);
  assert.equal(error.code, code, error.message);
  return error;
}

describe("another process that fails in the middle of calls", { timeout }, () => {
  test("SIGKILL: every pending call ends once with peer-gone, and tells whether it may have run", async (t) => {
    const address = `unix:${join(folder(t), "s")}`;
    const child = await spawnEcho(t, address);
    await using endpoint = await unixSocket.dial(address);
    const client = remote(endpoint, echo);
    const errors = Array.from({ length: 300 }, () => failure(client.forever()));
    await until(() => endpoint.load.openCalls === 256, t.signal);
    child.kill("SIGKILL");
    const codes = (await Promise.all(errors)).map((error) => isCode(error, "PEER_GONE"));
    assert.equal(codes.filter(mayHaveRun).length, 256);
    assert.equal((await endpoint.closed).by, "transport");
    assert.deepEqual([endpoint.load.openCalls, endpoint.load.waitingCalls], [0, 0]);
  });

  test("SIGSTOP: a peer that stands still is lost after three heartbeats without a sign of life", async (t) => {
    const address = `unix:${join(folder(t), "s")}`;
    const child = await spawnEcho(t, address);
    await using endpoint = await unixSocket.dial(address, { heartbeatMs: 100 });
    const client = remote(endpoint, echo);
    assert.equal(await client.echo("up"), "up");
    const pending = failure(client.forever());
    child.kill("SIGSTOP");
    assert.equal(mayHaveRun(isCode(await pending, "PEER_GONE")), true);
    assert.match((await endpoint.closed).message, /no sign of life for 400 ms/);
  });

  test("half close: a peer that ends its side is gone, after what it had sent", async (t) => {
    const path = join(folder(t), "s");
    const server = await rawListener(path, (peer) => {
      peer.send({ kind: raw.welcome }, JSON.stringify({ protocol: 1, maxFrameBytes: 4_194_304, codec: "records" }));
      peer.send({ kind: raw.hello, pipe: 1, sequence: 1, call: 1, a: 256, b: 1_048_576, c: 256 });
      peer.socket.on("data", () => {
        if (peer.frames.filter(({ kind }) => kind === raw.call).length < 2 || peer.socket.writableEnded) return;
        peer.send({ kind: raw.reply, pipe: 1, sequence: 2, call: 1, flags: 2 }, Uint8Array.of(42));
        peer.socket.end();
      });
    });
    t.after(() => server.close());
    const endpoint = await unixSocket.dial(`unix:${path}`);
    const client = remote(endpoint, echo, { validate: false });
    const [first, second] = [client.echo(1), failure(client.echo(2))];
    assert.equal(await first, 42);
    isCode(await second, "PEER_GONE");
    assert.match((await endpoint.closed).message, /ended the connection/);
  });

  test("a peer that stops reading bounds what is held for it, however much it had allowed", async (t) => {
    const path = join(folder(t), "s");
    const server = await rawListener(path, (peer) => {
      peer.send({ kind: raw.welcome }, JSON.stringify({ protocol: 1, maxFrameBytes: 4_194_304, codec: "records" }));
      peer.send({ kind: raw.hello, pipe: 1, sequence: 1, call: 1, a: 0xffff_ffff, b: 0xffff_ffff, c: 0xffff_ffff });
      peer.socket.pause();
    });
    t.after(() => server.close());
    await using endpoint = await unixSocket.dial(`unix:${path}`, { heartbeatMs: 0 });
    const client = remote(endpoint, echo);
    await until(() => endpoint.load.waitingCalls === 0, t.signal);
    const calls = Array.from({ length: 1000 }, () => failure(client.length(new Uint8Array(65_536))));
    await new Promise((resolve) => setTimeout(resolve, 100)); // time for a mistake to show; no figure depends on it
    const { inTransit, waitingCalls } = endpoint.load;
    assert.ok(inTransit.bytes < 2 * 1024 * 1024, `${inTransit.bytes} bytes given to a socket that nobody reads`);
    assert.ok(waitingCalls > 900, `${waitingCalls} wait`);
    endpoint.close();
    await Promise.all(calls);
  });

  test("a process that stands still for a while loses nothing, and its answers come in order", async (t) => {
    const address = `unix:${join(folder(t), "s")}`;
    await spawnEcho(t, address);
    await using endpoint = await unixSocket.dial(address);
    const client = remote(endpoint, echo);
    const blocked = client.block(150);
    const lengths = Array.from({ length: 200 }, (_, i) => client.length(new Uint8Array(20_000 + i)));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(endpoint.load.inTransit.bytes <= 1024 * 1024 + 20_200);
    await blocked;
    assert.deepEqual(
      await Promise.all(lengths),
      Array.from({ length: 200 }, (_, i) => 20_000 + i),
    );
  });
});
