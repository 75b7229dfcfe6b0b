/** Tasks of 2026-07-28, by the official clients. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { taskId } from "@modelcontextprotocol/ext-tasks/core";
import { CreateTaskResultV2Schema, GetTaskResultV2Schema } from "@modelcontextprotocol/ext-tasks/core/v2";
import { serveHub } from "../../src/serving.ts";
import { frustrated } from "../quantum/jobs-hub.ts";
import { configOn, scratchFolder, tokenOf } from "../scratch.ts";
import { FixtureTasks, fixtureTools } from "./fixture-tasks.ts";
import { long } from "./long-problem.ts";
import { withTools } from "./serve-tools.ts";
import { envelope, resultOf, type TaskClient, taskClient } from "./task-session.ts";

async function withHub(work: (client: TaskClient, connect: () => Promise<TaskClient>) => Promise<void>): Promise<void> {
  using folder = scratchFolder();
  await using hub = await serveHub(configOn(folder.path, { "leap.configFile": "none" }));
  const requestInit = { headers: { authorization: `Bearer ${tokenOf(folder.path)}` } };
  const connect = () => taskClient(new StreamableHTTPClientTransport(new URL("/mcp", hub.url), { requestInit }));
  await using client = await connect();
  await work(client, connect);
}

async function withFixture(
  work: (connect: (principal: string) => Promise<TaskClient>, tasks: FixtureTasks) => Promise<void>,
): Promise<void> {
  const tasks = new FixtureTasks();
  await withTools(fixtureTools(tasks), ({ urlFor }) =>
    work((principal) => taskClient(new StreamableHTTPClientTransport(urlFor(principal))), tasks),
  );
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !holds(); await sleep(10)) assert.ok(Date.now() < end, `waited for: ${what}`);
}

test("a job submitted by a client that knows tasks is a task, whose result is the job with its answer", () =>
  withHub(async ({ client, session }) => {
    assert.deepEqual(client.getServerCapabilities()?.extensions, { "io.modelcontextprotocol/tasks": {} });
    const execution = await session.callTool("quantum_job_submit", { terms: frustrated, seconds: 0.5 });
    assert.equal(execution.kind, "task");
    const seen: string[] = [];
    const { outcome, lastTask } = await execution.settle({
      onEvent: (event) => {
        if (event.type === "task") seen.push(`${event.task.status}: ${event.task.statusMessage}`);
      },
    });
    const result = resultOf(outcome);
    const { job, state, answer } = result.structuredContent;
    assert.equal(state, "completed");
    assert.equal((answer as { energy: number }).energy, -1);
    assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent);
    assert.match(seen[0] ?? "", /^working: (waits for its turn|runs) at local/);
    assert.equal(lastTask?.taskId, job);
    assert.equal(lastTask?.statusMessage, "completed at local with energy -1");
    assert.equal(lastTask?.retentionMs, null);
    const { structuredContent: got } = await client.callTool({ name: "quantum_job_get", arguments: { job } });
    assert.deepEqual(got, result.structuredContent, "the task's result is what quantum_job_get gives");
  }));

test("what goes over the wire is what the extension's schemas want, and nothing of the older era's tasks is there", () =>
  withHub(async ({ raw }) => {
    const call = { name: "quantum_job_submit", arguments: { terms: frustrated, seconds: 0.1 }, _meta: envelope() };
    const begun = await raw({ method: "tools/call", params: call });
    assert.ok(begun.kind === "result");
    const created = CreateTaskResultV2Schema.parse(begun.result);
    assert.deepEqual(Object.keys(begun.result as object).sort(), [
      "_meta",
      "createdAt",
      "lastUpdatedAt",
      "pollIntervalMs",
      "resultType",
      "status",
      "statusMessage",
      "taskId",
      "ttlMs",
    ]);
    const got = await raw({ method: "tasks/get", params: { taskId: created.taskId, _meta: envelope() } });
    assert.ok(got.kind === "result");
    assert.equal(GetTaskResultV2Schema.parse(got.result).taskId, created.taskId);
    for (const method of ["tasks/list", "tasks/result"]) {
      const gone = await raw({ method, params: { taskId: created.taskId, _meta: envelope() } });
      assert.equal(gone.kind === "error" && gone.error.code, -32601, method);
    }
  }));

test("a client that does not declare tasks gets the tool's result, and no task method", () =>
  withHub(async ({ raw }) => {
    const _meta = envelope({});
    const called = await raw({
      method: "tools/call",
      params: { name: "quantum_job_submit", arguments: { terms: frustrated, seconds: 0.1 }, _meta },
    });
    assert.ok(called.kind === "result");
    const { resultType, structuredContent } = called.result as { resultType: string; structuredContent: { job: string } };
    assert.equal(resultType, "complete");
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      const refused = await raw({ method, params: { taskId: structuredContent.job, inputResponses: {}, _meta } });
      assert.ok(refused.kind === "error");
      assert.equal(refused.error.code, -32021, method);
      assert.deepEqual(refused.error.data, { requiredCapabilities: { extensions: { "io.modelcontextprotocol/tasks": {} } } });
    }
    const listen = { taskIds: [structuredContent.job] };
    const refused = await raw({ method: "subscriptions/listen", params: { notifications: listen, _meta } });
    assert.equal(refused.kind === "error" && refused.error.code, -32021);
  }));

test("a failed job is a completed task whose result is an error with the job's code", () =>
  withHub(async ({ session }) => {
    const execution = await session.callTool("quantum_job_submit", { terms: frustrated, where: "qpu", fallback: false });
    const { outcome, lastTask } = await execution.settle();
    assert.equal(lastTask?.status, "completed");
    const result = resultOf(outcome);
    assert.equal(result.isError, true);
    assert.match(result.content[0].text, /^LEAP_TOKEN_MISSING: /);
    assert.equal(result._meta?.["dev.entente/error"]?.code, "LEAP_TOKEN_MISSING");
    assert.equal(result.structuredContent.state, "failed");
  }));

test("a cancelled task is cancelled from then on, its job ends, and cancelling it again changes nothing", () =>
  withHub(async ({ client, session }) => {
    const execution = await session.callTool("quantum_job_submit", long);
    assert.ok(execution.kind === "task");
    const controller = session.task(execution.handle.taskId);
    const until = Date.now() + 10_000;
    while (!(await controller.snapshot()).statusMessage?.startsWith("runs")) assert.ok(Date.now() < until, "the job starts");
    await controller.cancel();
    assert.equal((await controller.snapshot()).status, "cancelled");
    await controller.cancel();
    assert.equal((await controller.snapshot()).status, "cancelled");
    const { structuredContent } = await client.callTool({
      name: "quantum_job_get",
      arguments: { job: execution.handle.taskId, waitMs: 10_000 },
    });
    assert.equal((structuredContent as { state: string }).state, "cancelled");
    assert.equal((await execution.settle()).outcome.status, "cancelled");
  }));

test("a task that asks nothing takes answers and ignores them; one that is not there takes none", () =>
  withHub(async ({ raw }) => {
    const call = { name: "quantum_job_submit", arguments: { terms: frustrated, seconds: 0.1 }, _meta: envelope() };
    const begun = await raw({ method: "tools/call", params: call });
    assert.ok(begun.kind === "result");
    const { taskId } = CreateTaskResultV2Schema.parse(begun.result);
    const update = (id: string) =>
      raw({ method: "tasks/update", params: { taskId: id, inputResponses: { x: { action: "accept" } }, _meta: envelope() } });
    const taken = await update(taskId);
    assert.equal(taken.kind === "result" && (taken.result as { resultType: string }).resultType, "complete");
    const refused = await update("job_none");
    assert.equal(refused.kind === "error" && refused.error.code, -32602);
  }));

test("a client that comes later finds the task by its reference, whichever client began it", () =>
  withHub(async ({ session }, connect) => {
    const execution = await session.callTool("quantum_job_submit", { terms: frustrated, seconds: 0.5 });
    assert.ok(execution.kind === "task");
    const reference = execution.serializeReference();
    await execution.detach();
    await using later = await connect();
    const resumed = await later.session.resumeTask(reference);
    const result = resultOf((await resumed.settle()).outcome);
    assert.equal(result.structuredContent.state, "completed");
  }));

test("a listening client hears how a task stands, and its end with the result, without asking", () =>
  withHub(async ({ client, raw, notices }) => {
    const heard: { status: string; taskId: string; result?: { structuredContent: { state: string } } }[] = [];
    const ended = Promise.withResolvers<void>();
    client.fallbackNotificationHandler = async ({ method, params }) => {
      assert.equal(method, "notifications/tasks");
      const task = params as unknown as (typeof heard)[number]; // why: checked by what is asserted below
      heard.push(task);
      if (task.status === "completed") ended.resolve();
    };
    const call = { name: "quantum_job_submit", arguments: { ...long, seconds: 1 }, _meta: envelope() };
    const begun = await raw({ method: "tools/call", params: call });
    assert.ok(begun.kind === "result");
    const { taskId } = CreateTaskResultV2Schema.parse(begun.result);
    const filter = { taskIds: [taskId, "job_none"], toolsListChanged: true };
    const subscription = await client.listen(filter);
    assert.deepEqual(notices[0]?.params?.notifications, { taskIds: [taskId], toolsListChanged: true });
    const timer = setTimeout(() => ended.reject(new Error(`no end was heard of: ${JSON.stringify(heard)}`)), 20_000);
    await ended.promise;
    clearTimeout(timer);
    assert.equal(heard[0]?.status, "working");
    assert.ok(heard.every((task) => task.taskId === taskId));
    assert.equal(heard.at(-1)?.result?.structuredContent.state, "completed");
    await subscription.close();
  }));

test("a task is followed no longer than its client listens", () =>
  withFixture(async (connect, tasks) => {
    await using alice = await connect("alice");
    const execution = await alice.session.callTool("slow_compute", { seconds: 30 });
    assert.ok(execution.kind === "task");
    const subscription = await alice.client.listen({ taskIds: [execution.handle.taskId] } as object); // why: the SDK does not know this filter
    await until("the task is followed", () => tasks.followers === 1);
    await subscription.close();
    await until("nobody follows it", () => tasks.followers === 0);
    await execution.cancel();
  }));

test("of many tasks that a client names at once the first hundred are followed", () =>
  withFixture(async (connect) => {
    await using alice = await connect("alice");
    const ids: string[] = [];
    for (let i = 0; i < 101; i++) {
      const execution = await alice.session.callTool("slow_compute", { seconds: 0 });
      ids.push(execution.handle?.taskId ?? "");
      await execution.detach();
    }
    const subscription = await alice.client.listen({ taskIds: ids } as object); // why: the SDK does not know this filter
    assert.deepEqual(alice.notices[0]?.params?.notifications, { taskIds: ids.slice(0, 100) });
    await subscription.close();
  }));

test("to another client a task is not there: neither to read, nor to cancel, nor to answer, nor to listen for", () =>
  withFixture(async (connect) => {
    await using alice = await connect("alice");
    await using bob = await connect("bob");
    const execution = await alice.session.callTool("slow_compute", { seconds: 30 });
    assert.ok(execution.kind === "task");
    const { taskId: id } = execution.handle;
    const asked = (client: TaskClient, wanted: string) =>
      Promise.all(
        ["tasks/get", "tasks/cancel", "tasks/update"].map((method) =>
          client.raw({ method, params: { taskId: wanted, inputResponses: {}, _meta: envelope() } }),
        ),
      );
    const none = JSON.stringify(await asked(bob, "fixture_none"));
    assert.equal(JSON.stringify(await asked(bob, id)).replaceAll(id, "fixture_none"), none);
    assert.match(none, /-32602/);
    await bob.client.listen({ taskIds: [id] } as object); // why: the SDK does not know this filter
    assert.deepEqual(bob.notices[0]?.params?.notifications, {});
    assert.equal((await alice.session.task(id).snapshot()).status, "working", "what Bob did changed nothing");
    await execution.cancel();
  }));

test("a task that asks gets its answers one by one, and goes on when it has them all", () =>
  withFixture(async (connect) => {
    await using alice = await connect("alice");
    const { handle } = await alice.session.callTool("multi_input");
    assert.ok(handle);
    const controller = alice.session.task(handle.taskId);
    const questions = async () => Object.keys(((await controller.snapshot()).raw.inputRequests ?? {}) as object);
    assert.deepEqual(await questions(), ["first", "second"]);
    const yes = { action: "accept" as const, content: { confirm: true } };
    await controller.update({ first: yes });
    assert.deepEqual(await questions(), ["second"]);
    await controller.update({ first: yes, second: yes });
    const result = resultOf(await controller.result());
    assert.equal(result.structuredContent.task, "answered first and second");
  }));

test("what breaks before there is a result is a failed task with a JSON-RPC error", () =>
  withFixture(async (connect) => {
    await using alice = await connect("alice");
    const execution = await alice.session.callTool("protocol_error_job");
    const { outcome } = await execution.settle();
    assert.equal(outcome.status, "failed");
    assert.match(String(outcome.status === "failed" && outcome.error.message), /it broke/);
    await assert.rejects(alice.session.task(taskId("fixture_none")).snapshot(), /no task/);
  }));
