import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, serveHub } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { commandLine, scratch, writeProse } from "./hub-process.ts";

// What every official client must be able to do; `client` is of either generation, so only what they share is used.
interface AnyClient {
  listTools(): Promise<{ tools: { name: string; inputSchema: object; outputSchema?: object | undefined }[] }>;
  listResources(): Promise<{ resources: { uri: string }[] }>;
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>;
  readResource(request: { uri: string }): Promise<{ contents: object[] }>;
  listPrompts(): Promise<{ prompts: { name: string }[] }>;
  getPrompt(request: { name: string; arguments: Record<string, string> }): Promise<{ messages: { content: object }[] }>;
}
type Call = (
  name: string,
  input: object,
  options?: { signal?: AbortSignal; onprogress?: (step: { progress: number; total?: number | undefined }) => void },
) => Promise<{ isError?: boolean | undefined; structuredContent?: unknown; content?: unknown }>;

async function exercise(client: AnyClient, call: Call, folder: string): Promise<void> {
  const { tools } = await client.listTools();
  const solve = tools.find((tool) => tool.name === "quantum_solve");
  assert.ok(solve?.outputSchema, "tools carry an output schema");
  assert.ok(tools.length >= 20);

  const solved = await call("quantum_solve", {
    terms: {
      vartype: "BINARY",
      linear: [
        ["a", -1],
        ["b", -1],
      ],
      quadratic: [["a", "b", 2]],
    },
  });
  assert.equal(member(solved.structuredContent, "energy"), -1);

  const steps: number[] = [];
  writeProse(folder, 200);
  const ingested = await call("learning_ingest", { path: folder }, { onprogress: ({ progress }) => steps.push(progress) });
  assert.equal(member(ingested.structuredContent, "files"), 200);
  assert.ok(steps.length >= 2 && steps.every((step, i) => i === 0 || step > (steps[i - 1] ?? 0)), `progress rises: ${steps}`);

  const wrong = await call("quantum_solve", { seconds: "long" });
  assert.equal(wrong.isError, true);
  assert.match(JSON.stringify(wrong.content), /TOOL_INPUT_INVALID.*seconds/);
  await assert.rejects(call("quantum_slove", {}), /did you mean/);

  const stop = new AbortController();
  const endless = call(
    "quantum_solve",
    { text: ring(400), format: "mc", seconds: 600, solver: "simulated-annealing" },
    { signal: stop.signal },
  );
  setTimeout(() => stop.abort(new Error("enough")), 300);
  await assert.rejects(endless);
  const cancelled = async (): Promise<boolean> => {
    const { structuredContent } = await call("hub_list_events", { kind: "tool.called", limit: 20 });
    return /"outcome":"CANCELLED"/.test(JSON.stringify(structuredContent));
  };
  for (let tries = 0; !(await cancelled()); tries++) {
    assert.ok(tries < 100, "the cancelled call left its record");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }

  assert.ok((await client.listResources()).resources.some((resource) => resource.uri === "entente://status"));
  assert.ok(
    (await client.listResourceTemplates()).resourceTemplates.some((template) => template.uriTemplate === "entente://runs/{run}"),
  );
  assert.match(JSON.stringify(await client.readResource({ uri: "entente://status" })), /uptimeMs/);
  await assert.rejects(client.readResource({ uri: "entente://nothing" }), /no resource/);
  const prompt = await client.getPrompt({ name: "answer_with_sources", arguments: { question: "river stone garden" } });
  assert.match(JSON.stringify(prompt.messages), /\.(md|txt):1-/);
  assert.equal((await client.listPrompts()).prompts.length, 2);
  await assert.rejects(client.getPrompt({ name: "answer_with_sources", arguments: {} }), /question/);
}

const ring = (n: number): string =>
  `${n} ${n}\n${Array.from({ length: n }, (_, i) => `${i + 1} ${((i + 1) % n) + 1} 1`).join("\n")}\n`;

for (const mode of ["legacy", "modern"] as const) {
  test(`the official v2 client works over HTTP in the ${mode} era`, async () => {
    using folder = scratch();
    const data = join(folder.path, "data");
    await using served = await serveHub(
      loadConfig({
        flags: [
          ["data.dir", data],
          ["http.port", "0"],
          ["log.level", "silent"],
        ],
      }),
    );
    const client = new Client(
      { name: "test", version: "1" },
      mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
    );
    await client.connect(
      new StreamableHTTPClientTransport(new URL("/mcp", served.url), {
        requestInit: { headers: { authorization: `Bearer ${tokenOf(data)}` } },
      }),
    );
    assert.equal(client.getProtocolEra(), mode);
    await exercise(
      client,
      (name, args, options) => client.callTool({ name, arguments: { ...args } }, options),
      join(folder.path, "files"),
    );
    await client.close();
  });

  test(`the official v2 client works over stdio in the ${mode} era`, async () => {
    using folder = scratch();
    const client = new Client(
      { name: "test", version: "1" },
      mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {},
    );
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: commandLine(join(folder.path, "data"), ["log.level=silent"], "mcp"),
        stderr: "inherit",
      }),
    );
    await exercise(
      client,
      (name, args, options) => client.callTool({ name, arguments: { ...args } }, options),
      join(folder.path, "files"),
    );
    await client.close();
  });
}

test("the official v1 client works over HTTP", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  await using served = await serveHub(
    loadConfig({
      flags: [
        ["data.dir", data],
        ["http.port", "0"],
        ["log.level", "silent"],
      ],
    }),
  );
  const client = new ClientV1({ name: "test", version: "1" });
  // why: v1's own Transport type does not know exactOptionalPropertyTypes
  await client.connect(
    new TransportV1(new URL("/mcp", served.url), {
      requestInit: { headers: { authorization: `Bearer ${tokenOf(data)}` } },
    }) as unknown as Parameters<typeof client.connect>[0],
  );
  const call: Call = async (name, args, options) =>
    (await client.callTool({ name, arguments: { ...args } }, undefined, options)) as Awaited<ReturnType<Call>>; // why: v1 gives a union with its oldest result form
  await exercise(client, call, join(folder.path, "files"));
  await client.close();
});

test("without the token the endpoint answers 401 and names the scheme; a strange Host or Origin is refused", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  await using served = await serveHub(
    loadConfig({
      flags: [
        ["data.dir", data],
        ["http.port", "0"],
        ["log.level", "silent"],
      ],
    }),
  );
  const post = (headers: Record<string, string>, body: object = {}) =>
    fetch(new URL("/mcp", served.url), {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  const refused = await post({});
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer/);
  assert.equal((await post({ authorization: "Bearer wrong" })).status, 401);
  assert.equal((await post({ authorization: `Bearer ${tokenOf(data)}`, origin: "https://evil.example" })).status, 403);
  const unknownSession = await post(
    { authorization: `Bearer ${tokenOf(data)}`, "mcp-session-id": "mcp_none" },
    { jsonrpc: "2.0", id: 1, method: "ping" },
  );
  assert.equal(unknownSession.status, 404);
});

function tokenOf(data: string): string {
  return readFileSync(join(data, "keys", "token"), "utf8").trim();
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
