/** An agent elsewhere that speaks only gRPC (the official SDK's server): the guard on the way to it, time, errors and TLS. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import type { LookupAddress } from "node:dns";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { AgentCard } from "@a2a-js/sdk";
import { grpcAddress } from "../../src/a2a/remote/grpc-address.ts";
import { RemoteAgents } from "../../src/a2a/remote/remote-agents.ts";
import { chosenInterface } from "../../src/a2a/remote/remote-service.ts";
import type { Call } from "../../src/a2a/service.ts";
import { systemClock } from "../../src/base/clock.ts";
import { EntenteError } from "../../src/base/errors.ts";
import { Outgoing } from "../../src/security/outgoing.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { startSdkAgent } from "../peers/sdk-agent.ts";
import { scratchFolder } from "../scratch.ts";
import { withStore } from "../stores.ts";

const anySignal = AbortSignal.timeout(60_000);
const call: Call = {
  principal: { id: "client:ada", kind: "client" },
  extensions: [],
  tenant: "",
  version: "1.0",
  signal: anySignal,
};
const say = (text: string) => ({ message: { messageId: crypto.randomUUID(), role: "ROLE_USER" as const, parts: [{ text }] } });

/** Names as a test's DNS knows them: each look-up takes the next answer, and the last one stays. */
class Names {
  asked = 0;
  readonly #answers: readonly string[][];

  constructor(...answers: string[][]) {
    this.#answers = answers;
  }

  readonly resolve = (_host: string, _options: object, callback: (error: Error | null, found: LookupAddress[]) => void): void => {
    const found = this.#answers[Math.min(this.asked, this.#answers.length - 1)] ?? [];
    this.asked += 1;
    callback(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
  };
}

async function withRemote(
  t: TestContext,
  outgoing: Outgoing,
  work: (agents: RemoteAgents) => Promise<void>,
  limits = { messageMs: 30_000, answerMs: 30_000 },
): Promise<void> {
  await withStore(t, "sqlite", async (store) => {
    await using agents = new RemoteAgents({
      store,
      clock: systemClock,
      log: openLog("silent"),
      // Cards come over HTTP from the loopback of the test: what is guarded here is the way over gRPC.
      fetchFor: () => fetch,
      firstFetch: () => fetch,
      grpcFor: () => ({ addressesOf: (host, port) => outgoing.addressesOf(host, port), token: () => undefined }),
      sighted: () => {},
      taken: () => false,
      changed: async () => {},
      checkMs: 3_600_000,
      limits,
      checkUrl: (url) => void outgoing.check(url),
      wake: () => {},
    });
    await work(agents);
  });
}

const forbidden = (thrown: unknown): boolean =>
  thrown instanceof EntenteError && (thrown.code === "ADDRESS_FORBIDDEN" || /no public address/.test(thrown.message));

test("an agent whose card leads to an inside address is refused, and nothing is sent there", (t) =>
  withRemote(t, new Outgoing([]), async (agents) => {
    await using peer = await startSdkAgent({ grpc: {} });
    await assert.rejects(agents.add({ url: peer.url }, "operator", anySignal), { code: "ADDRESS_FORBIDDEN" });
    assert.deepEqual(agents.list(), []);
    await using named = await startSdkAgent({ grpc: { name: "http://localhost" } });
    await assert.rejects(agents.add({ url: named.url }, "operator", anySignal), { code: "ADDRESS_FORBIDDEN" });
    assert.deepEqual([...peer.heard, ...named.heard], []);
  }));

test("a name that leads inside, wholly or by one of its addresses, is not dialled", async (t) => {
  for (const found of [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"]])
    await withRemote(t, new Outgoing([], new Names(found).resolve), async (agents) => {
      await using peer = await startSdkAgent({ grpc: { name: "http://inside.example" } });
      const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
      await assert.rejects(service.sendMessage(say("to 1"), call), forbidden);
      await assert.rejects(service.sendStreamingMessage(say("to 1"), call)[Symbol.asyncIterator]().next(), forbidden);
      assert.deepEqual(peer.heard, []);
    });
});

test("a name is looked up once for a connection, and one that turns to an inside address later reaches nobody there", (t) => {
  const names = new Names(["127.0.0.1"], ["127.0.0.2"]);
  return withRemote(t, new Outgoing(["127.0.0.1/32"], names.resolve), async (agents) => {
    await using inside = await startSdkAgent({ grpc: { host: "127.0.0.2" } });
    const port = Number(inside.grpcUrl.split(":").at(-1));
    // Both listen on one port, so that what tells them apart is the address alone.
    const peer = await startSdkAgent({ grpc: { name: "http://moving.example", port } });
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const answer = await service.sendMessage(say("to 2"), call);
    assert.ok("task" in answer);
    assert.equal(names.asked, 1);
    await service.getTask({ id: answer.task.id }, call);
    assert.equal(names.asked, 1, "a connection is used again without another look-up");
    await peer[Symbol.asyncDispose]();
    for (let tries = 0; names.asked < 3; tries++) {
      assert.ok(tries < 200, "the name was not looked up again");
      await assert.rejects(service.getTask({ id: answer.task.id }, call));
      await sleep(50);
    }
    assert.deepEqual(inside.heard, []);
  });
});

test("what the agent answers keeps its meaning, and an agent that cannot be reached is said to be so", (t) =>
  withRemote(t, new Outgoing(["127.0.0.0/8"]), async (agents) => {
    const peer = await startSdkAgent({ grpc: {} });
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const answer = await service.sendMessage(say("to 1"), call);
    assert.ok("task" in answer);
    await assert.rejects(service.cancelTask({ id: answer.task.id }, call), { code: "TASK_NOT_CANCELABLE" });
    peer.forget();
    await assert.rejects(service.getTask({ id: answer.task.id }, call), { code: "TASK_NOT_FOUND" });
    await peer[Symbol.asyncDispose]();
    await assert.rejects(service.sendMessage(say("to 1"), call), { code: "AGENT_UNREACHABLE" });
  }));

test("a caller's time goes with the call: the agent is told until when, and the call ends then", (t) =>
  withRemote(t, new Outgoing(["127.0.0.0/8"]), async (agents) => {
    await using peer = await startSdkAgent({ grpc: {} });
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const begun = Date.now();
    const hurried = { ...call, deadlineAt: begun + 300 };
    await assert.rejects(service.sendMessage(say("wait 60000"), hurried), { code: "AGENT_TOO_SLOW" });
    assert.ok(Date.now() - begun < 20_000);
    const until = peer.deadlines.at(-1) ?? Number.NaN;
    assert.ok(until > begun && until < begun + 1000, `${until - begun} ms`);
  }));

test("a caller that goes away ends its call and its stream at the agent", (t) =>
  withRemote(t, new Outgoing(["127.0.0.0/8"]), async (agents) => {
    await using peer = await startSdkAgent({ grpc: {} });
    const { service } = await agents.add({ url: peer.url }, "operator", anySignal);
    const leaving = new AbortController();
    const stream = service.sendStreamingMessage(say("wait 60000"), { ...call, signal: leaving.signal });
    const reading = (async () => {
      for await (const _event of stream) leaving.abort(new Error("gone"));
    })();
    await assert.rejects(reading, /gone/);
    const waiting = service.sendMessage(say("wait 60000"), { ...call, signal: AbortSignal.timeout(100) });
    await assert.rejects(waiting, { name: "TimeoutError" });
    for (let tries = 0; peer.open() > 0; tries++) {
      assert.ok(tries < 200, "its calls stay open");
      await sleep(25);
    }
  }));

test("TLS goes by the agent's name, not by the address that was dialled", async (t) => {
  if (spawnSync("openssl", ["version"]).status !== 0) {
    if (process.env.CI === "true") throw new Error("CI=true wants openssl on the path");
    return t.skip("no openssl on the path: it makes the certificate");
  }
  using folder = scratchFolder();
  const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const subject = ["-subj", "/CN=agent.example", "-addext", "subjectAltName=DNS:agent.example"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, ...subject, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const tls = { key: readFileSync(key), cert: readFileSync(cert) };
  const usual = getCACertificates("default");
  setDefaultCACertificates([...usual, tls.cert.toString()]);
  try {
    await withRemote(t, new Outgoing(["127.0.0.0/8"], new Names(["127.0.0.1"]).resolve), async (agents) => {
      await using peer = await startSdkAgent({ grpc: { name: "agent.example", tls } });
      const { service } = await agents.add({ url: peer.url, name: "right" }, "operator", anySignal);
      assert.ok("task" in (await service.sendMessage(say("to 1"), call)));
      await using other = await startSdkAgent({ grpc: { name: "other.example", tls } });
      const wrong = await agents.add({ url: other.url, name: "wrong" }, "operator", anySignal);
      await assert.rejects(wrong.service.sendMessage(say("to 1"), call), /does not match|altnames/);
      assert.deepEqual(other.heard, []);
    });
  } finally {
    setDefaultCACertificates(usual);
  }
});

test("of a card's interfaces the first that the hub speaks is taken, and one that speaks only gRPC of 0.3 is refused by name", () => {
  const card = (...kinds: (readonly [string, string])[]) =>
    AgentCard.fromJSON({
      name: "far",
      supportedInterfaces: kinds.map(([protocolBinding, protocolVersion]) => ({
        url: "https://agent.example",
        protocolBinding,
        protocolVersion,
      })),
    });
  const taken = (...kinds: (readonly [string, string])[]) => {
    const { protocolBinding, protocolVersion } = chosenInterface(card(...kinds));
    return `${protocolBinding} ${protocolVersion}`;
  };
  assert.equal(taken(["https://other.example/binding", "1.0"], ["GRPC", "1.0"], ["JSONRPC", "1.0"]), "GRPC 1.0");
  assert.equal(taken(["GRPC", "0.3"], ["HTTP+JSON", "0.3"]), "HTTP+JSON 0.3");
  assert.throws(() => taken(["GRPC", "0.3"]), { code: "CARD_INVALID", message: /it offers GRPC 0\.3/ });
});

test("gRPC addresses: with and without a scheme, and in the clear only where that is said or plainly inside", () => {
  const cases: readonly (readonly [string, string, number, boolean])[] = [
    ["https://agent.example", "agent.example", 443, true],
    ["https://agent.example:8443/a2a", "agent.example", 8443, true],
    ["http://agent.example:80", "agent.example", 80, false],
    ["grpcs://agent.example:1", "agent.example", 1, true],
    ["grpc://agent.example:1", "agent.example", 1, false],
    ["dns:///agent.example:50051", "agent.example", 50051, true],
    ["agent.example:50051", "agent.example", 50051, true],
    ["agent.example", "agent.example", 443, true],
    ["93.184.216.34:50051", "93.184.216.34", 50051, true],
    ["127.0.0.1:50051", "127.0.0.1", 50051, false],
    ["0x7f000001:50051", "127.0.0.1", 50051, false],
    ["localhost:50051", "localhost", 50051, false],
    ["10.1.2.3:50051", "10.1.2.3", 50051, false],
    ["[::1]:50051", "::1", 50051, false],
    ["https://[2606:4700::1111]", "2606:4700::1111", 443, true],
  ];
  for (const [text, host, port, secure] of cases) assert.deepEqual(grpcAddress(text), { host, port, secure }, text);
  for (const text of ["", "file:///etc/passwd", "unix:///run/x.sock", "https://name:secret@agent.example", "a b", "xds:///a:1"])
    assert.equal(grpcAddress(text), undefined, text);
});
