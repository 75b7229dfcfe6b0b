/** The bridge between MCP and A2A, by the official MCP client in both eras. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Agent, InputNeeded, loadConfig, type ServedHub, serveHub, type Tool } from "@entente/hub";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { z } from "zod";
import { scratch } from "./hub-process.ts";

const counter: Agent = {
  profile: {
    name: "slow-counter",
    description: "Counts up to a number, one status for each.",
    skills: [{ id: "count", name: "Count", description: "Count up to data.to" }],
  },
  execute: async (task, ctx) => {
    const to = z.object({ to: z.number() }).parse(task.data).to;
    for (let i = 1; i <= to; i++) {
      ctx.status(`at ${i}`);
      await sleep(10, undefined, { signal: ctx.signal });
    }
    return { text: `counted to ${to}`, data: { to } };
  },
};

const greeter: Agent = {
  profile: {
    name: "greeter",
    description: "Greets whoever says who they are.",
    skills: [{ id: "greet", name: "Greet", description: "Greet somebody" }],
  },
  execute: async (_task, ctx) => ({ text: `Hello ${(await ctx.ask("Who are you?")).text}` }),
};

/** A tool that asks for a name before it greets. */
const greet: Tool = {
  name: "test_greet",
  description: "Greets whoever answers.",
  input: z.object({ polite: z.boolean() }),
  output: z.object({ text: z.string() }),
  hints: {},
  run: async (input, ctx) => {
    if (!ctx.answer && ctx.canAsk)
      throw new InputNeeded(
        "Who are you?",
        { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
        { asked: 1 },
      );
    if (ctx.answer?.action !== "accept") return { text: ctx.answer ? "nobody" : "cannot ask" };
    assert.deepEqual(ctx.answer.state, { asked: 1 });
    return { text: `${input.polite === true ? "Good day" : "Hi"} ${String(ctx.answer.content.name)}` };
  },
};

for (const mode of ["legacy", "modern"] as const) {
  const withClient = async (
    options: { readonly asks?: "accept" | "decline" },
    work: (client: Client, served: ServedHub, changes: { count: number }) => Promise<void>,
  ): Promise<void> => {
    using folder = scratch();
    const data = join(folder.path, "data");
    const flags = [
      ["data.dir", data],
      ["http.port", "0"],
      ["log.level", "silent"],
    ] as const;
    await using served = await serveHub(loadConfig({ flags }));
    await served.hub.addAgent(counter);
    await served.hub.addAgent(greeter);
    const changes = { count: 0 };
    const client = new Client(
      { name: "test", version: "1" },
      {
        ...(mode === "modern" ? { versionNegotiation: { mode: { pin: "2026-07-28" } } } : {}),
        capabilities: options.asks ? { elicitation: { form: {} } } : {},
        listChanged: {
          tools: {
            debounceMs: 0,
            // A notice that comes while the client closes fails to fetch the list; that is the client's to tell, not ours.
            onChanged: (error) => {
              if (error === null) changes.count += 1;
            },
          },
        },
      },
    );
    const { asks } = options;
    if (asks)
      client.setRequestHandler("elicitation/create", (request) => {
        assert.equal(request.params.message, "Who are you?");
        const [field = ""] = Object.keys("requestedSchema" in request.params ? request.params.requestedSchema.properties : {});
        return asks === "accept" ? { action: "accept" as const, content: { [field]: "Ada" } } : { action: "decline" as const };
      });
    const token = readFileSync(join(data, "keys", "token"), "utf8").trim();
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", served.url), { requestInit }));
    try {
      await work(client, served, changes);
    } finally {
      await client.close();
    }
  };

  test(`${mode}: an agent is a tool whose statuses are progress and whose result names the A2A task`, () =>
    withClient({}, async (client, served) => {
      const listed = (await client.listTools()).tools.find((tool) => tool.name === "agent__slow_counter");
      assert.match(listed?.description ?? "", /count: Count up to data\.to/);
      const messages: string[] = [];
      const { structuredContent } = await client.callTool(
        { name: "agent__slow_counter", arguments: { message: "count", data: { to: 5 }, skill: "count" } },
        { onprogress: ({ message }) => messages.push(message ?? "") },
      );
      const result = z
        .object({ taskId: z.string(), state: z.string(), text: z.string(), data: z.json() })
        .parse(structuredContent);
      assert.equal(result.state, "TASK_STATE_COMPLETED");
      assert.equal(result.text, "counted to 5");
      assert.deepEqual(result.data, { to: 5 });
      for (let i = 1; i <= 5; i++) assert.ok(messages.includes(`at ${i}`), `progress tells of ${i}: ${messages}`);
      const call = {
        principal: { id: "operator", kind: "operator" as const },
        extensions: [],
        tenant: "",
        version: "1.0",
        signal: AbortSignal.timeout(5000),
      };
      const task = await served.hub.registry.get("slow-counter").service.getTask({ id: result.taskId }, call);
      assert.equal(task.status.state, "TASK_STATE_COMPLETED", "it is the same task over A2A");
    }));

  test(`${mode}: cancelling the call cancels the agent's task`, () =>
    withClient({}, async (client, served) => {
      const stop = new AbortController();
      const running = client.callTool(
        { name: "agent__slow_counter", arguments: { message: "count", data: { to: 10_000 } } },
        { signal: stop.signal, onprogress: ({ message }) => message === "at 3" && stop.abort(new Error("enough")) },
      );
      await assert.rejects(running);
      for (let tries = 0; ; tries++) {
        const [ended] = await served.hub.store.events.read({ kind: "task.ended", limit: 1 });
        if (ended) {
          assert.equal(ended.data.state, "TASK_STATE_CANCELED");
          break;
        }
        assert.ok(tries < 200, "the task ends");
        await sleep(25);
      }
    }));

  test(`${mode}: a client that listens hears that an agent came`, () =>
    withClient({}, async (client, served, changes) => {
      await client.listTools();
      // Give the client's own listening stream time to open: it does so after connect.
      for (let tries = 0; changes.count === 0 && tries < 100; tries++) {
        await served.hub.addAgent({ ...counter, profile: { ...counter.profile, name: `late-counter-${tries}` } });
        await sleep(50);
      }
      assert.ok(changes.count > 0);
      assert.ok((await client.listTools()).tools.some((tool) => tool.name.startsWith("agent__late_counter_")));
    }));

  for (const asks of ["accept", "decline"] as const)
    test(`${mode}: a tool that needs an answer asks the client's user, who may ${asks}`, () =>
      withClient({ asks }, async (client, served) => {
        served.hub.dispatcher.catalogue.replace("test", [greet]);
        const { structuredContent } = await client.callTool({ name: "test_greet", arguments: { polite: true } });
        assert.deepEqual(structuredContent, { text: asks === "accept" ? "Good day Ada" : "nobody" });
      }));

  for (const asks of ["accept", "decline"] as const)
    test(`${mode}: the question of an agent asks the client's user, who may ${asks}`, () =>
      withClient({ asks }, async (client) => {
        const { structuredContent } = await client.callTool({ name: "agent__greeter", arguments: { message: "hello" } });
        const { state, text } = z.object({ state: z.string(), text: z.string() }).parse(structuredContent);
        assert.equal(state, asks === "accept" ? "TASK_STATE_COMPLETED" : "TASK_STATE_CANCELED");
        if (asks === "accept") assert.equal(text, "Hello Ada");
      }));

  test(`${mode}: a client that cannot ask gets the question, and answers it with the task's id`, () =>
    withClient({}, async (client) => {
      const asked = await client.callTool({ name: "agent__greeter", arguments: { message: "hello" } });
      const { taskId, question } = z.object({ taskId: z.string(), question: z.string() }).parse(asked.structuredContent);
      assert.equal(question, "Who are you?");
      const done = await client.callTool({ name: "agent__greeter", arguments: { message: "Bob", taskId } });
      assert.match(JSON.stringify(done.structuredContent), /Hello Bob/);
    }));

  test(`${mode}: a tool sees that a client cannot ask`, () =>
    withClient({}, async (client, served) => {
      served.hub.dispatcher.catalogue.replace("test", [greet]);
      const { structuredContent } = await client.callTool({ name: "test_greet", arguments: { polite: true } });
      assert.deepEqual(structuredContent, { text: "cannot ask" });
    }));
}

test("an MCP tool is a skill: the task's question is the tool's, its answer the tool's result, its failure the tool's code", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const settings = ["quantum_solve", "learning_search"].join(",");
  const flags = [
    ["data.dir", data],
    ["http.port", "0"],
    ["log.level", "silent"],
    ["a2a.tools", settings],
  ] as const;
  await using served = await serveHub(loadConfig({ flags }));
  const { registry } = served.hub;
  const send = async (value: object) => {
    const reply = await registry.send("toolsmith", [{ data: JSON.parse(JSON.stringify(value)) }], "operator");
    assert.ok(reply.kind === "task");
    return reply.task;
  };
  assert.deepEqual(
    registry.get("toolsmith").card.skills.map((skill) => skill.id),
    ["quantum_solve", "learning_search"],
  );
  const solved = await send({ tool: "quantum_solve", input: { text: "3 3\n1 2 1\n2 3 1\n1 3 1\n", format: "mc" } });
  assert.match(JSON.stringify(solved.artifacts), /"energy":-2/);
  const described = await send({ tool: "quantum_solve", schema: true });
  assert.match(JSON.stringify(described.artifacts), /"properties":\{"terms"/);
  const wrong = await send({ tool: "quantum_solve", input: { seconds: "long" } });
  assert.equal(wrong.status.state, "TASK_STATE_FAILED");
  assert.match(JSON.stringify(wrong.status), /TOOL_INPUT_INVALID/);
  const refused = await send({ tool: "hub_revoke_principal", input: { name: "ada" } });
  assert.equal(refused.status.state, "TASK_STATE_REJECTED");
  assert.match(JSON.stringify(refused.status), /one of quantum_solve, learning_search/);
});
