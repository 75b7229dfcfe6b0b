import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { EntenteError } from "../src/base/errors.ts";
import { writeFileWhole } from "../src/base/files.ts";
import { serveHub } from "../src/serving.ts";
import { toolCall, withFront } from "./front.ts";
import { configOn, scratchFolder } from "./scratch.ts";
import { ask } from "./wire.ts";

const code = (wanted: string) => (error: unknown) => {
  assert.ok(error instanceof EntenteError, String(error));
  assert.equal(error.code, wanted);
  return true;
};
test("while the hub closes, a call under way ends well, and neither open nor new connections start another", () =>
  withFront({}, async ({ served, url, bearer }) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const idle = request(new URL("/healthz", url), { agent }).end();
    const [alive] = await once(idle, "response");
    await text(alive);
    const { headers, body } = toolCall("quantum_solve", {
      text: "p qubo 0 30 0 0\n",
      seconds: 0.7,
      solver: "simulated-annealing",
    });
    const begun = new Promise<void>((resolve) => {
      const stop = served.hub.dispatcher.onProgress(() => {
        stop();
        resolve();
      });
    });
    const answered = ask(url, "/mcp", { method: "POST", headers: { ...bearer, ...headers }, body });
    await begun;
    const closing = served[Symbol.asyncDispose]();
    await assert.rejects(ask(url, "/healthz"), /ECONNREFUSED/);
    await assert.rejects(once(request(new URL("/healthz", url), { agent }).end(), "response"), /ECONN/);
    const { status, body: result } = await answered;
    assert.equal(status, 200);
    assert.match(result, /"structuredContent":\{"energy":/);
    await closing;
    agent.destroy();
  }));

test("a second hub on the same folder is refused with HUB_RUNNING, and the first goes on", () =>
  withFront({}, async ({ url, folder }) => {
    await assert.rejects(serveHub(configOn(folder)), code("HUB_RUNNING"));
    assert.equal((await ask(url, "/readyz")).status, 200);
  }));

test("when a hub has closed, another may serve its folder, and what a killed one left behind is no hindrance", async () => {
  using folder = scratchFolder();
  const first = await serveHub(configOn(folder.path));
  await first[Symbol.asyncDispose]();
  writeFileWhole(join(folder.path, "run", "hub.json"), JSON.stringify({ pid: process.pid, url: first.url.origin }));
  await using second = await serveHub(configOn(folder.path));
  assert.equal((await ask(second.url, "/readyz")).status, 200);
});

test("a port that is taken is PORT_TAKEN, and the folder is free again after it", async () => {
  using folder = scratchFolder();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  assert.ok(typeof address === "object" && address !== null);
  await assert.rejects(serveHub(configOn(folder.path, { "http.port": String(address.port) })), code("PORT_TAKEN"));
  other.close();
  await using served = await serveHub(configOn(folder.path));
  assert.equal((await ask(served.url, "/healthz")).status, 200);
});

test("an address that is not loopback wants the names it answers for", async () => {
  using folder = scratchFolder();
  await assert.rejects(serveHub(configOn(folder.path, { "http.host": "0.0.0.0" })), code("HOST_NEEDS_NAMES"));
});
