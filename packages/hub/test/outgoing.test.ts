import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { EntenteError } from "../src/base/errors.ts";
import { Outgoing, type Resolve } from "../src/security/outgoing.ts";

const posting = { headers: {}, body: "{}", timeoutMs: 2000 };

async function listening(answer: { status: number; headers?: Record<string, string> } = { status: 204 }, host = "127.0.0.1") {
  const heard: string[] = [];
  const server: Server = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.writeHead(answer.status, answer.headers ?? {}).end();
  }).listen(0, host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { heard, port, [Symbol.dispose]: () => void server.close() };
}

const code = (wanted: string) => (error: unknown) => error instanceof EntenteError && error.code === wanted;

// undici wraps what a connection throws, or not, depending on where it happened.
const causedBy = (wanted: string) => (error: unknown) =>
  error instanceof Error && (code(wanted)(error) || code(wanted)(error.cause));

test("no spelling of an address that is not public gets through, and the public ones do", async () => {
  await using outgoing = new Outgoing([]);
  for (const url of [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://0x7f.1/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://①②⑦.⓪.⓪.①/",
    "http://localhost/",
    "http://anything.localhost/",
  ])
    assert.throws(() => outgoing.check(url), code("ADDRESS_FORBIDDEN"), url);
  for (const url of [
    "file:///etc/passwd",
    "gopher://example.com/",
    "ftp://example.com/",
    "no url",
    "http://name:secret@example.com/",
  ])
    assert.throws(() => outgoing.check(url), code("URL_FORBIDDEN"), url);
  for (const url of ["https://example.com/hook", "http://93.184.216.34/", "https://[2606:4700::1111]/"]) outgoing.check(url);
});

test("a name is looked up once and its address checked: one that turns private reaches nobody", async () => {
  using server = await listening();
  let asked = 0;
  const answers: Record<string, readonly string[]> = {
    "inside.example": ["127.0.0.1"],
    "half.example": ["93.184.216.34", "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
  };
  const resolve: Resolve = (hostname, _options, callback) => {
    asked += 1;
    callback(
      null,
      (answers[hostname] ?? []).map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  await using outgoing = new Outgoing([], resolve);
  for (const host of Object.keys(answers)) {
    const url = `http://${host}:${server.port}/`;
    outgoing.check(url);
    asked = 0;
    await assert.rejects(outgoing.post(url, posting), causedBy("ADDRESS_FORBIDDEN"), host);
    assert.equal(asked, 1);
  }
  await using trusting = new Outgoing([`inside.example:${server.port}`], (_hostname, _options, callback) =>
    callback(null, [{ address: "127.0.0.1", family: 4 }]),
  );
  await assert.rejects(trusting.post(`http://half.example:${server.port}/`, posting), causedBy("ADDRESS_FORBIDDEN"));
  assert.deepEqual(server.heard, []);
});

test("what an operator allows is called, by host and port or by range, and nothing beside it", async () => {
  using server = await listening();
  using other = await listening();
  const url = (port: number) => `http://127.0.0.1:${port}/x`;
  await using named = new Outgoing([`127.0.0.1:${server.port}`]);
  assert.equal(await named.post(url(server.port), posting), 204);
  await assert.rejects(named.post(url(other.port), posting), code("ADDRESS_FORBIDDEN"));
  await using ranged = new Outgoing(["127.0.0.0/8"]);
  assert.equal(await ranged.post(url(other.port), posting), 204);
  await assert.rejects(ranged.post("http://10.0.0.1/", posting), code("ADDRESS_FORBIDDEN"));
  assert.deepEqual([server.heard, other.heard], [["/x"], ["/x"]]);
  for (const wrong of ["127.0.0.1", "10.0.0.0/99", "http://a/"])
    assert.throws(() => new Outgoing([wrong]), code("ALLOWANCE_INVALID"), wrong);
});

test("an IPv6 address that an operator allows is called by host and port too", async (t) => {
  if (!Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1")))
    return t.skip("this machine has no IPv6");
  using inside = await listening({ status: 204 }, "::1");
  await using outgoing = new Outgoing([`[::1]:${inside.port}`]);
  assert.equal(await outgoing.post(`http://[::1]:${inside.port}/hook`, posting), 204);
  await assert.rejects(outgoing.post(`http://[::1]:${inside.port + 1}/hook`, posting), causedBy("ADDRESS_FORBIDDEN"));
  assert.deepEqual(inside.heard, ["/hook"]);
});

test("a redirect is an answer and is not followed", async () => {
  using target = await listening();
  using server = await listening({ status: 302, headers: { location: `http://127.0.0.1:${target.port}/` } });
  await using outgoing = new Outgoing(["127.0.0.0/8"]);
  assert.equal(await outgoing.post(`http://127.0.0.1:${server.port}/`, posting), 302);
  assert.deepEqual(target.heard, []);
});
