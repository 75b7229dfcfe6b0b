// NATS beyond the conformance suite, on a server of the test's own that is killed and started again: calls over core NATS that resume, and
// durable channels on JetStream.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Invitations, nats, openDurableChannel, PipeError, receive, remote, type WireOptions } from "../src/index.ts";
import { failure, until } from "./conformance.ts";
import { echo, echoing } from "./fixtures/echo.ts";
import { NatsServer, withoutNats } from "./nats-server.ts";

const options = { skip: withoutNats, timeout: 60_000 };

async function serving(t: TestContext, wire: WireOptions = {}) {
  const server = await NatsServer.start();
  t.after(() => server[Symbol.asyncDispose]());
  const seen: unknown[] = [];
  const noted = async (input: unknown) => {
    seen.push(input);
    return input;
  };
  const accept = (endpoint: Parameters<Parameters<typeof nats.listen>[1]>[0]) =>
    void receive(endpoint, echo, { ...echoing, echo: noted });
  const listener = await nats.listen(server.address("hub"), accept, wire);
  t.after(() => listener.close());
  const endpoint = await nats.dial(listener.address, wire);
  t.after(() => endpoint.close());
  return { server, listener, endpoint, client: remote(endpoint, echo), seen };
}

test("importing the package loads neither NATS nor msgpackr", () => {
  const file = new URL("../src/index.ts", import.meta.url).href;
  const hook = `require("node:module").registerHooks({ load(url, context, next) { console.log(url); return next(url, context); } });`;
  const script = `${hook} import(${JSON.stringify(file)})`;
  const loaded = execFileSync(process.execPath, ["--conditions=entente", "-e", script], { encoding: "utf8" });
  assert.match(loaded, /src\/nats-client\.ts/);
  assert.doesNotMatch(loaded, /node_modules/);
});

describe("pipes over NATS", options, () => {
  test("go on over a restart of the server, with nothing lost or repeated", async (t) => {
    const { server, endpoint, client, seen } = await serving(t, { resume: { graceMs: 20_000 } });
    const inputs = Array.from({ length: 60 }, (_, i) => i);
    const answers: unknown[] = [];
    for (const input of inputs) {
      if (input === 20 || input === 40) {
        await server.kill();
        setTimeout(() => void server.restart(), 100);
      }
      answers.push(await client.echo(input));
    }
    assert.deepEqual(answers, inputs);
    assert.deepEqual(seen, inputs);
    assert.equal(endpoint.closeReason, undefined);
  });

  test("without resuming, the server's death is the end of them, told at once", async (t) => {
    const { server, endpoint, client } = await serving(t);
    const pending = failure(client.forever());
    await endpoint.flush();
    await server.kill();
    const error = await pending;
    assert.ok(error instanceof PipeError && error.code === "PEER_GONE");
    assert.match((await endpoint.closed).message, /NATS server is out of reach/);
    await server.restart();
  });

  test("take invitations, and bodies beyond the server's own limit of a message", async (t) => {
    const server = await NatsServer.start();
    t.after(() => server[Symbol.asyncDispose]());
    const invitations = new Invitations();
    await using listener = await nats.listen(server.address("guests"), (endpoint) => void receive(endpoint, echo, echoing), {
      invitations,
    });
    const refused = await failure(nats.dial(listener.address));
    assert.ok(refused instanceof PipeError && refused.code === "INVITATION_REFUSED");
    await using endpoint = await nats.dial(listener.address, { token: invitations.issue() });
    const body = new Uint8Array(3_000_000).fill(9);
    assert.deepEqual(await remote(endpoint, echo).echo(body), body);
  });
});

describe("a durable channel", options, () => {
  test("stores a message once for each id, and gives every message to every group, in order", async (t) => {
    await using server = await NatsServer.start();
    await using channel = await openDurableChannel(server.address("awards"));
    for (let i = 0; i < 50; i++) await channel.publish({ i }, { id: `award-${i}`, headers: { Trace: `t${i}` } });
    const again = await channel.publish({ i: 7 }, { id: "award-7" });
    assert.equal(again.duplicate, true);
    const [ledger, audit]: [unknown[], string[]] = [[], []];
    await using _a = await channel.consume("ledger", (body) => void ledger.push(body));
    await using _b = await channel.consume("audit", (_body, { id, headers }) => void audit.push(`${id} ${headers.Trace}`));
    await until(() => ledger.length >= 50 && audit.length >= 50, t.signal);
    assert.deepEqual(
      ledger,
      Array.from({ length: 50 }, (_, i) => ({ i })),
    );
    assert.deepEqual(
      audit,
      Array.from({ length: 50 }, (_, i) => `award-${i} t${i}`),
    );
    const refused = await failure(channel.publish({ f: () => 1 }));
    assert.ok(refused instanceof PipeError && refused.code === "BODY_UNSENDABLE");
  });

  test("puts a poison message aside with its cause, goes on, and replays it when asked", async (t) => {
    await using server = await NatsServer.start();
    await using channel = await openDurableChannel(server.address("orders"), { maxDeliver: 3 });
    let broken = true;
    const [done, tries]: [unknown[], number[]] = [[], []];
    await using _reading = await channel.consume("till", (body, { delivery }) => {
      if (broken && body === "poison") {
        tries.push(delivery);
        throw Object.assign(new Error("wanted food; got\npoison"), { code: "POISON" });
      }
      done.push(body);
    });
    await channel.publish("bread", { id: "1" });
    await channel.publish("poison", { id: "2", headers: { Trace: "abc" } });
    await channel.publish("butter", { id: "3" });
    const letters = async () => await Array.fromAsync(channel.deadLetters());
    while ((await letters()).length === 0) await sleep(20, undefined, { signal: t.signal });
    assert.deepEqual(tries, [1, 2, 3]);
    await until(() => done.length === 2, t.signal);
    const [letter] = await letters();
    assert.deepEqual(letter, {
      sequence: 1,
      id: "2",
      body: "poison",
      cause: { code: "POISON", message: "wanted food; got poison" },
      deliveries: 3,
      group: "till",
      original: 2,
      headers: { Trace: "abc" },
    });
    broken = false;
    await channel.replay(1);
    await until(() => done.length === 3, t.signal);
    assert.deepEqual(done.toSorted(), ["bread", "butter", "poison"]);
    assert.deepEqual(await letters(), []);
    const unknown = await failure(channel.replay(1));
    assert.ok(unknown instanceof PipeError && unknown.code === "DEAD_LETTER_UNKNOWN");
  });

  test("keeps what it acknowledged over the death of its server, and its readers go on", async (t) => {
    await using server = await NatsServer.start();
    await using channel = await openDurableChannel(server.address("ledger"), { ackWaitMs: 1000 });
    const seen = new Set<unknown>();
    await using _reading = await channel.consume("books", (body) => void seen.add(body));
    for (let i = 0; i < 20; i++) await channel.publish(i, { id: `${i}` });
    await until(() => seen.size === 20, t.signal);
    await server.kill();
    const uncertain = await failure(channel.publish(20, { id: "20" }));
    assert.ok(uncertain instanceof PipeError && uncertain.code === "PUBLISH_UNCERTAIN");
    await server.restart();
    for (let i = 20; i < 40; i++)
      while (
        !(await channel.publish(i, { id: `${i}` }).then(
          () => true,
          () => false,
        ))
      )
        await sleep(50, undefined, { signal: t.signal });
    await until(() => seen.size === 40, t.signal);
  });
});
