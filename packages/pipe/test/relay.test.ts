// A relay between a dialler and a listener: the whole conformance suite passes through it, and it never looks into a body.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Connection } from "../src/connection/connection.ts";
import { Passage } from "../src/connection/relay.ts";
import { resolveSettings } from "../src/connection/settings.ts";
import { Wire } from "../src/connection/wire.ts";
import { type Binding, type Endpoint, Invitations, PipeError, receive, remote, unixSocket } from "../src/index.ts";
import { conformance, failure, until } from "./conformance.ts";
import { folder } from "./echo-server.ts";
import { echo, echoing } from "./fixtures/echo.ts";
import { memoryLinks } from "./memory-link.ts";
import { raw, rawFrame } from "./raw-peer.ts";
import { travelling } from "./travelling.ts";
import { untaken } from "./untaken.ts";

// Every dial goes through a relay of its own, which is closed to newcomers at once and lives as long as its guest.
const relayed: Binding = {
  name: "unix through a relay",
  listen: unixSocket.listen,
  async dial(address, options) {
    if (!address.startsWith("unix:")) return await unixSocket.dial(address, options);
    const relay = await unixSocket.relay("", address);
    try {
      return await unixSocket.dial(relay.address, options);
    } catch (thrown) {
      // A relay whose target is not there turns its guest away; who listens nowhere is told apart by the direct way.
      if (thrown instanceof PipeError && thrown.code === "GREETING_FAILED") return await unixSocket.dial(address, options);
      throw thrown;
    } finally {
      await relay.close();
    }
  },
};
conformance(relayed);
travelling(relayed);
untaken(relayed);

describe("a relay", { timeout: 30_000 }, () => {
  test("carries bodies of every size and several pipes of one guest", async () => {
    await using listener = await unixSocket.listen("", (endpoint, name) => {
      receive(endpoint, echo, { ...echoing, forever: () => Promise.reject(Object.assign(new Error(name), { code: "NAME" })) });
    });
    await using relay = await unixSocket.relay("", listener.address);
    const [first, second] = await unixSocket.dialNamed(relay.address, ["first", "second"]);
    const client = remote(first!, echo);
    const bodies = [0, 1, 8192, 8193, 65_504, 65_505, 1_048_576, 4_000_000].map((size) => new Uint8Array(size).fill(size % 251));
    assert.deepEqual(await Promise.all(bodies.map((body) => client.echo(body))), bodies);
    assert.equal((await failure(remote(second!, echo).forever())).message, "second");
    first!.close();
    second!.close();
  });

  test("tells each side when the other is gone, and turns guests away when nobody is behind it", async (t) => {
    let far: Endpoint | undefined;
    const listener = await unixSocket.listen("", (endpoint) => {
      far = endpoint;
      receive(endpoint, echo, echoing);
    });
    await using relay = await unixSocket.relay("", listener.address);
    const near = await unixSocket.dial(relay.address);
    const pending = failure(remote(near, echo).forever());
    await until(() => far?.load.runningHandlers === 1, t.signal);
    far?.close("going home");
    const error = await pending;
    assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
    assert.equal((await near.closed).message, "going home");
    await listener.close();
    const refused = await failure(unixSocket.dial(relay.address));
    assert.ok(refused instanceof PipeError && refused.code === "GREETING_FAILED", refused.message);
  });

  test("asks for invitations at its own door", async (t) => {
    await using listener = await unixSocket.listen("", (endpoint) => void receive(endpoint, echo, echoing));
    const invitations = new Invitations();
    await using relay = await unixSocket.relay(`unix:${join(folder(t), "relay")}`, listener.address, { invitations });
    const refused = await failure(unixSocket.dial(relay.address));
    assert.ok(refused instanceof PipeError && refused.code === "INVITATION_REFUSED");
    await using guest = await unixSocket.dial(relay.address, { token: invitations.issue() });
    assert.equal(await remote(guest, echo).echo("in"), "in");
  });

  test("passes bodies on that nobody could decode, as they are", () => {
    const { front, back, guest, target } = passageInMemory();
    const body = Buffer.from([0xc1, 0xff, 0x00, 0xdd, 0xff, 0xff, 0xff, 0xff]);
    guest.feedPeer(rawFrame({ kind: raw.open, pipe: 7, sequence: 1 }, "name"));
    guest.feedPeer(rawFrame({ kind: raw.call, pipe: 7, sequence: 2, call: 9, a: 3, b: 4, c: 5, flags: 2 }, body));
    front.flush();
    back.flush();
    const open = rawFrame({ kind: raw.open, pipe: 1, sequence: 1 }, "name");
    const call = rawFrame({ kind: raw.call, pipe: 1, sequence: 2, call: 9, a: 3, b: 4, c: 5, flags: 2 }, body);
    assert.deepEqual(Buffer.concat(target.written), Buffer.concat([open, call]));
  });

  test("renumbers the pipes in front of a body, also of one that was closed before, and keeps no number longer than it must", () => {
    const { front, back, passage, guest, target } = passageInMemory();
    guest.feedPeer(rawFrame({ kind: raw.open, pipe: 1, sequence: 1 }));
    guest.feedPeer(rawFrame({ kind: raw.open, pipe: 9, sequence: 2, flags: 1 }));
    guest.feedPeer(rawFrame({ kind: raw.close, pipe: 9, sequence: 3, call: 0 }));
    const list = (pipe: number) => Buffer.from([1, 0, 0, 0, pipe, 0, 0, 0, 0xd6, 0x50, 0, 0, 0, 0]);
    guest.feedPeer(rawFrame({ kind: raw.call, pipe: 1, sequence: 4, call: 1, flags: 2 + 8 }, list(9)));
    back.flush();
    const sent = Buffer.concat(target.written);
    assert.deepEqual(sent.subarray(-14), list(3));
    assert.deepEqual([...passage.numbers.front.keys()], [1]);
    guest.feedPeer(rawFrame({ kind: raw.call, pipe: 1, sequence: 5, call: 2, flags: 2 + 8 }, list(9)));
    front.flush();
    assert.match(Buffer.concat(guest.link.pending).toString("latin1"), /a list of pipes that were opened to be carried/);
    assert.equal(passage.numbers.front.size, 0);
  });

  test("stops reading from a guest while what it sends cannot be passed on", () => {
    const { front, back, guest, target } = passageInMemory();
    guest.feedPeer(rawFrame({ kind: raw.open, pipe: 7, sequence: 1 }));
    target.link.writable = false;
    guest.feedPeer(rawFrame({ kind: raw.call, pipe: 7, sequence: 2, call: 1 }));
    assert.equal(guest.link.paused, true);
    back.flush();
    target.link.drain();
    assert.equal(guest.link.paused, false);
    front.flush();
  });
});

function passageInMemory() {
  const settings = resolveSettings({ heartbeatMs: 0 });
  const make = (role: "dialler" | "listener") => {
    const [link, outside] = memoryLinks();
    const side = role === "listener" ? "front" : "back";
    const connection: Connection = new Connection({ role, codec: "records", peerMaxFrameBytes: 1_000_000 }, settings, {
      opened: (pipe, name, carried) => passage.open(side, pipe, name, carried),
    });
    const wire = new Wire(link, 1_000_000, connection);
    wire.start();
    connection.attach(wire);
    return { connection, link, outside };
  };
  const [front, back] = [make("listener"), make("dialler")];
  const passage = new Passage(front.connection, back.connection);
  return {
    passage,
    front: front.connection,
    back: back.connection,
    guest: { link: front.link, feedPeer: (bytes: Buffer) => front.link.feed(bytes) },
    target: { link: back.link, written: back.link.pending },
  };
}
