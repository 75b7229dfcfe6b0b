/** A client's own model at the table: by MCP sampling of the official client, in both eras; and models of the operator's, over MCP. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, type ServedHub, serveHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { insisting } from "../bench/negotiation/insisting.ts";
import { chatServer, sensible } from "../packages/hub/test/bargains/chat-server.ts";
import { party } from "../packages/hub/test/bargains/house.ts";
import { commandLine, scratch } from "./hub-process.ts";

interface Sampled {
  readonly system: string;
  readonly user: string;
  readonly messages: number;
}

interface Setting {
  readonly mode: "legacy" | "modern";
  /** The client's model; without, the client offers no sampling. */
  readonly model?: (asked: Sampled, before: number) => string;
  readonly flags?: readonly (readonly [string, string])[];
}

type Result = { readonly [field: string]: unknown };

const preferences = {
  weights: { price: 2, time: 1 },
  values: { price: { 2: 1, 4: 0.75, 6: 0.5, 8: 0.25, 10: 0 }, time: { 500: 1, 1000: 0.7, 2000: 0.1 } },
  reservation: 0.35,
};
const issues = [
  { name: "price", values: [2, 4, 6, 8, 10], slo: "cost" },
  { name: "time", values: [500, 1000, 2000], slo: "totalMs" },
];
const session = { subject: "a review", with: ["bob"], issues, rounds: 6 };
// How `sensible` finds the table.
const asBody = ({ user }: Sampled) => ({ body: { model: "", messages: [{ role: "user" as const, content: user }] } });

async function withClient(
  { mode, model, flags = [] }: Setting,
  work: (call: (tool: string, input: object) => Promise<Result>, served: ServedHub, sampled: Sampled[]) => Promise<void>,
): Promise<void> {
  using folder = scratch();
  const data = join(folder.path, "data");
  const own = [
    ["data.dir", data],
    ["http.port", "0"],
    ["log.level", "silent"],
  ] as const;
  await using served = await serveHub(loadConfig({ flags: [...own, ...flags] }));
  await served.hub.addAgent(party("bob", async (turn) => insisting(turn)));
  const client = new Client(
    { name: "test", version: "1" },
    {
      ...(mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {}),
      capabilities: model ? { sampling: {} } : {},
    },
  );
  const sampled: Sampled[] = [];
  if (model)
    client.setRequestHandler("sampling/createMessage", ({ params }) => {
      const text = (at: number): string => {
        const content = params.messages.at(at)?.content;
        return content && "text" in content ? String(content.text) : "";
      };
      const asked = { system: params.systemPrompt ?? "", user: text(0), messages: params.messages.length };
      sampled.push(asked);
      return {
        model: "the-clients-own",
        role: "assistant" as const,
        content: { type: "text" as const, text: model(asked, sampled.length - 1) },
      };
    });
  const token = readFileSync(join(data, "keys", "token"), "utf8").trim();
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", served.url), { requestInit }));
  try {
    await work(
      async (name, input) => {
        const { isError, content, structuredContent } = await client.callTool({ name, arguments: { ...input } });
        if (isError) throw new Error(JSON.stringify(content));
        return structuredContent as Result; // why: every tool of the hub gives an object
      },
      served,
      sampled,
    );
  } finally {
    await client.close();
  }
}

for (const mode of ["legacy", "modern"] as const) {
  test(`${mode}: a client's own model bargains to a signed agreement, asked by sampling in each of its turns`, () =>
    withClient({ mode, model: (asked) => sensible(asBody(asked)) }, async (call, served, sampled) => {
      const started = await call("negotiate_start", { ...session, preferences, strategy: "self" });
      const id = String(started.negotiation);
      const first = await call("negotiate_play", { id, turns: 2, instructions: "be firm" });
      assert.deepEqual([first.stopped, first.answers, first.status], ["turns", 2, "open"]);
      const last = await call("negotiate_play", { id, instructions: "be firm" });
      assert.deepEqual([last.stopped, last.status], ["ended", "agreement"]);
      assert.equal(sampled.length, 2 + Number(last.answers));
      assert.ok(sampled.every(({ system, messages }) => system.endsWith("be firm") && messages === 1));
      const verified = await call("agreement_verify", { id: last.agreement });
      assert.equal(verified.holds, true);
      const own = (last.transcript as { by: string; act: string; text: string | null; utility: number }[]).filter(
        ({ by, act }) => by === "operator" && act === "offer",
      ); // why: the tool's own output
      assert.ok(own.length >= 2 && own.every(({ text, utility }) => /^An offer: price/.test(text ?? "") && utility >= 0.35));
      const calls = await served.hub.store.events.read({ kind: "tool.called", subject: "negotiate_play", limit: 100 });
      assert.ok(calls.every(({ data }) => ["ok", "sample-needed"].includes(String(data.outcome))));
      assert.ok(!JSON.stringify(calls).includes("be firm"));
    }));

  test(`${mode}: what a client's model says outside the mandate reaches nobody; it hears why, and after three such answers the call ends`, () =>
    withClient(
      {
        mode,
        model: (_, before) =>
          ['{"act": "offer", "offer": {"price": "10", "time": "500"}}', "Deal!", '{"act": "accept"}'][before % 3] ?? "",
      },
      async (call, _served, sampled) => {
        const mandate = { issues: { price: { most: 4 } }, commit: ["model"] };
        const id = String((await call("negotiate_start", { ...session, mandate })).negotiation);
        const played = await call("negotiate_play", { id });
        assert.deepEqual([played.stopped, played.answers, played.transcript], ["wrong-answers", 3, []]);
        assert.match(String(played.problem), /nothing-to-accept/);
        assert.deepEqual(
          sampled.map(({ messages }) => messages),
          [1, 3, 3],
        );
        await assert.rejects(
          call("negotiate_offer", { id, offer: { price: "4", time: "500" } }),
          /MANDATE_EXCEEDED.*acts of the model/,
        );
      },
    ));

  test(`${mode}: over stdio a client's own model is asked too`, async () => {
    using folder = scratch();
    const client = new Client(
      { name: "test", version: "1" },
      {
        ...(mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {}),
        capabilities: { sampling: {} },
      },
    );
    client.setRequestHandler("sampling/createMessage", () => ({
      model: "the-clients-own",
      role: "assistant" as const,
      content: { type: "text" as const, text: '{"act": "offer", "offer": {"price": 4, "time": 500}, "text": "please"}' },
    }));
    const args = commandLine(join(folder.path, "data"), ["log.level=silent"], "mcp");
    await client.connect(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    try {
      const call = async (name: string, input: object): Promise<Result> =>
        (await client.callTool({ name, arguments: { ...input } })).structuredContent as Result; // why: every tool of the hub gives an object
      const { negotiation: id } = await call("negotiate_start", { ...session, with: ["librarian"], mandate: { issues: {} } });
      const played = await call("negotiate_play", { id, turns: 3, waitMs: 0 });
      assert.deepEqual([played.stopped, played.answers, played.turn], ["waiting", 1, "librarian"]);
      const accepted = await call("negotiate_accept", { id, as: "librarian" });
      assert.deepEqual([accepted.status, accepted.agreed], ["agreement", { price: "4", time: "500" }]);
    } finally {
      await client.close();
    }
  });

  test(`${mode}: without sampling, without limits, or in a seat that somebody has, the refusal says what is wanted`, () =>
    withClient({ mode }, async (call) => {
      const self = String((await call("negotiate_start", { ...session, preferences, strategy: "self" })).negotiation);
      await assert.rejects(call("negotiate_play", { id: self }), /SAMPLING_MISSING.*preferences.*models_list.*negotiate_offer/);
      const strategy = String((await call("negotiate_start", { ...session, preferences })).negotiation);
      await assert.rejects(call("negotiate_play", { id: strategy }), /SEAT_TAKEN.*strategy/);
      await assert.rejects(call("negotiate_play", { id: "bar_none" }), /NOT_FOUND/);
      await assert.rejects(call("negotiate_start", { ...session, preferences, model: {} }), /MODEL_UNKNOWN.*models\.endpoints/);
    }));
}

test("a client's model without preferences or a mandate is not asked", () =>
  withClient({ mode: "modern", model: () => "" }, async (call, _served, sampled) => {
    const id = String((await call("negotiate_start", session)).negotiation);
    await assert.rejects(call("negotiate_play", { id }), /MODEL_UNBOUND/);
    assert.equal(sampled.length, 0);
  }));

test("a model of the operator's bargains for whoever asks by tool; clients see and use only those that are for them", async () => {
  await using server = await chatServer(sensible);
  const endpoints = {
    own: { url: server.url, model: "stand-in" },
    shared: { url: server.url, model: "stand-in", clients: true },
  };
  const flags = [
    ["models.endpoints", JSON.stringify(endpoints)],
    ["models.default", "own"],
  ] as const;
  await withClient({ mode: "modern", flags }, async (call, { hub }) => {
    await assert.rejects(call("negotiate_start", { ...session, model: {} }), /MODEL_UNBOUND/);
    await assert.rejects(call("negotiate_start", { ...session, preferences, model: {}, strategy: "boulware" }), /got both/);
    await call("models_set_key", { endpoint: "own", key: "sk-canary-kept" });
    const id = String((await call("negotiate_start", { ...session, preferences, model: {} })).negotiation);
    const view = await call("negotiate_status", { id, waitMs: 20_000 });
    assert.equal(view.status, "agreement");
    assert.equal(server.asked[0]?.headers.authorization, "Bearer sk-canary-kept");
    const { models } = await call("models_list", {});
    assert.partialDeepStrictEqual(models, [
      { name: "own", isDefault: true, key: "kept", url: server.url, failures: 0, lastFailure: null },
      { name: "shared", isDefault: false, key: "none", requests: 0 },
    ]);
    assert.ok(!JSON.stringify([models, await hub.store.events.read({ limit: 1000 })]).includes("sk-canary"));
    assert.match(await hub.metrics.text(), /entente_model_turns_total\{endpoint="own",outcome="acted"\} [1-9]/);
    await call("models_set_key", { endpoint: "own", key: null });
    const eve = { principal: { id: "client:eve", kind: "client" } } as const;
    const seen = await hub.dispatcher.call("models_list", {}, eve);
    assert.partialDeepStrictEqual(seen, { models: [{ name: "shared", url: null, key: null }] });
    assert.equal(Array.isArray(seen.models) && seen.models.length, 1);
    await assert.rejects(hub.dispatcher.call("negotiate_start", { ...session, preferences, model: {} }, eve), {
      code: "MODEL_UNKNOWN",
    });
    await assert.rejects(hub.dispatcher.call("models_set_key", { endpoint: "shared", key: "x" }, eve), {
      code: "MODEL_FORBIDDEN",
    });
    await hub.dispatcher.call("negotiate_start", { ...session, preferences, model: { endpoint: "shared" } }, eve);
  });
});
