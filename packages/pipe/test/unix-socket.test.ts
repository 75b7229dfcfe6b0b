// What the Unix socket promises beyond the conformance suite: its file, its invitations, how it reads, and what happens when the other side
// breaks the rules. process-death.test.ts has other processes that die, stand still or stop reading.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { receiveEndpoints } from "../src/connection/endpoints.ts";
import { Invitations, PipeError, RemoteError, receive, remote, unixSocket } from "../src/index.ts";
import { rewrap, SocketLink, SocketReading } from "../src/socket-link.ts";
import { failure } from "./conformance.ts";
import { folder, spawnEcho } from "./echo-server.ts";
import { echo, echoing } from "./fixtures/echo.ts";
import { RawPeer, raw, rawGreeting } from "./raw-peer.ts";

const timeout = 30_000;

function isCode(error: Error, code: string): PipeError {
  assert.ok(error instanceof PipeError, `wanted PipeError ${code}; got ${error.name} ${error.message}`);
  assert.equal(error.code, code, error.message);
  return error;
}

describe("the file of a Unix socket", { timeout }, () => {
  test("has mode 0600, is the only thing left in its folder, and goes with its listener", async (t) => {
    const path = join(folder(t), "hub.sock");
    const listener = await unixSocket.listen(`unix:${path}`, () => {});
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(path, "..")), ["hub.sock"]);
    await listener.close();
    assert.ok(!existsSync(path));
  });

  test("of a process that was killed is replaced, of a live one it is taken", async (t) => {
    const address = `unix:${join(folder(t), "s")}`;
    const child = await spawnEcho(t, address);
    isCode(await failure(unixSocket.listen(address, () => {})), "ADDRESS_TAKEN");
    child.kill("SIGKILL");
    await once(child, "exit");
    isCode(await failure(unixSocket.dial(address)), "ADDRESS_UNKNOWN");
    await using listener = await unixSocket.listen(address, (endpoint) => void receive(endpoint, echo, echoing));
    await using endpoint = await unixSocket.dial(listener.address);
    assert.equal(await remote(endpoint, echo).echo("here"), "here");
  });

  test("is not made in place of a file that is no socket, or where it cannot be", async (t) => {
    const path = join(folder(t), "notes.txt");
    writeFileSync(path, "precious");
    isCode(await failure(unixSocket.listen(`unix:${path}`, () => {})), "ADDRESS_TAKEN");
    assert.equal(readFileSync(path, "utf8"), "precious");
    isCode(await failure(unixSocket.listen(`unix:${path}/deeper`, () => {})), "ADDRESS_INVALID");
    isCode(await failure(unixSocket.listen(`unix:/${"long".repeat(40)}`, () => {})), "ADDRESS_INVALID");
  });
});

describe("an invitation", { timeout }, () => {
  test("lets one connection in; a wrong, used, old or missing token is refused before anything is dispatched", async () => {
    let now = 0;
    const invitations = new Invitations(() => now);
    let accepted = 0;
    await using listener = await unixSocket.listen(
      "",
      (endpoint) => {
        accepted += 1;
        receive(endpoint, echo, echoing);
      },
      { invitations },
    );
    const token = invitations.issue({ validMs: 1000 });
    await using guest = await unixSocket.dial(listener.address, { token });
    assert.equal(await remote(guest, echo).echo(1), 1);
    for (const bad of [token, "made-up", undefined])
      isCode(await failure(unixSocket.dial(listener.address, { token: bad })), "INVITATION_REFUSED");
    const old = invitations.issue({ validMs: 1000 });
    now = 1001;
    isCode(await failure(unixSocket.dial(listener.address, { token: old })), "INVITATION_REFUSED");
    const stranger = await RawPeer.dial(listener.address);
    stranger.send({ kind: raw.greet }, JSON.stringify(rawGreeting));
    stranger.send({ kind: raw.open, pipe: 1, sequence: 1 });
    stranger.send({ kind: raw.hello, pipe: 1, sequence: 2, call: 1, a: 256, b: 1_048_576, c: 256 });
    await once(stranger.socket, "close");
    assert.deepEqual(
      stranger.frames.map(({ kind }) => kind),
      [raw.refuse],
    );
    assert.equal(accepted, 1);
    assert.equal(invitations.pending, 0);
  });

  test("brings the pipes it names, and no other", async () => {
    const invitations = new Invitations();
    const names: string[] = [];
    await using listener = await unixSocket.listen(
      "",
      (endpoint, name) => {
        names.push(name);
        receive(endpoint, echo, { ...echoing, echo: async (input) => `${name}: ${input}` });
      },
      { invitations },
    );
    const token = invitations.issue({ pipes: ["control", "events"] });
    const [control, events, secrets] = await unixSocket.dialNamed(listener.address, ["control", "events", "secrets"], { token });
    assert.equal(await remote(events!, echo).echo("hi"), "events: hi");
    assert.equal(await remote(control!, echo).echo("hi"), "control: hi");
    assert.deepEqual(await secrets!.closed, { by: "peer", code: "done", message: 'the invitation has no pipe "secrets"' });
    assert.deepEqual(names, ["control", "events"]);
    control!.close();
    assert.equal(await remote(events!, echo).echo("still"), "events: still");
    events!.close();
  });
});

describe("reading", { timeout }, () => {
  test("an accepted socket can be wrapped around its handle, so that both sides read into memory of their own", async (t) => {
    const path = join(folder(t), "s");
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      const wrapped = rewrap(socket, new SocketReading());
      resolve(wrapped !== undefined);
      wrapped?.destroy();
    }).listen(path);
    t.after(() => server.close());
    await RawPeer.dial(`unix:${path}`);
    assert.equal(await promise, true, "this Node no longer allows it: the fallback below serves, slower");
  });

  test("without that, 'data' events bring the same", async (t) => {
    const path = join(folder(t), "s");
    const reception = receiveEndpoints((endpoint) => void receive(endpoint, echo, echoing));
    const server = createServer((socket) => reception.receive(new SocketLink(socket, undefined))).listen(path);
    t.after(() => server.close());
    await using endpoint = await unixSocket.dial(`unix:${path}`);
    const client = remote(endpoint, echo);
    const large = Buffer.alloc(3_000_000, 7);
    const [small, back, deep] = await Promise.all([
      client.echo("x"),
      client.echo(new Uint8Array(large)),
      client.echo({ a: [{ b: large }] }),
    ]);
    assert.equal(small, "x");
    assert.deepEqual(back, new Uint8Array(large));
    assert.deepEqual(deep, { a: [{ b: new Uint8Array(large) }] });
  });

  test("bodies of every size around the buffers' come back whole, many at once", async () => {
    await using listener = await unixSocket.listen("", (endpoint) => void receive(endpoint, echo, echoing));
    await using endpoint = await unixSocket.dial(listener.address);
    const client = remote(endpoint, echo);
    const sizes = [0, 1, 31, 32, 4095, 8191, 8192, 8193, 32_767, 65_503, 65_504, 65_536, 98_304, 131_072, 1_048_576, 4_194_240];
    const bodies = sizes.flatMap((size) => [new Uint8Array(size).fill(size % 251), `text ${size}`]);
    assert.deepEqual(await Promise.all(bodies.map((body) => client.echo(body))), bodies);
  });
});

describe("the limits of the wire", { timeout }, () => {
  test("a body above the peer's frame limit ends its own call; the pipe lives on", async () => {
    await using listener = await unixSocket.listen("", (endpoint) => void receive(endpoint, echo, echoing), {
      maxFrameBytes: 131_072,
    });
    await using endpoint = await unixSocket.dial(listener.address);
    const client = remote(endpoint, echo);
    const error = isCode(await failure(client.length(new Uint8Array(131_072))), "BODY_UNSENDABLE");
    assert.match(error.message, /a body of at most 131008 bytes \(send more as a stream\); got 131072/);
    assert.equal(await client.length(new Uint8Array(131_008)), 131_008);
  });

  test("JSON is spoken when one side has nothing else, and what it cannot carry is refused", async () => {
    await using listener = await unixSocket.listen("", (endpoint) => void receive(endpoint, echo, echoing), { codec: "json" });
    await using endpoint = await unixSocket.dial(listener.address);
    const client = remote(endpoint, echo);
    assert.deepEqual(await client.echo({ text: "é", list: [1, null] }), { text: "é", list: [1, null] });
    assert.deepEqual(await client.echo(Uint8Array.of(1, 2)), Uint8Array.of(1, 2), "bytes alone need no codec");
    isCode(await failure(client.echo({ nested: Uint8Array.of(1) })), "BODY_UNSENDABLE");
    const numbers: number[] = [];
    for await (const n of client.numbers(300)) numbers.push(n);
    assert.equal(numbers.length, 300);
    const refused = isCode(await failure(unixSocket.dial(listener.address, { codec: "records" })), "GREETING_FAILED");
    assert.match(refused.message, /codec: wanted json/);
  });

  test("a peer that breaks them is cut off, with what was wanted and what came, and nothing of it is dispatched", async () => {
    let dispatched = 0;
    await using listener = await unixSocket.listen("", (endpoint) => {
      const counted = async (input: unknown) => {
        dispatched += 1;
        return input;
      };
      receive(endpoint, echo, { ...echoing, echo: counted });
    });
    const attack = async (...frames: Parameters<RawPeer["send"]>[]) => {
      const peer = await RawPeer.dial(listener.address);
      peer.send({ kind: raw.greet }, JSON.stringify(rawGreeting));
      peer.send({ kind: raw.open, pipe: 1, sequence: 1 });
      peer.send({ kind: raw.hello, pipe: 1, sequence: 2, call: 1, a: 256, b: 1_048_576, c: 256 });
      for (const frame of frames) peer.send(...frame);
      await once(peer.socket, "close");
      return peer.frames.findLast(({ kind }) => kind === raw.close)?.body.toString() ?? "";
    };
    const call = { kind: raw.call, pipe: 1, sequence: 3, call: 1, b: 1 };
    assert.match(await attack([{ ...call, length: 4_194_305 }]), /a payload of at most 4194304 bytes; got 4194305/);
    assert.match(await attack([{ ...call, sequence: 4 }]), /frame 3 of the connection; got frame 4/);
    assert.match(await attack([{ ...call, sequence: 2 }]), /frame 3 of the connection; got frame 2/);
    assert.match(await attack([{ ...call, pipe: 3 }]), /a pipe that was opened; got a call for pipe 3/);
    assert.match(await attack([{ ...call, kind: 77 }]), /frame that may follow the greeting; got kind 77/);
    assert.match(await attack([{ kind: 35, pipe: 1 }]), /zeros and no payload where a ping has none/);
    assert.match(
      await attack([{ kind: raw.open, pipe: 3, sequence: 3, call: 1 }]),
      /a pipe with a name of at most 256 bytes, and no more/,
    );
    assert.match(await attack([{ kind: raw.open, pipe: 2, sequence: 3 }]), /a new pipe above 1 of the peer's own; got pipe 2/);
    assert.match(await attack([{ ...call, flags: 2 }, Uint8Array.of(0xdd, 255, 255, 255, 255)]), /elements in the bytes left/);
    assert.match(await attack([{ ...call, flags: 4 }, '{"__proto__":1}']), /cannot change a prototype/);
    assert.match(await attack([{ ...call, flags: 2 }, Uint8Array.of(0x45)]), /a structure that was defined; got 0x45/);
    const mute = await RawPeer.dial(listener.address);
    mute.send({ kind: raw.call }, "{}");
    await once(mute.socket, "close");
    assert.match(mute.frames[0]?.body.toString() ?? "", /wanted a greeting; got call/);
    assert.equal(dispatched, 0);
  });

  test("errors of the far side keep their code, message and details", async () => {
    await using listener = await unixSocket.listen("", (endpoint) => {
      receive(endpoint, echo, {
        ...echoing,
        echo: () => Promise.reject(Object.assign(new Error("wanted tea; got coffee"), { code: "NO_TEA", details: { cups: 2 } })),
      });
    });
    await using endpoint = await unixSocket.dial(listener.address);
    const error = await failure(remote(endpoint, echo).echo(1));
    assert.ok(error instanceof RemoteError);
    assert.deepEqual([error.code, error.message, error.details], ["NO_TEA", "wanted tea; got coffee", { cups: 2 }]);
  });
});
