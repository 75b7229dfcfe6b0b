/** Language models at the table: whatever they answer, and however they fail, only acts inside the mandate leave the hub. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import type { Logger } from "../../src/base/logger.ts";
import { bargainedSchema, verifyBargained } from "../../src/negotiation/bargains/agreement.ts";
import { mandateSchema } from "../../src/negotiation/bargains/mandate.ts";
import { viewOf } from "../../src/negotiation/bargains/view.ts";
import type { Store } from "../../src/store/store.ts";
import { scratchFolder } from "../scratch.ts";
import { engines, withStore } from "../stores.ts";
import { chatServer, type Reply, refusal, sensible, tableIn } from "./chat-server.ts";
import { jobCall, openHouse, party, wants } from "./house.ts";
import { endpointAt, environment, key, model, onSqlite, soon } from "./model-stand.ts";

const seats = (more: Parameters<typeof wants>[1] = {}) => ({
  ada: wants("buyer", { model, ...more }),
  bob: wants("seller", { strategy: "boulware" }),
});
const agents = [party("ada"), party("bob")];
// What is logged, causes and all.
function writtenLog(): { readonly log: Logger; readonly written: string[] } {
  const written: string[] = [];
  const write = (facts: object, sentence: string): void => void written.push(`${sentence} ${inspect(facts, { depth: 20 })}`);
  return { log: { debug: write, info: write, warn: write, error: write }, written };
}
const everything = async (store: Store): Promise<string> =>
  JSON.stringify([
    await store.events.read({ limit: 100_000 }),
    await store.db.selectFrom("bargain_events").selectAll().execute(),
    await store.db.selectFrom("bargains").selectAll().execute(),
    await store.db.selectFrom("negotiations").selectAll().execute(),
  ]);

for (const engine of engines)
  test(`${engine}: a model bargains to a signed agreement; what it says stays here, and its key nowhere`, (t) =>
    withStore(t, engine, async (store) => {
      using folder = scratchFolder();
      await using server = await chatServer(sensible);
      await using house = await openHouse(store, folder.path, agents, { endpoints: endpointAt(server.url), environment });
      const id = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [] }))) ?? "";
      const { state } = await house.bargaining.ended(id, soon());
      assert.equal(state.result?.outcome, "agreement");
      const [row] = await store.db.selectFrom("agreements").selectAll().execute();
      const document = bargainedSchema.parse(JSON.parse(row?.document_json ?? ""));
      const keyOf = async (name: string) => house.registry.get(name).key.publicJwk;
      assert.ok(await verifyBargained(document, JSON.parse(row?.signatures_json ?? ""), keyOf));
      const view = viewOf(await house.bargaining.read(id), "ada");
      assert.deepEqual(view.parties[0], { name: "ada", by: "model" }, "the others know that a model sits there");
      const offers = view.transcript.filter(({ by, act }) => by === "ada" && act === "offer");
      assert.ok(
        offers.length > 1 && offers.every(({ text }) => /^An offer: price \d+, time \d+, region (eu|us)\.$/.test(text ?? "")),
      );
      assert.ok(offers.every(({ utility }) => (utility ?? 0) >= 0.3));
      assert.ok(server.asked.every(({ headers }) => headers.authorization === `Bearer ${key}`));
      const used = (await store.events.read({ kind: "model.asked", subject: id, limit: 100 })).map(({ data }) => data);
      assert.equal(used.length, server.asked.length);
      assert.ok(used.every(({ promptTokens, model: named }) => Number(promptTokens) > 100 && named === "stand-in"));
      const all = await everything(store);
      assert.ok(!all.includes(key) && !all.includes("my reservation is a secret"));
      const [standing] = house.models.list("operator");
      assert.deepEqual([standing?.key, standing?.requests, standing?.failures], ["environment", server.asked.length, 0]);
      assert.ok(!JSON.stringify(standing).includes(key));
    }));

test("models on both sides come to an agreement, and one that may speak is heard, cut and cleaned", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer((asked) =>
      sensible(asked).replace("my reservation is a secret", `be kind\\u0007 ${key}\\u202e\\n${"x".repeat(600)}`),
    );
    await using house = await openHouse(store, folder.path, agents, { endpoints: endpointAt(server.url), environment });
    const free = mandateSchema.parse({ speech: "free" });
    const both = { ada: wants("buyer", { model, mandate: free }), bob: wants("seller", { model }) };
    const id = (await house.bargaining.start(jobCall({ seats: both, byTool: [] }))) ?? "";
    assert.equal((await house.bargaining.ended(id, soon())).state.result?.outcome, "agreement");
    const { transcript } = viewOf(await house.bargaining.read(id), "ada");
    const said = (name: string) => transcript.find(({ by, act }) => by === name && act === "offer")?.text ?? "";
    assert.match(said("ada"), /^be kind \*{3} x+…$/, "a server that tells a key is not heard telling it");
    assert.equal(said("ada").length, 500);
    assert.match(said("bob"), /^An offer: /);
    const heard = server.asked.map(tableIn).filter(({ you }) => you === "bob")[0]?.offers[0];
    assert.match(heard?.words ?? "", /^be kind \*{3} x+…$/);
    assert.equal(heard?.words?.length, 300);
    await house.bargaining.records.setMandate("ada", mandateSchema.parse({ speech: "none" }), "operator");
    const silent = (await house.bargaining.start(jobCall({ seats: both, byTool: [] }))) ?? "";
    await house.bargaining.ended(silent, soon());
    const quiet = viewOf(await house.bargaining.read(silent), "ada").transcript;
    assert.ok(
      quiet.every(({ text }) => !text?.includes("be kind")),
      "what the operator forbids, a session cannot allow",
    );
  }));

/** A fault that the first requests meet, whether the model is heard after all, and how often it was asked by then. */
const faults: Readonly<
  Record<
    string,
    { readonly replies: readonly Reply[]; readonly heard: boolean; readonly code?: string; readonly requests: number }
  >
> = {
  "429 with Retry-After": {
    replies: [{ status: 429, error: refusal("rate_limit_exceeded"), headers: { "retry-after": "1" } }],
    heard: true,
    requests: 2,
  },
  "500 twice": { replies: [{ status: 500 }, { status: 503 }], heard: true, requests: 3 },
  "500 for ever": { replies: Array(3).fill({ status: 500 }), heard: false, code: "MODEL_UNREACHABLE", requests: 3 },
  "500 with the key for the name of its error": {
    replies: Array(3).fill({ status: 500, error: refusal(key) }),
    heard: false,
    code: "MODEL_UNREACHABLE",
    requests: 3,
  },
  "a Retry-After of an hour": {
    replies: [{ status: 429, headers: { "retry-after": "3600" } }],
    heard: false,
    code: "MODEL_UNREACHABLE",
    requests: 1,
  },
  "an answer that never comes": { replies: [{ hang: true }], heard: false, code: "MODEL_UNREACHABLE", requests: 1 },
  "half an answer": { replies: [{ half: "{}" }], heard: true, requests: 2 },
  "JSON that ends early": { replies: [{ raw: '{"choices": [{"mess' }], heard: true, requests: 2 },
  "an answer without choices": {
    replies: Array(3).fill({ raw: '{"choices": []}' }),
    heard: false,
    code: "MODEL_UNREACHABLE",
    requests: 3,
  },
  "a huge answer": { replies: [{ raw: `"${"x".repeat(200_000)}"` }], heard: false, code: "MODEL_ANSWER_INVALID", requests: 1 },
  "a wrong key": {
    replies: [{ status: 401, error: refusal("invalid_api_key", `Incorrect API key provided: ${key}`) }],
    heard: false,
    code: "MODEL_REFUSED",
    requests: 1,
  },
  "a redirect": {
    replies: [{ status: 307, headers: { location: `http://169.254.169.254/${key}` } }],
    heard: false,
    code: "MODEL_UNREACHABLE",
    requests: 1,
  },
  "no response_format taken": {
    replies: [
      { status: 400, error: refusal("unsupported", "response_format json_schema is not supported") },
      { status: 400, error: refusal("unsupported", "response_format is not supported") },
    ],
    heard: true,
    requests: 3,
  },
  "max_completion_tokens wanted, and no temperature": {
    replies: [
      {
        status: 400,
        error: refusal("unsupported_parameter", "'max_tokens' is not supported. Use 'max_completion_tokens' instead."),
      },
      { status: 400, error: refusal("unsupported_value", "'temperature' does not support 0.2 with this model.") },
    ],
    heard: true,
    requests: 3,
  },
  "wrong JSON twice": { replies: ['{"act": "haggle"}', '{"act": "offer", "offer": {"price": "5"}}'], heard: true, requests: 3 },
  "an answer that ran out of tokens": { replies: [{ cut: '{"act": "offer", "offer": {"pri' }], heard: true, requests: 2 },
  "no JSON at all": {
    replies: ["I would offer 4.", "Let us say 6?", "Deal!"],
    heard: false,
    code: "MODEL_ANSWERS_WRONG",
    requests: 3,
  },
  nothing: { replies: [""], heard: true, requests: 2 },
};

for (const [what, { replies, heard, code, requests }] of Object.entries(faults))
  test(`${what}: ${heard ? "the model is heard in the end" : "a strategy takes the turn, and the news say so"}`, () =>
    onSqlite(async (store) => {
      using folder = scratchFolder();
      const first = '{"act": "offer", "offer": {"price": 2, "time": "500", "region": "eu"}, "text": ""}';
      await using server = await chatServer(
        (asked, before) => replies[before] ?? (before === requests - 1 ? first : sensible(asked)),
      );
      const endpoints = endpointAt(server.url, { timeoutMs: 700, answerBytes: 100_000, temperature: 0.2 });
      const { log, written } = writtenLog();
      await using house = await openHouse(store, folder.path, agents, { endpoints, environment, log });
      const id = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [] }))) ?? "";
      const { state } = await house.bargaining.ended(id, soon());
      assert.equal(state.result?.outcome, "agreement");
      const fell = await store.events.read({ kind: "bargain.fell-back", subject: id, limit: 10 });
      assert.deepEqual(
        fell.map(({ actor, data }) => [actor, data.code, data.fallback]),
        heard ? [] : [["ada", code, "strategy"]],
      );
      const opening = viewOf(await house.bargaining.read(id), "ada").transcript[0];
      assert.equal(opening?.by, "ada");
      // The strategy says nothing beside its offers.
      assert.equal(opening?.text ?? null, heard ? "An offer: price 2, time 500, region eu." : null);
      assert.ok(server.asked.length >= requests);
      const last = server.asked[requests - 1]?.body;
      if (what.startsWith("no response_format")) {
        assert.deepEqual(
          server.asked.slice(0, 4).map(({ body }) => body.response_format?.type),
          ["json_schema", "json_object", undefined, undefined],
        );
      }
      if (what.startsWith("max_completion"))
        assert.deepEqual([last?.max_tokens, last?.max_completion_tokens, last?.temperature], [undefined, 1024, undefined]);
      if (what === "an answer that ran out of tokens") assert.match(last?.messages.at(-1)?.content ?? "", /cut off/);
      if (what === "wrong JSON twice") {
        assert.match(last?.messages.at(-1)?.content ?? "", /wanted .*"price" one of/);
        assert.equal(last?.messages.at(-2)?.content, replies[1]);
      }
      assert.equal(written.length > 0, !heard, "the log says so too");
      assert.ok(![await everything(store), ...written].join("\n").includes(key), "its key is neither kept nor logged");
    }));

test("an act that was thought of in another state of the session counts no more", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, agents);
    const { bargaining } = house;
    const id = (await bargaining.start(jobCall())) ?? "";
    const offer = (price: string) => ({ act: "offer", offer: { price, time: "500", region: "eu" } }) as const;
    await bargaining.act(id, "ada", offer("2"), "model", 0);
    await bargaining.act(id, "bob", offer("4"), "agent");
    const thought = (await bargaining.read(id)).session.entries.length;
    await bargaining.act(id, "ada", offer("2"), "operator");
    await bargaining.act(id, "bob", offer("10"), "agent");
    await assert.rejects(bargaining.act(id, "ada", { act: "accept" }, "model", thought), { code: "ACT_REFUSED" });
    assert.equal((await bargaining.read(id)).session.state.result, undefined);
  }));

test("without any mandate a model is still held to its party's reservation, and hears that", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer(() => '{"act": "accept", "offer": null, "text": ""}');
    const bob = party("bob", async () => ({ act: "offer", offer: { price: "10", time: "2000", region: "us" } }));
    await using house = await openHouse(store, folder.path, [party("ada"), bob], {
      endpoints: endpointAt(server.url),
      environment,
    });
    const ada = wants("buyer", { model });
    const id = (await house.bargaining.start(jobCall({ seats: { ada }, byTool: [], rounds: 3, parties: ["bob", "ada"] }))) ?? "";
    const { state } = await house.bargaining.ended(id, soon());
    assert.equal(state.result?.outcome, "no-deal");
    assert.match(server.asked[1]?.body.messages.at(-1)?.content ?? "", /utility 0; allowed: a utility of at least 0\.3/);
  }));

test("a model sits among three as it does among two", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer(sensible);
    const three = [...agents, party("carl")];
    await using house = await openHouse(store, folder.path, three, { endpoints: endpointAt(server.url), environment });
    const all = { ...seats(), carl: wants("seller", { model }) };
    const id = (await house.bargaining.start(jobCall({ parties: ["ada", "bob", "carl"], seats: all, byTool: [] }))) ?? "";
    const { state } = await house.bargaining.ended(id, soon());
    assert.equal(state.result?.outcome, "agreement");
    assert.deepEqual([...new Set(server.asked.map(tableIn).map(({ you }) => you))], ["ada", "carl"]);
    assert.equal((await store.events.read({ kind: "bargain.fell-back", subject: id, limit: 10 })).length, 0);
  }));

test("with `end` for a fallback a model that cannot be reached ends the session, and says nothing more", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using house = await openHouse(store, folder.path, agents, {
      endpoints: endpointAt("http://127.0.0.1:9/v1", { retries: 0 }),
      environment,
    });
    const ada = wants("buyer", { model: { endpoint: "stand", fallback: "end" } });
    const id = (await house.bargaining.start(jobCall({ seats: { ...seats(), ada }, byTool: [] }))) ?? "";
    const { state, entries } = await house.bargaining.ended(id, soon());
    assert.deepEqual([state.result?.reason, state.result?.why, entries.length], ["ended", "no answer", 1]);
    const [fell] = await store.events.read({ kind: "bargain.fell-back", subject: id, limit: 10 });
    assert.deepEqual([fell?.data.code, fell?.data.fallback], ["MODEL_UNREACHABLE", "end"]);
  }));

test("a model that the operator shares no more is not asked in sessions that had begun, either", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer(sensible);
    const endpoints = endpointAt(server.url, { clients: false });
    await using house = await openHouse(store, folder.path, agents, { endpoints, environment });
    const id = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [] }))) ?? "";
    assert.equal((await house.bargaining.ended(id, soon())).state.result?.outcome, "agreement");
    assert.equal(server.asked.length, 0);
    const [fell] = await store.events.read({ kind: "bargain.fell-back", subject: id, limit: 10 });
    assert.equal(fell?.data.code, "MODEL_UNKNOWN");
  }));

test("a model that is out of tokens leaves its turns to the strategy, and a key that is missing is named by its variable", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer(sensible);
    {
      await using house = await openHouse(store, folder.path, agents, {
        endpoints: endpointAt(server.url),
        environment,
        tokensPerSession: 2500,
      });
      const id = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [] }))) ?? "";
      await house.bargaining.ended(id, soon());
      const asked = await store.events.read({ kind: "model.asked", subject: id, limit: 100 });
      const used = asked.map(({ data }) => Number(data.promptTokens) + Number(data.completionTokens));
      assert.ok(used.slice(0, -1).reduce((sum, one) => sum + one, 0) < 2500, "no request once they are spent");
      const fell = await store.events.read({ kind: "bargain.fell-back", subject: id, limit: 100 });
      assert.ok(fell.length > 0 && fell.every(({ data }) => data.code === "MODEL_TOKENS_SPENT"));
    }
    await using house = await openHouse(store, folder.path, agents, { endpoints: endpointAt(server.url) });
    await assert.rejects(house.models.ask("stand", { messages: [], schema: { name: "x", schema: {} } }, 1000, soon()), {
      code: "MODEL_KEY_UNUSABLE",
      message: /the environment has no STAND_KEY/,
    });
  }));

test("a model slower than its turn loses it to the strategy in time; meanwhile the session hears everybody else", () =>
  onSqlite(async (store) => {
    using folder = scratchFolder();
    await using server = await chatServer(() => ({ hang: true }));
    await using house = await openHouse(store, folder.path, agents, { endpoints: endpointAt(server.url), environment });
    const id = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [], moveWithinMs: 600, rounds: 2 }))) ?? "";
    const { entries } = await house.bargaining.ended(id, soon());
    assert.ok(!entries.some(({ event }) => event.type === "timer"), "nobody missed a turn");
    // Longer than a timer of Node's can be.
    const patient = (await house.bargaining.start(jobCall({ seats: seats(), byTool: [], moveWithinMs: 2 ** 32 }))) ?? "";
    const asked = server.asked.length;
    while (server.asked.length === asked) await sleep(5);
    await house.bargaining.act(patient, "ada", { act: "end", reason: "the operator has seen enough" }, "operator");
    const { state } = await house.bargaining.ended(patient, AbortSignal.timeout(1000));
    assert.equal(state.result?.why, "the operator has seen enough");
  }));

for (const engine of engines)
  test(`${engine}: a session with a model goes on at the hub that takes it over; only the hub that carries it on asks`, (t) =>
    withStore(t, engine, async (store, reopen) => {
      using folder = scratchFolder();
      using other = scratchFolder();
      let thinking = true;
      await using server = await chatServer((asked) =>
        thinking && asked.headers.authorization?.endsWith("first") ? { hang: true } : sensible(asked),
      );
      const endpoints = endpointAt(server.url);
      const byKey = (hub: string) => server.asked.filter(({ headers }) => headers.authorization === `Bearer ${hub}`).length;
      const options = { endpoints, leaseMs: 150 };
      let id = "";
      {
        await using first = await openHouse(store, folder.path, agents, { ...options, environment: { STAND_KEY: "first" } });
        await using _second = await openHouse(store.engine === "postgres" ? await reopen() : store, other.path, agents, {
          ...options,
          environment: { STAND_KEY: "second" },
        });
        await first.bargaining.recover();
        await _second.bargaining.recover();
        id = (await first.bargaining.start(jobCall({ seats: seats(), byTool: [] }))) ?? "";
        await sleep(500);
        assert.deepEqual([byKey("first"), byKey("second")], [1, 0]);
        await first[Symbol.asyncDispose]();
        const { state } = await _second.bargaining.ended(id, soon());
        assert.equal(state.result?.outcome, "agreement");
      }
      thinking = false;
      assert.equal(byKey("first"), 1);
      const seqs = (
        await store.db.selectFrom("bargain_events").select("seq").where("bargain_id", "=", id).orderBy("seq").execute()
      ).map(({ seq }) => seq);
      assert.deepEqual(
        seqs,
        seqs.map((_, at) => at + 1),
      );
      assert.equal((await store.db.selectFrom("agreements").selectAll().execute()).length, 1);
    }));
