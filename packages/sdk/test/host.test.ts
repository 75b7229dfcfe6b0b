/** The agent's side alone, over a pipe inside this process. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CallError, pipe, receive, remote } from "@entente/pipe";
import { defineAgent } from "../src/agent.ts";
import { Channel } from "../src/channel.ts";
import { callTool, hostAgents } from "../src/host.ts";
import { hostInterface, hubInterface } from "../src/interfaces.ts";

const skills = [{ id: "work", name: "Work", description: "Works" }];

function host(execute: Parameters<typeof defineAgent>[0]["execute"]) {
  const [near, far] = pipe();
  receive(near, hubInterface, {
    async *callTool({ tool, agent }) {
      if (tool === "broken") throw new CallError("TOOL_BROKEN", "it is broken", { by: "hand" });
      yield { progress: { done: 1, total: 2 } };
      yield { result: { tool, agent: agent ?? null } };
    },
    listTools: () => [],
    join: () => ({ url: "" }),
  });
  const agent = defineAgent({ name: "worker", description: "Works.", skills, execute });
  const hub = remote(far, hubInterface);
  hostAgents(far, new Map([["worker", agent]]), hub);
  return { near, hub, agents: remote(near, hostInterface) };
}

const task = { id: "t", contextId: "c", parts: [{ text: "one" }, { text: "two" }, { data: { three: 3 } }] };

test("a task runs with its text, data and parts, and its steps come in order, the result last", async () => {
  const { agents } = host(async ({ text, data, parts }, { status, artifact }) => {
    status("begun");
    artifact({ name: "a", parts: [{ text: "1" }] });
    artifact({ name: "a", parts: [{ text: "2" }], last: true });
    return { text: `${text} ${parts.length}`, data: data ?? null, cost: 3 };
  });
  assert.deepEqual(await Array.fromAsync(agents.run({ agent: "worker", task })), [
    { status: "begun" },
    { artifact: { name: "a", parts: [{ text: "1" }] } },
    { artifact: { name: "a", parts: [{ text: "2" }], last: true } },
    { done: { text: "one\ntwo 3", data: { three: 3 }, cost: 3 } },
  ]);
});

test("what the agent throws ends the stream with its code; an agent that is not here is named", async () => {
  const { agents } = host(async () => {
    throw Object.assign(new Error("no ink"), { code: "OUT_OF_INK" });
  });
  await assert.rejects(Array.fromAsync(agents.run({ agent: "worker", task })), { code: "OUT_OF_INK", message: "no ink" });
  await assert.rejects(Array.fromAsync(agents.run({ agent: "nobody", task })), { code: "AGENT_UNKNOWN" });
});

test("an agent is told until when its task is to be done, and stopped then, also while it asks", async () => {
  const told: (number | undefined)[] = [];
  const { promise: stopped, resolve } = Promise.withResolvers<unknown>();
  const { agents } = host(async ({ id }, { ask, signal, deadlineAt }) => {
    told.push(deadlineAt);
    if (id === "free") return { text: "done" };
    signal.addEventListener("abort", () => resolve(signal.reason));
    await ask("Well?");
    return { text: "answered" };
  });
  const begun = Date.now();
  await assert.rejects(Array.fromAsync(agents.run({ agent: "worker", task }, { deadlineMs: 100 })), {
    code: "DEADLINE_EXCEEDED",
  });
  assert.ok((await stopped) instanceof Error);
  const [until = Number.NaN] = told;
  assert.ok(until > begun && until <= Date.now() + 100, `${until - begun} ms`);
  await Array.fromAsync(agents.run({ agent: "worker", task: { ...task, id: "free" } }));
  assert.equal(told[1], undefined);
});

test("leaving the stream aborts the agent's signal, also while it asks", async () => {
  const { promise: aborted, resolve } = Promise.withResolvers<string>();
  const { agents } = host(async (_task, { ask, signal }) => {
    signal.addEventListener("abort", () => resolve("aborted"));
    await ask("Well?");
    return { text: "" };
  });
  for await (const step of agents.run({ agent: "worker", task })) {
    assert.ok("ask" in step);
    break;
  }
  assert.equal(await aborted, "aborted");
  await assert.rejects(agents.answer({ agent: "worker", task: "t", parts: [] }), { code: "ANSWER_UNEXPECTED" });
});

test("a question after the task was cancelled is refused at once", async () => {
  const { promise: refused, resolve } = Promise.withResolvers<unknown>();
  const { agents } = host(async (_task, { ask, signal, status }) => {
    status("begun");
    await once(signal, "abort");
    await sleep(1);
    await ask("Well?").catch(resolve);
    return { text: "" };
  });
  for await (const _step of agents.run({ agent: "worker", task })) break;
  assert.match(String(await refused), /AbortError/);
  await assert.rejects(agents.answer({ agent: "worker", task: "t", parts: [] }), { code: "ANSWER_UNEXPECTED" });
});

test("questions asked side by side each get their own answer", async () => {
  const { agents } = host(async (_task, { ask }) => {
    const answers = await Promise.all([ask("First?"), ask("Second?")]);
    return { text: answers.map(([part]) => part?.text).join(", ") };
  });
  let last: unknown;
  for await (const step of agents.run({ agent: "worker", task })) {
    if ("ask" in step) await agents.answer({ agent: "worker", task: "t", parts: [{ text: `to ${step.ask.question}` }] });
    last = step;
  }
  assert.deepEqual(last, { done: { text: "to First?, to Second?", data: undefined, cost: undefined } });
});

test("a tool's progress, result and error come back, and it is called in the agent's name", async () => {
  const { hub, agents } = host(async (_task, { call }) => ({ text: JSON.stringify(await call("look", {})) }));
  const steps = await Array.fromAsync(agents.run({ agent: "worker", task }));
  assert.deepEqual(steps, [{ done: { text: '{"tool":"look","agent":"worker"}', data: undefined, cost: undefined } }]);
  const seen: number[] = [];
  assert.deepEqual(await callTool(hub, { tool: "look", input: {} }, { progress: ({ done }) => seen.push(done) }), {
    tool: "look",
    agent: null,
  });
  assert.deepEqual(seen, [1]);
  await assert.rejects(callTool(hub, { tool: "broken", input: {} }), {
    name: "HubError",
    code: "TOOL_BROKEN",
    details: { by: "hand" },
  });
});

test("a channel gives what was put in, in order, then its end or error, and takes no more than its limit", async () => {
  const channel = new Channel<number>(2);
  assert.deepEqual([channel.put(1), channel.put(2), channel.put(3)], [true, true, false]);
  channel.end(new Error("over"));
  assert.equal(channel.put(4), false);
  const got: number[] = [];
  await assert.rejects(async () => {
    for await (const item of channel) got.push(item);
  }, /over/);
  assert.deepEqual(got, [1, 2]);
});

test("a result comes also when more statuses wait than there is room for, and after them", async () => {
  const ended = Promise.withResolvers<void>();
  const { agents } = host(async (_task, { status }) => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5000; i++) status(`at ${i}`);
      await sleep(20); // By then the hub's credit is used up.
    }
    ended.resolve();
    return { text: "done" };
  });
  let last: unknown;
  for await (const step of agents.run({ agent: "worker", task })) {
    last = step;
    await ended.promise;
  }
  assert.deepEqual(last, { done: { text: "done", data: undefined, cost: undefined } });
});
