// Peers that keep to the format and not to the manners: they must cost an end no more than it allows.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { acceptSockets, receive, remote, unixSocket } from "../src/index.ts";
import { folder } from "./echo-server.ts";
import { echo, echoing } from "./fixtures/echo.ts";
import { RawPeer, raw, rawFrame, rawGreeting } from "./raw-peer.ts";

const timeout = 30_000;

async function greeted(address: string, greeting: object = rawGreeting): Promise<RawPeer> {
  const peer = await RawPeer.dial(address);
  peer.send({ kind: raw.greet }, JSON.stringify(greeting));
  peer.send({ kind: raw.open, pipe: 1, sequence: 1 });
  peer.send({ kind: raw.hello, pipe: 1, sequence: 2, call: 1, a: 256, b: 1_048_576, c: 256 });
  return peer;
}

const floods = {
  "pipes that are refused": (n: number) => rawFrame({ kind: raw.open, flags: 1, pipe: 3 + 2 * n, sequence: 3 + n }),
  pings: () => rawFrame({ kind: 35 }),
};

for (const [what, frame] of Object.entries(floods)) {
  test(`who sends ${what} and never reads is cut off or not answered, and costs no memory`, { timeout }, async (t) => {
    await using listener = await unixSocket.listen("", (endpoint) => receive(endpoint, echo, echoing));
    const peer = await greeted(listener.address);
    t.after(() => peer.socket.destroy());
    await sleep(20);
    peer.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let sent = 0;
    for (let n = 0; sent < 48 * 1024 * 1024 && !peer.socket.destroyed; ) {
      const frames = Buffer.concat(Array.from({ length: 2000 }, () => frame(n++)));
      sent += frames.length;
      peer.socket.write(frames);
      while (peer.socket.writableNeedDrain && !peer.socket.destroyed) await sleep(1);
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    assert.ok(most < 16 * 1024 * 1024, `${most} bytes were held after ${sent} were sent`);
  });
}

test("an acknowledgement where nothing is kept breaks the rules", { timeout }, async () => {
  await using listener = await unixSocket.listen("", (endpoint) => receive(endpoint, echo, echoing));
  const peer = await greeted(listener.address);
  peer.send({ kind: 37, call: 2 });
  await once(peer.socket, "close");
  const said = peer.frames.findLast(({ kind }) => kind === raw.close)?.body.toString() ?? "";
  assert.match(said, /no acknowledgement where nothing is kept/);
});

test("a connection that may resume and is quiet for long does not fill up", { timeout }, async () => {
  const options = { resume: { bufferBytes: 4096 }, heartbeatMs: 5 };
  await using listener = await unixSocket.listen("", (endpoint) => receive(endpoint, echo, echoing), options);
  await using endpoint = await unixSocket.dial(listener.address, options);
  const client = remote(endpoint, echo);
  for (let i = 0; i < 8; i++) {
    assert.equal(await client.echo(i), i);
    await sleep(200); // some forty heartbeats, more than the buffer would hold
  }
});

test("a reception that ends cuts every connection, also one with a pipe that nobody has claimed", { timeout }, async (t) => {
  const path = join(folder(t), "socket");
  let accepted = 0;
  const reception = acceptSockets((endpoint) => {
    accepted += 1;
    receive(endpoint, echo, echoing);
  });
  const server = createServer((socket) => reception.receive(socket));
  server.listen(path);
  await once(server, "listening");
  t.after(() => server.close());
  const peer = await greeted(`unix:${path}`);
  peer.send({ kind: raw.open, flags: 1, pipe: 3, sequence: 3 });
  while (accepted === 0) await sleep(5);
  reception.end("its token was revoked");
  await once(peer.socket, "close");
  assert.equal(accepted, 1);
});
