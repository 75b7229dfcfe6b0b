/** Tasks of 2025-11-25, by the official v1 client. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema, TaskStatusNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { serveHub } from "../../src/serving.ts";
import { frustrated } from "../quantum/jobs-hub.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";
import { FixtureTasks, fixtureTools } from "./fixture-tasks.ts";
import { long } from "./long-problem.ts";
import { withTools } from "./serve-tools.ts";

type Work = (client: Client, leave: () => Promise<void>) => Promise<void>;

async function connected(url: URL, headers: Record<string, string>, work: Work): Promise<void> {
  const client = new Client({ name: "legacy-tasks-test", version: "1" });
  const transport = new StreamableHTTPClientTransport(url, { requestInit: { headers } });
  // why: v1's own Transport type does not know exactOptionalPropertyTypes
  await client.connect(transport as unknown as Parameters<typeof client.connect>[0]);
  try {
    await work(client, () => transport.terminateSession());
  } finally {
    await client.close();
  }
}

async function withHub(work: Work): Promise<void> {
  using folder = scratchFolder();
  await using hub = await serveHub(configOn(folder.path, { "leap.configFile": "none" }));
  await connected(new URL("/mcp", hub.url), { authorization: `Bearer ${tokenOf(folder.path)}` }, work);
}

async function withFixture(
  work: (as: (principal: string, work: Work) => Promise<void>, tasks: FixtureTasks) => Promise<void>,
): Promise<void> {
  const tasks = new FixtureTasks();
  await withTools(fixtureTools(tasks), ({ urlFor }) => work((principal, does) => connected(urlFor(principal), {}, does), tasks));
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds(); await sleep(10)) assert.ok(Date.now() < end, `waited for: ${what}`);
}

// Begins a task; gives its first state.
async function begun(client: Client, name: string, input: object = {}) {
  const stream = client.experimental.tasks.callToolStream({ name, arguments: { ...input } }, undefined, { task: { ttl: 1000 } });
  const { value } = await stream.next();
  assert.ok(value?.type === "taskCreated", JSON.stringify(value));
  return value.task;
}

test("the server declares tasks of the era, and of its tools which may run as one", () =>
  withHub(async (client) => {
    const { tasks, ...others } = client.getServerCapabilities() ?? {};
    assert.deepEqual(tasks, { list: {}, cancel: {}, requests: { tools: { call: {} } } });
    assert.ok(!("extensions" in others));
    const { tools } = await client.listTools();
    const offering = tools.filter(({ execution }) => execution?.taskSupport !== undefined);
    assert.deepEqual(
      offering.map(({ name, execution }) => [name, execution?.taskSupport]),
      [["quantum_job_submit", "optional"]],
    );
  }));

test("a job called as a task is told of until it ends, and its result is the job with its answer", () =>
  withHub(async (client) => {
    await client.listTools();
    const told: string[] = [];
    client.setNotificationHandler(
      TaskStatusNotificationSchema,
      ({ params }) => void told.push(`${params.taskId} ${params.status}`),
    );
    const seen: string[] = [];
    const call = { name: "quantum_job_submit", arguments: { terms: frustrated, seconds: 0.5 } };
    for await (const message of client.experimental.tasks.callToolStream(call)) {
      seen.push(message.type);
      if (message.type === "taskCreated") assert.equal(message.task.ttl, null, "jobs are kept without an end");
      if (message.type !== "result") continue;
      const { structuredContent, _meta } = message.result;
      const { job, state } = structuredContent as { job: string; state: string }; // why: checked by what is asserted
      assert.equal(state, "completed");
      assert.deepEqual(_meta?.["io.modelcontextprotocol/related-task"], { taskId: job });
      // They come on a stream of their own.
      await until("the end is told", () => told.at(-1) === `${job} completed`);
      assert.equal((await client.experimental.tasks.getTask(job)).status, "completed");
    }
    assert.equal(seen[0], "taskCreated");
    assert.equal(seen.at(-1), "result");
  }));

test("without being asked for a task the tool answers as ever", () =>
  withHub(async (client) => {
    const { structuredContent } = await client.callTool({
      name: "quantum_job_submit",
      arguments: { terms: frustrated, seconds: 0.1 },
    });
    assert.match(String((structuredContent as { job: string }).job), /^job_/);
  }));

test("tasks/result waits for the end of a task", () =>
  withHub(async (client) => {
    const { taskId } = await begun(client, "quantum_job_submit", { ...long, seconds: 1 });
    const result = await client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema);
    assert.equal((result.structuredContent as { state: string }).state, "completed");
  }));

test("a failed job is a failed task, whose result says why", () =>
  withHub(async (client) => {
    const { taskId } = await begun(client, "quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    const result = await client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema);
    assert.equal(result.isError, true);
    assert.match(JSON.stringify(result.content), /LEAP_TOKEN_MISSING/);
    const task = await client.experimental.tasks.getTask(taskId);
    assert.equal(task.status, "failed");
    assert.match(task.statusMessage ?? "", /^failed at qpu: LEAP_TOKEN_MISSING/);
  }));

test("a cancelled task is cancelled in the answer already, has no result, and cannot be cancelled twice", () =>
  withHub(async (client) => {
    const { taskId } = await begun(client, "quantum_job_submit", long);
    assert.equal((await client.experimental.tasks.cancelTask(taskId)).status, "cancelled");
    assert.equal((await client.experimental.tasks.getTask(taskId)).status, "cancelled");
    await assert.rejects(client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema), /-32602.*was cancelled/);
    await assert.rejects(client.experimental.tasks.cancelTask(taskId), /-32602.*is cancelled already/);
  }));

test("tasks are listed a page at a time, newest first, each once", () =>
  withFixture((as) =>
    as("alice", async (client) => {
      const ids: string[] = [];
      for (let i = 0; i < 120; i++) ids.push((await begun(client, "slow_compute", { seconds: 0 })).taskId);
      const listed: string[] = [];
      const pages: number[] = [];
      let cursor: string | undefined;
      do {
        const { tasks, nextCursor } = await client.experimental.tasks.listTasks(cursor);
        listed.push(...tasks.map(({ taskId }) => taskId));
        pages.push(tasks.length);
        cursor = nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(pages, [50, 50, 20]);
      assert.deepEqual(listed, listed.toSorted().toReversed());
      assert.deepEqual(listed.toSorted(), ids.toSorted());
      await assert.rejects(client.experimental.tasks.listTasks("nothing"), /-32602/);
    }),
  ));

test("jobs are listed as tasks", () =>
  withHub(async (client) => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await begun(client, "quantum_job_submit", { terms: frustrated })).taskId);
    const { tasks } = await client.experimental.tasks.listTasks();
    assert.deepEqual(
      tasks.map(({ taskId }) => taskId),
      ids.toSorted().toReversed(),
    );
    const after = await client.experimental.tasks.listTasks(tasks[0]?.taskId);
    assert.deepEqual(
      after.tasks.map(({ taskId }) => taskId),
      ids.toSorted().toReversed().slice(1),
    );
  }));

test("a task is followed, and its result waited for, no longer than its client stays", () =>
  withFixture((as, tasks) =>
    as("alice", async (client, leave) => {
      const { taskId } = await begun(client, "slow_compute", { seconds: 30 });
      const result = client.experimental.tasks.getTaskResult(taskId).catch(() => {});
      await until("the task is followed twice", () => tasks.followers === 2);
      await leave();
      await until("nobody follows it", () => tasks.followers === 0);
      await client.close();
      await result;
    }),
  ));

test("to another client a task is not there, and its list is empty", () =>
  withFixture((as) =>
    as("alice", async (alice) => {
      const { taskId } = await begun(alice, "slow_compute", { seconds: 30 });
      await as("bob", async (bob) => {
        const { tasks } = bob.experimental;
        assert.deepEqual((await tasks.listTasks()).tasks, []);
        await assert.rejects(tasks.getTask(taskId), /-32602.*there is no task/);
        await assert.rejects(tasks.cancelTask(taskId), /-32602.*there is no task/);
        await assert.rejects(tasks.getTaskResult(taskId), /-32602.*there is no task/);
      });
      assert.equal((await alice.experimental.tasks.getTask(taskId)).status, "working");
      await alice.experimental.tasks.cancelTask(taskId);
    }),
  ));

test("a tool that does not run as a task refuses to, and one that runs only as a task wants to be asked for one", () =>
  withFixture((as) =>
    as("alice", async (client) => {
      const stream = client.experimental.tasks.callToolStream({ name: "greet", arguments: { name: "A" } }, undefined, {
        task: {},
      });
      const { value } = await stream.next();
      assert.ok(value?.type === "error");
      assert.match(value.error.message, /-32601.*greet does not run as a task/);
      await assert.rejects(client.callTool({ name: "failing_job", arguments: {} }), /-32601.*failing_job runs only as a task/);
    }),
  ));
