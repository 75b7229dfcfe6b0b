/** Service levels over a served hub: change notices to the official client in both eras, and a breach that reroutes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { readToken } from "../packages/hub/src/cli/session.ts";
import { commandLine, scratch } from "./hub-process.ts";

type Era = "legacy" | "modern";

const uri = "entente://sla/librarian";
const configOf = (data: string) =>
  loadConfig({
    flags: [
      ["data.dir", data],
      ["http.port", "0"],
      ["log.level", "silent"],
    ],
  });

function clientOf(era: Era): Client {
  return new Client(
    { name: "test", version: "1" },
    era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
  );
}

/** Follows the resource, has a task done, and waits for the notice. */
async function follow(client: Client, era: Era): Promise<void> {
  const told: string[] = [];
  let wake = (): void => {};
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => {
    told.push(params.uri);
    wake();
  });
  const listening = era === "modern" ? await client.listen({ resourceSubscriptions: [uri] }) : undefined;
  if (!listening) await client.subscribeResource({ uri });
  // Its job is wanting, so the task fails: that is measured too.
  const work = () =>
    client.callTool({ name: "routing_send_message", arguments: { skill: "ingest", text: "hello", allow: ["librarian"] } });
  await work();
  while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
  assert.deepEqual([...new Set(told)], [uri]);
  const { contents } = await client.readResource({ uri });
  const report = JSON.parse(String(contents[0] && "text" in contents[0] ? contents[0].text : ""));
  assert.equal(report.agent, "librarian");
  assert.equal(report.tasks, 1);
  if (listening) await listening.close();
  else await client.unsubscribeResource({ uri });
  told.length = 0;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 600));
  assert.deepEqual(told, [], "who stopped listening hears no more");
}

for (const era of ["legacy", "modern"] as const) {
  test(`the official client is told over HTTP in the ${era} era when an agent's service levels change`, async () => {
    using folder = scratch();
    const config = configOf(join(folder.path, "data"));
    await using served = await serveHub(config);
    const client = clientOf(era);
    const headers = { authorization: `Bearer ${readToken(config)}` };
    await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", served.url), { requestInit: { headers } }));
    assert.equal(client.getProtocolEra(), era);
    await follow(client, era);
    await client.close();
  });

  test(`the official client is told over stdio in the ${era} era when an agent's service levels change`, async () => {
    using folder = scratch();
    const client = clientOf(era);
    const args = commandLine(join(folder.path, "data"), ["log.level=silent"], "mcp");
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    await follow(client, era);
    await client.close();
  });
}

test("an older client cannot follow what is not there", async () => {
  using folder = scratch();
  const config = configOf(join(folder.path, "data"));
  await using served = await serveHub(config);
  const client = clientOf("legacy");
  const headers = { authorization: `Bearer ${readToken(config)}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", served.url), { requestInit: { headers } }));
  await assert.rejects(client.subscribeResource({ uri: "entente://nothing" }), /no resource/);
  await client.close();
});

const echoing = (name: string, fails: () => boolean) => ({
  profile: { name, description: "Echoes", skills: [{ id: "echo", name: "Echo", description: "Says back what was said" }] },
  execute: async () => {
    if (fails()) throw new Error("not today");
    return { text: "done" };
  },
});

async function ask(served: ServedHub, input: object): Promise<string> {
  const answer = await served.hub.dispatcher.call(
    "routing_send_message",
    { skill: "echo", text: "x", idempotent: true, ...input },
    { principal: operator },
  );
  return String(answer.agent);
}

test("an agent whose terms are in breach is not chosen while another is there, and the metrics say so", async () => {
  using folder = scratch();
  await using served = await serveHub(configOf(join(folder.path, "data")));
  let failing = true;
  await served.hub.registry.add(
    echoing("aa-first", () => failing),
    served.url.origin,
  );
  await served.hub.registry.add(
    echoing("second", () => false),
    served.url.origin,
  );
  for (let i = 0; i < 12; i++) {
    // One failure of two, so that the breaker never opens.
    failing = i % 2 === 0;
    await ask(served, { allow: ["aa-first"] }).catch((error) => assert.equal(error.code, "ROUTE_FAILED"));
  }
  served.hub.sla.check();
  const report = await served.hub.sla.report("aa-first");
  assert.equal(report.terms.find(({ indicator }) => indicator === "success")?.breach, "page");
  const asked = new Set<string>();
  for (let i = 0; i < 10; i++) asked.add(await ask(served, {}));
  assert.deepEqual([...asked], ["second"]);
  const text = await served.hub.metrics.text();
  assert.match(text, /entente_sla_breached\{agent="aa-first",indicator="success",severity="page"\} 1/);
  assert.match(text, /entente_sla_outcomes_total\{agent="aa-first",indicator="success",verdict="bad"\} 6/);
  const { yaml } = await served.hub.dispatcher.call("sla_export_openslo", { agent: "second" }, { principal: operator });
  assert.match(String(yaml), /agent=\\"second\\",indicator=\\"success\\"/);
  const { breaches } = await served.hub.dispatcher.call("sla_list_breaches", { open: true }, { principal: operator });
  assert.match(JSON.stringify(breaches), /"agent":"aa-first","indicator":"success","severity":"page"/);
});
