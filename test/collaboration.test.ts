/** Collaboration over a served hub: change notices to the official MCP client, and agents that read and write together. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { loadConfig, operator, type ServedHub, serveHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Contender } from "../bench/a2a/contender.ts";
import { readToken } from "../packages/hub/src/cli/session.ts";
import { scratch } from "./hub-process.ts";

type Era = "legacy" | "modern";

const configOf = (data: string) =>
  loadConfig({
    flags: [
      ["data.dir", data],
      ["http.port", "0"],
      ["log.level", "silent"],
      ["net.allowPrivate", "127.0.0.0/8"],
    ],
  });

async function clientOf(era: Era, served: ServedHub): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    era === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
  );
  const headers = { authorization: `Bearer ${readToken(served.hub.config)}` };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", served.url), { requestInit: { headers } }));
  assert.equal(client.getProtocolEra(), era);
  return client;
}

/** Follows a resource while `work` is done, and gives what it says after the first notice. */
async function toldOf(client: Client, era: Era, uri: string, work: () => Promise<unknown>): Promise<Record<string, unknown>> {
  const { promise, resolve } = Promise.withResolvers<string>();
  client.setNotificationHandler("notifications/resources/updated", ({ params }) => resolve(params.uri));
  const listening = era === "modern" ? await client.listen({ resourceSubscriptions: [uri] }) : undefined;
  if (!listening) await client.subscribeResource({ uri });
  await work();
  assert.equal(await promise, uri);
  if (listening) await listening.close();
  const { contents } = await client.readResource({ uri });
  return JSON.parse(String(contents[0] && "text" in contents[0] ? contents[0].text : ""));
}

async function call(client: Client, name: string, input: Record<string, unknown>): Promise<Record<string, unknown>> {
  const result = await client.callTool({ name, arguments: input });
  if (result.isError) throw new Error(JSON.stringify(result));
  return result.structuredContent as Record<string, unknown>; // why: tools of the hub give objects
}

for (const era of ["legacy", "modern"] as const)
  test(`the official client is told in the ${era} era when a board it follows was written, and writes over what it read`, async () => {
    using folder = scratch();
    await using served = await serveHub(configOf(join(folder.path, "data")));
    const client = await clientOf(era, served);
    const { board } = await call(client, "board_open", { subject: "a plan", members: ["librarian"] });
    const written = await toldOf(client, era, `entente://boards/${board}`, () =>
      served.hub.dispatcher.call(
        "board_put",
        { board, key: "plan", value: { steps: ["read"] }, expected: 0 },
        { principal: { id: "librarian", kind: "agent" } },
      ),
    );
    assert.deepEqual([written.revision, written.members], [1, ["operator", "librarian"]]);
    const entry = await call(client, "board_get", { board, key: "plan" });
    assert.deepEqual([entry.value, entry.version, entry.by], [{ steps: ["read"] }, 1, "librarian"]);
    const conflict = await client.callTool({
      name: "board_put",
      arguments: { board, key: "plan", value: "mine", expected: 0 },
    });
    assert.deepEqual(conflict._meta?.["dev.entente/error"], {
      code: "VERSION_CONFLICT",
      details: { board, key: "plan", expected: 0, version: 1, value: { steps: ["read"] } },
      help: "docs/reference/errors.md#version_conflict",
    });
    assert.deepEqual(await call(client, "board_put", { board, key: "plan", value: "mine", expected: 1 }), { version: 2 });
    const { revision, changes } = await call(client, "board_watch", { board, since: 1, waitMs: 0 });
    assert.equal(revision, 2);
    assert.equal((changes as readonly unknown[]).length, 1); // why: the tool's own output
    const stranger = { principal: { id: "examiner", kind: "agent" } } as const;
    await assert.rejects(served.hub.dispatcher.call("board_get", { board, key: "plan" }, stranger), { code: "NOT_FOUND" });
    const called = await served.hub.store.events.read({ kind: "tool.called", limit: 100 });
    const puts = called.filter(({ subject }) => subject === "board_put");
    assert.ok(puts.length === 3 && !JSON.stringify(puts).includes("steps"), "what is written stays off the log");
    await client.close();
  });

for (const era of ["legacy", "modern"] as const)
  test(`the official client is told in the ${era} era when something happens in a vote whose transcript it follows`, async () => {
    using folder = scratch();
    await using served = await serveHub(configOf(join(folder.path, "data")));
    const client = await clientOf(era, served);
    const terms = { subject: "lunch", options: ["soup", "pie"], voters: ["librarian", "operator"], deadlineMs: 60_000 };
    const { vote } = await call(client, "vote_open", terms);
    const transcript = await toldOf(client, era, `entente://transcripts/${vote}`, () =>
      served.hub.dispatcher.call("vote_cast", { vote, ballot: "pie" }, { principal: { id: "librarian", kind: "agent" } }),
    );
    const [event] = transcript.events as readonly Record<string, unknown>[]; // why: the tool's own output
    assert.deepEqual([transcript.holds, event?.act, event?.by, event?.sealed], [true, "sealed", "librarian", true]);
    await client.close();
  });

test("votes and auctions by tools: what is sealed stays off the log, strangers see nothing, and a mistake is told what was wanted", async () => {
  using folder = scratch();
  await using served = await serveHub(configOf(join(folder.path, "data")));
  const client = await clientOf("modern", served);
  const as = (id: string) => ({ principal: { id, kind: "agent" } }) as const;
  const { dispatcher, store } = served.hub;
  const two = ["librarian", "examiner"];
  const { vote } = await call(client, "vote_open", {
    subject: "what to read",
    options: ["code", "prose"],
    rule: "borda",
    voters: [{ name: "librarian", weight: 2 }, "examiner"],
    deadlineMs: 60_000,
  });
  await assert.rejects(dispatcher.call("vote_cast", { vote, ballot: ["poems"] }, as("librarian")), {
    code: "OFFER_INVALID",
    message: 'ballot: wanted for borda a list of options, best first, each once, of "code", "prose"; got something else',
  });
  await assert.rejects(dispatcher.call("vote_status", { vote }, as("coordinator")), { code: "NOT_FOUND" });
  await assert.rejects(dispatcher.call("vote_close", { vote }, as("librarian")), { code: "NOT_FOUND" });
  await dispatcher.call("vote_cast", { vote, ballot: ["prose", "code"] }, as("librarian"));
  await call(client, "vote_cast", { vote, as: "examiner" });
  const over = await call(client, "vote_status", { vote, waitMs: 10_000 });
  assert.deepEqual([over.status, (over.result as { winner: string }).winner], ["decided", "prose"]); // why: the tool's own output

  await assert.rejects(
    call(client, "auction_open", { subject: "a shelf", kind: "english", bidders: two }),
    /startPrice: wanted for kind/,
  );
  await assert.rejects(
    call(client, "auction_open", { subject: "a shelf", kind: "sealed-bid", bidders: two, deadlineMs: 1000, floor: 3 }),
    /floor: \\"sealed-bid\\" takes reserve, pricing, deadlineMs; got floor/,
  );
  const { auction } = await call(client, "auction_open", {
    subject: "a shelf",
    kind: "sealed-bid",
    bidders: two,
    deadlineMs: 60_000,
  });
  await dispatcher.call("auction_bid", { auction, price: 71.25 }, as("librarian"));
  await dispatcher.call("auction_bid", { auction, pass: true }, as("examiner"));
  const { status, awards } = await call(client, "auction_status", { auction });
  const [award] = awards as readonly { to: string; price: number; agreement: string }[]; // why: the tool's own output
  assert.deepEqual([status, award?.to, award?.price], ["awarded", "librarian", 0]);
  const verified = await call(client, "agreement_verify", { id: award?.agreement });
  assert.deepEqual(verified, { holds: true, signatures: true, transcript: true, problem: null });
  const { document } = (await dispatcher.call("agreement_get", { id: award?.agreement ?? "" }, as("librarian"))) as {
    document: { terms: object };
  }; // why: the tool's own output
  assert.deepEqual(document.terms, { lots: "a shelf", price: "0", rule: "sealed bids to sell, second price" });
  const called = (await store.events.read({ kind: "tool.called", limit: 100 })).filter(
    ({ subject, data }) => (subject === "auction_bid" || subject === "vote_cast") && data.outcome === "ok",
  );
  const hidden = { price: "***", bundles: "***", pass: "***" };
  assert.deepEqual(
    called.map(({ data }) => data.input),
    [
      { vote, ballot: "***" },
      { vote, ballot: "***", as: "examiner" },
      { auction, ...hidden },
      { auction, ...hidden },
    ],
    "that somebody passed or abstained is not to be seen either",
  );
  assert.ok(!JSON.stringify(await store.events.read({ limit: 1000 })).includes("71.25"));
  await client.close();
});

test("the commands in the guide and on the reference page do what they say, one after another", async () => {
  using folder = scratch();
  await using served = await serveHub(configOf(join(folder.path, "data")));
  for (const page of ["docs/guides/negotiation.md", "docs/reference/collaboration.md"]) {
    const whole = readFileSync(resolve(import.meta.dirname, "..", page), "utf8");
    const [, text = whole] = /## Voting, auctions, blackboards\n(.*?)(?:\n## |$)/s.exec(whole) ?? [];
    const ids = new Map<string, unknown>();
    const commands = [...text.matchAll(/npx entente call ([a-z_]+) '([^']+)'/g)];
    assert.ok(commands.length >= 8, `${page}: ${commands.length}`);
    for (const [, tool = "", json = ""] of commands) {
      const filled = json.replace(/"([a-z]{3})_…"/g, (_, prefix: string) => `"${ids.get(prefix)}"`);
      const input = { ...JSON.parse(filled), ...(filled.includes("waitMs") ? { waitMs: 0 } : {}) };
      const result = await served.hub.dispatcher.call(tool, input, { principal: operator });
      for (const id of Object.values(result)) if (typeof id === "string") ids.set(id.slice(0, 3), id);
    }
  }
});

test("agents of the SDK over a pipe and of the official A2A SDK over HTTP are asked to vote and to bid, and say so on their cards", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  await using served = await serveHub(configOf(data));
  const client = await clientOf("modern", served);
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=entente", resolve(import.meta.dirname, "../examples/elector.ts")],
    { env: { ...process.env, ENTENTE_HUB: `unix:${join(data, "run", "hub.sock")}` }, stdio: "ignore" },
  );
  await using elsewhere = await Contender.start(new URL("../bench/negotiation/sdk-negotiator.ts", import.meta.url));
  try {
    await call(client, "agent_add", { url: new URL("far-buyer", elsewhere.url).href, allowUnsigned: true });
    while (!served.hub.registry.has("elector")) await sleep(20);
    const [extension] = served.hub.registry.get("elector").card.capabilities?.extensions ?? [];
    assert.deepEqual(extension?.params?.protocols, ["vote", "auction"]);
    const both = ["elector", "far-buyer"];
    const { vote } = await call(client, "vote_open", {
      subject: "lunch",
      options: ["a long stew", "soup"],
      rule: "approval",
      voters: [{ name: "elector", weight: 2 }, "far-buyer"],
      deadlineMs: 60_000,
    });
    const decided = await call(client, "vote_status", { vote, waitMs: 20_000 });
    assert.deepEqual(decided.ballots, [
      { voter: "elector", ballot: [["soup"]] },
      { voter: "far-buyer", ballot: [["a long stew"]] },
    ]);
    const outcomes: unknown[] = [];
    for (const kind of [
      { kind: "english", startPrice: 12, minRaise: 4, quietMs: 20_000 },
      { kind: "dutch", ceiling: 40, floor: 4, moveBy: 10, everyMs: 300 },
      { kind: "combinatorial-auction", lots: ["cpu", "disk"], deadlineMs: 20_000 },
      { kind: "sealed-bid", deadlineMs: 20_000 },
    ]) {
      const { auction } = await call(client, "auction_open", { subject: "a day", bidders: both, ...kind });
      const { status, awards } = await call(client, "auction_status", { auction, waitMs: 20_000 });
      const [{ to, price }] = awards as readonly [{ to: string; price: number }]; // why: the tool's own output
      outcomes.push([kind.kind, status, kind.kind === "english" || kind.kind === "dutch" ? price : to]);
    }
    assert.deepEqual(outcomes, [
      ["english", "awarded", 20],
      ["dutch", "awarded", 20],
      ["combinatorial-auction", "awarded", "elector"],
      ["sealed-bid", "awarded", "elector"],
    ]);
  } finally {
    child.kill();
    await once(child, "exit");
  }
  await client.close();
});
