/** MCP tasks across processes: over stdio beside the hub that does the work, and past a `kill -9` of that hub. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { resultOf, taskClient } from "../packages/hub/test/mcp-tasks/task-session.ts";
import { withDatabase } from "../packages/hub/test/stores.ts";
import { commandLine, scratch, start, untilReady } from "./hub-process.ts";

const settings = ["http.port=0", "log.level=silent", "leap.configFile=none"];
const limitMs = 30_000;

// Its text, in the Max-Cut format, takes as long as it is given.
const ring = (n: number): string =>
  `${n} ${n}\n${Array.from({ length: n }, (_, i) => `${i + 1} ${((i + 1) % n) + 1} 1`).join("\n")}\n`;
const solving = (seconds: number) => ({ text: ring(400), format: "mc", seconds, solver: "simulated-annealing" });

// A hub that does work while another process serves its client.
async function withHub(work: (data: string) => Promise<void>): Promise<void> {
  using folder = scratch();
  const data = join(folder.path, "data");
  const child = start(data, settings, "up");
  const ended = once(child, "close");
  try {
    await untilReady(data, child);
    await work(data);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await sleep(20)) assert.ok(Date.now() < end, `waited for: ${what}`);
}

test("a task outlives kill -9 of its hub: a client finds it by its id at the next one, and gets its result", async () => {
  using folder = scratch();
  const data = join(folder.path, "data");
  const life = async () => {
    const child = start(data, settings, "up");
    const ended = once(child, "close");
    const { url, token } = await untilReady(data, child);
    const requestInit = { headers: { authorization: `Bearer ${token}` } };
    return { child, ended, tasks: await taskClient(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit })) };
  };
  const first = await life();
  const execution = await first.tasks.session.callTool("quantum_job_submit", solving(3));
  assert.ok(execution.kind === "task");
  const { taskId } = execution.handle;
  const statusOf = async () => (await first.tasks.session.task(taskId).snapshot()).statusMessage ?? "";
  await until("the job runs", async () => (await statusOf()).startsWith("runs at local"));
  const reference = execution.serializeReference();
  await execution.detach();
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await life();
  try {
    const resumed = await second.tasks.session.resumeTask(reference, { signal: AbortSignal.timeout(limitMs) });
    const { outcome, lastTask } = await resumed.settle();
    assert.equal(lastTask?.taskId, taskId);
    const { job, state, notes } = resultOf(outcome).structuredContent;
    assert.deepEqual([job, state], [taskId, "completed"]);
    assert.match(JSON.stringify(notes), /the hub stopped while it ran; it runs again from its seed/);
    await second.tasks[Symbol.asyncDispose]();
  } finally {
    second.child.kill("SIGTERM");
    await second.ended;
  }
});

test("over stdio a task is followed by listening, and cancelled, while the hub beside it does the work", () =>
  withHub(async (data) => {
    const args = commandLine(data, settings, "mcp");
    await using tasks = await taskClient(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    const { client, session, notices } = tasks;
    const execution = await session.callTool("quantum_job_submit", solving(1));
    assert.ok(execution.kind === "task");
    const { taskId } = execution.handle;
    const subscription = await client.listen({ taskIds: [taskId], toolsListChanged: true } as object); // why: the SDK does not know this filter
    assert.deepEqual(notices[0]?.params?.notifications, { toolsListChanged: true, taskIds: [taskId] });
    const told = () => notices.filter(({ method }) => method === "notifications/tasks").map(({ params }) => params);
    await until("the end is told", () => told().some((task) => task?.status === "completed"));
    assert.ok(told().every((task) => task?.taskId === taskId));
    assert.match(JSON.stringify(told().at(-1)?.result), /"state":"completed"/);
    await subscription.close();
    assert.equal(resultOf((await execution.settle()).outcome).structuredContent.state, "completed");

    const second = await session.callTool("quantum_job_submit", solving(60));
    assert.ok(second.kind === "task");
    await client.listen({ taskIds: [second.handle.taskId] } as object); // why: as above
    await second.cancel();
    await until("the cancellation is told", () => told().some((task) => task?.status === "cancelled"));
    assert.equal((await second.settle()).outcome.status, "cancelled");
    const { structuredContent } = await client.callTool({
      name: "quantum_job_get",
      arguments: { job: second.handle.taskId, waitMs: limitMs },
    });
    assert.equal((structuredContent as { state: string }).state, "cancelled", "the hub that ran it ended it");
  }));

test("postgres: a task begun at one hub is read, listened for and cancelled at another on the store", (t) =>
  withDatabase(t, "postgres", async (data, storeUrl) => {
    const hubs = await Promise.all(
      ["a", "b"].map(async (name) => {
        const folder = join(data, name);
        const child = start(folder, [...settings, `store.url=${storeUrl}`], "up");
        return { folder, child, ended: once(child, "close") };
      }),
    );
    try {
      const connect = async ({ folder, child }: (typeof hubs)[number]) => {
        const { url, token } = await untilReady(folder, child);
        const requestInit = { headers: { authorization: `Bearer ${token}` } };
        return taskClient(new StreamableHTTPClientTransport(new URL("/mcp", url), { requestInit }), "store");
      };
      const [first, second] = await Promise.all(hubs.map(connect));
      assert.ok(first && second);
      const execution = await first.session.callTool("quantum_job_submit", solving(60));
      assert.ok(execution.kind === "task");
      const { taskId } = execution.handle;
      await second.client.listen({ taskIds: [taskId] } as object); // why: the SDK does not know this filter
      const told = () =>
        second.notices.filter(({ method }) => method === "notifications/tasks").map(({ params }) => params?.status);
      await until("the task is told of", () => told().includes("working"));
      await second.session.task(taskId).cancel();
      await until("its end is told", () => told().includes("cancelled"));
      assert.equal((await execution.settle()).outcome.status, "cancelled");
      const { structuredContent } = await first.client.callTool({
        name: "quantum_job_get",
        arguments: { job: taskId, waitMs: limitMs },
      });
      assert.equal((structuredContent as { state: string }).state, "cancelled", "whichever hub ran it ended it");
      await Promise.all([first, second].map((client) => client[Symbol.asyncDispose]()));
    } finally {
      for (const { child } of hubs) child.kill("SIGTERM");
      await Promise.all(hubs.map(({ ended }) => ended));
    }
  }));

test("a subscription that was closed tells nothing more of its tasks", () =>
  withHub(async (data) => {
    const args = commandLine(data, settings, "mcp");
    await using tasks = await taskClient(new StdioClientTransport({ command: process.execPath, args, stderr: "inherit" }));
    const execution = await tasks.session.callTool("quantum_job_submit", solving(1));
    assert.ok(execution.kind === "task");
    const subscription = await tasks.client.listen({ taskIds: [execution.handle.taskId] } as object); // why: the SDK does not know this filter
    await subscription.close();
    await execution.settle();
    await sleep(1000);
    assert.ok(!tasks.notices.some(({ params }) => params?.status === "completed"));
  }));

test("the official v1 client runs a task over stdio and is told of its states", () =>
  withHub(async (data) => {
    const client = new ClientV1({ name: "tasks-test", version: "1" });
    const told: string[] = [];
    client.fallbackNotificationHandler = async ({ params }) => void told.push(String(params?.status));
    const args = commandLine(data, settings, "mcp");
    await client.connect(new StdioV1({ command: process.execPath, args, stderr: "inherit" }));
    await client.listTools();
    const seen: string[] = [];
    const call = { name: "quantum_job_submit", arguments: solving(1) };
    for await (const message of client.experimental.tasks.callToolStream(call)) seen.push(message.type);
    assert.deepEqual([seen[0], seen.at(-1)], ["taskCreated", "result"]);
    await until("the end is told", () => told.at(-1) === "completed");
    await client.close();
  }));
