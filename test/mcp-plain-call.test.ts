/** A plain call is answered without the protocol's library: the same as the library answers it, and nothing else is taken for one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, serveHub } from "@entente/hub";
import { scratch } from "./hub-process.ts";

const revision = "2026-07-28";
const meta = {
  "io.modelcontextprotocol/protocolVersion": revision,
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly meta?: object;
  readonly body?: object;
}

async function house() {
  const folder = scratch();
  const flags: [string, string][] = [
    ["data.dir", folder.path],
    ["http.port", "0"],
    ["log.level", "silent"],
  ];
  const served = await serveHub(loadConfig({ flags }));
  const token = readFileSync(join(folder.path, "keys", "token"), "utf8").trim();
  const call = async (name: string, input: object | undefined, sent: Sent = {}) => {
    const params = { name, ...(input ? { arguments: input } : {}), _meta: { ...meta, ...sent.meta } };
    const response = await fetch(new URL("/mcp", served.url), {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": revision,
        "mcp-method": "tools/call",
        "mcp-name": name,
        ...sent.headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 7, method: "tools/call", params, ...sent.body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      // The library streams its answers, so their length is not known before.
      isPlain: response.headers.has("content-length"),
      type: response.headers.get("content-type"),
      text,
    };
  };
  const end = async () => {
    await served[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  };
  return { call, [Symbol.asyncDispose]: end };
}

// Something that the library ignores and a plain call does not have.
const byLibrary: Sent = { meta: { "example.com/note": "unused" } };

test("a plain call is answered as the library answers it: results, failures, unknown tools, calls without input", async () => {
  await using hub = await house();
  for (const [name, input] of [
    ["quantum_model_inspect", { terms: { vartype: "SPIN", quadratic: [["é", "b", 0.5]] } }],
    ["quantum_model_inspect", { terms: { vartype: "SPIN", quadratic: [["a", "b", "c"]] } }],
    ["quantum_job_get", { job: "job_none" }],
    ["quantum_slove", {}],
    ["quantum_budget_get", undefined],
  ] as const) {
    const plain = await hub.call(name, input);
    const other = await hub.call(name, input, byLibrary);
    assert.deepEqual([plain.isPlain, other.isPlain], [true, false], name);
    assert.deepEqual([plain.status, plain.type], [other.status, other.type]);
    assert.deepEqual(JSON.parse(plain.text), JSON.parse(other.text));
  }
});

test("what is not exactly a plain call goes to the library, which answers it or says what is wrong", async () => {
  await using hub = await house();
  const name = "quantum_budget_get";
  const cases: readonly [string, Sent, number][] = [
    ["progress is wanted", { meta: { progressToken: "p" } }, 200],
    ["a capability", { meta: { "io.modelcontextprotocol/clientCapabilities": { elicitation: { form: {} } } } }, 200],
    ["a name in the header that is another", { headers: { "mcp-name": "hub_status" } }, 400],
    ["a method in the header that is another", { headers: { "mcp-method": "tools/list" } }, 400],
    ["a revision that nobody speaks", { headers: { "mcp-protocol-version": "2031-01-01" } }, 400],
    ["no media type", { headers: { "content-type": "text/plain" } }, 415],
    ["an id that is none", { body: { id: null } }, 400],
    ["a client without a name", { meta: { "io.modelcontextprotocol/clientInfo": {} } }, 400],
    ["a member more", { body: { params: { name, _meta: meta, inputResponses: {} } } }, 200],
  ];
  for (const [what, sent, status] of cases) {
    const answer = await hub.call(name, {}, sent);
    assert.equal(answer.isPlain && status === 200, false, what);
    assert.equal(answer.status, status, `${what}: ${answer.text}`);
  }
});
