/** What a client may do beside A2A: have agents of its own, with the tools that the operator gave such agents, and no more. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import { type Agent, defineAgent, openHub, runAgent } from "@entente/sdk";
import { scratch } from "./hub-process.ts";

const skills = [{ id: "call", name: "Call", description: "Call a tool of the hub by its name" }];
const caller = (name: string): Agent =>
  defineAgent({
    name,
    description: "Calls the tool it is told, with what it is given.",
    skills,
    execute: async (task, { call }) => ({ text: JSON.stringify(await call(task.text, {})) }),
  });

function serve(data: string, settings: readonly (readonly [string, string])[] = []): Promise<ServedHub> {
  const flags = [["data.dir", data], ["http.port", "0"], ["log.level", "silent"], ...settings] as const;
  return serveHub(loadConfig({ flags }));
}

async function tokenOf(served: ServedHub, name: string): Promise<string> {
  return String((await served.hub.dispatcher.call("hub_add_principal", { name }, { principal: operator })).token);
}

// Runs an agent until the test ends or it gives up.
function start(t: TestContext, agent: Agent, hub: string, token: string): { joined: Promise<void>; ended: Promise<unknown> } {
  const stop = new AbortController();
  const joined = Promise.withResolvers<void>();
  const log = (line: string): void => (line.includes("joined") ? joined.resolve() : undefined);
  const ended = runAgent(agent, { hub, token, signal: stop.signal, log }).catch((error: unknown) => error);
  t.after(() => stop.abort());
  const first = Promise.race([joined.promise, ended.then((error) => Promise.reject(error))]);
  first.catch(() => {}); // a test that waits for the end only does not look at it
  return { joined: first, ended };
}

test("a client's agent calls the tools that are for such agents, and sees no others", async (t) => {
  using folder = scratch();
  await using served = await serve(join(folder.path, "data"));
  const hub = served.url.href;
  const token = await tokenOf(served, "ada");
  await start(t, caller("errand"), hub, token).joined;
  await using client = await openHub({ hub, token });
  const listed = (await client.tools()).map((tool) => tool.name);
  assert.ok(listed.includes("agent_list") && listed.includes("agent__librarian"));
  for (const tool of ["hub_add_principal", "hub_list_events", "agent_add", "agent_remove", "learning_ingest", "sla_set_terms"]) {
    assert.ok(!listed.includes(tool), tool);
    const refused = await client.send("errand", tool);
    assert.equal(refused.state, "TASK_STATE_FAILED");
    assert.match(refused.text, /is a client's agent and may not call/);
  }
  const { agents } = JSON.parse((await client.send("errand", "agent_list")).text);
  assert.ok(agents.length > 3);
  const kinds = await served.hub.store.events.read({ kind: "principal.*", limit: 10 });
  assert.equal(kinds.length, 1, "nobody but the operator added a client");
});

test("no agent goes by the name of somebody else: the operator, the hub, an agent that is only sometimes there", async (t) => {
  using folder = scratch();
  await using served = await serve(join(folder.path, "data"), [["a2a.tools", ""]]);
  const token = await tokenOf(served, "eve");
  for (const name of ["operator", "hub", "nobody", "toolsmith", "librarian"]) {
    const error = await start(t, caller(name), served.url.href, token).ended;
    assert.equal((error as { code?: string }).code, "AGENT_NAME_FOREIGN", name);
  }
});

test("a revoked client's connections end with its token, and its agents can be removed", async (t) => {
  using folder = scratch();
  await using served = await serve(join(folder.path, "data"));
  const { hub } = served;
  const token = await tokenOf(served, "ada");
  await start(t, caller("errand"), served.url.href, token).joined;
  const client = await openHub({ hub: served.url.href, token });
  assert.equal(hub.joined.isHere("errand"), true);
  await hub.dispatcher.call("hub_revoke_principal", { name: "ada" }, { principal: operator });
  while (hub.joined.isHere("errand")) await sleep(10, undefined, { signal: t.signal });
  await assert.rejects(client.send("librarian", "hello"));
  await client[Symbol.asyncDispose]();
  await hub.dispatcher.call("agent_remove", { name: "errand" }, { principal: operator });
  assert.equal(hub.registry.has("errand"), false);
  const other = await tokenOf(served, "bob");
  await start(t, caller("errand"), served.url.href, other).joined;
});

test("an agent that comes back while the hub starts is let in when the hub knows its own", async (t) => {
  using folder = scratch();
  const data = join(folder.path, "data");
  let served = await serve(data);
  try {
    const token = await tokenOf(served, "ada");
    const { port, href } = served.url;
    await start(t, caller("errand"), href, token).joined;
    for (let round = 0; round < 3; round++) {
      await served[Symbol.asyncDispose]();
      served = await serve(data, [["http.port", port]]);
      while (!served.hub.joined.isHere("errand")) await sleep(10, undefined, { signal: t.signal });
      await using client = await openHub({ hub: href, token });
      assert.match((await client.send("errand", "agent_list")).text, /librarian/);
    }
  } finally {
    await served[Symbol.asyncDispose]();
  }
});

test("a credential goes to the agent it was given for, and is forgotten with it", async () => {
  using folder = scratch();
  const heard: (string | undefined)[] = [];
  const stranger: Server = createServer((request, response) => {
    heard.push(request.headers.authorization);
    response.writeHead(404).end();
  });
  stranger.listen(0, "127.0.0.1");
  await once(stranger, "listening");
  const address = `127.0.0.1:${(stranger.address() as AddressInfo).port}`; // why: it listens on TCP
  try {
    await using served = await serve(join(folder.path, "data"), [["net.allowPrivate", "127.0.0.0/8"]]);
    const add = (input: object) => served.hub.dispatcher.call("agent_add", input, { principal: operator });
    const far = new URL("/a2a/librarian", served.url).href;
    await add({ url: far, name: "weather", credential: "for-weather" });
    await assert.rejects(add({ url: `http://${address}`, name: "weather", credential: "other" }), { code: "AGENT_NAME_TAKEN" });
    await assert.rejects(add({ url: `http://${address}`, name: "../../x", credential: "other" }), { code: "AGENT_NAME_INVALID" });
    assert.deepEqual(heard, [], "a name that cannot be had is refused before anything is fetched");
    await served.hub.dispatcher.call("agent_remove", { name: "weather" }, { principal: operator });
    await assert.rejects(add({ url: `http://${address}`, name: "weather" }));
    assert.ok(heard.length > 0 && heard.every((header) => header === undefined), "the token went with its agent");
  } finally {
    stranger.close();
  }
});
