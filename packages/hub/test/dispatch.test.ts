import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { systemClock } from "../src/base/clock.ts";
import { sha256 } from "../src/base/json.ts";
import { type Principal, type Progress, SampleNeeded, type Tool, type ToolContext, toolsOf } from "../src/base/tool.ts";
import { Catalogue } from "../src/mcp/catalogue.ts";
import { Dispatcher } from "../src/mcp/dispatch.ts";
import type { HubEvent } from "../src/store/event-log.ts";
import { openStore, type Store } from "../src/store/store.ts";
import { openLog } from "../src/telemetry/log.ts";
import { Metrics } from "../src/telemetry/metrics.ts";
import { code } from "./code.ts";
import { scratchFolder } from "./scratch.ts";

const principal: Principal = { id: "tester", kind: "operator" };
const defineTool = toolsOf<undefined>();
const anything = z.looseObject({});

function tool(name: string, run: (input: Record<string, unknown>, ctx: ToolContext) => Promise<Record<string, unknown>>): Tool {
  return defineTool({ name, description: "A tool for tests.", input: anything, output: anything, run })(undefined);
}

const twice = defineTool({
  name: "test_double_number",
  description: "Doubles a number.",
  input: z.object({ n: z.number(), note: z.string().default("none") }),
  output: z.object({ twice: z.number() }),
  run: async ({ n }) => ({ twice: n > 1000 ? Number.NaN : n * 2 }),
})(undefined);

interface Desk {
  readonly dispatcher: Dispatcher;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly called: () => Promise<readonly HubEvent[]>;
}

async function withDispatcher(
  tools: readonly Tool[],
  work: (desk: Desk) => Promise<void>,
  limits: { limitMs?: number; graceMs?: number } = {},
): Promise<void> {
  using folder = scratchFolder();
  await using store = await openStore({ url: "", dataFolder: folder.path, clock: systemClock });
  const metrics = new Metrics();
  const catalogue = new Catalogue(tools, [], []);
  const base = { catalogue, events: store.events, metrics, log: openLog("silent"), clock: systemClock };
  const dispatcher = new Dispatcher({ ...base, limitMs: 60_000, graceMs: 60_000, ...limits });
  const called = async () => (await store.events.read({ after: 0, limit: 1000 })).filter((event) => event.kind === "tool.called");
  await work({ dispatcher, store, metrics, called });
}

test("a call's record is in the log when the caller hears of the outcome, good or bad", () =>
  withDispatcher([twice, tool("test_fail_now", async () => assert.fail("broken"))], async ({ dispatcher, called, metrics }) => {
    assert.deepEqual(await dispatcher.call("test_double_number", { n: 21 }, { principal }), { twice: 42 });
    const [good] = await called();
    assert.equal(good?.actor, "tester");
    assert.equal(good?.subject, "test_double_number");
    assert.equal(good?.data.outcome, "ok");
    assert.deepEqual(good?.data.input, { n: 21 });
    await assert.rejects(dispatcher.call("test_fail_now", {}, { principal }), code("INTERNAL"));
    const [, bad] = await called();
    assert.equal(bad?.data.outcome, "INTERNAL");
    assert.match(String(bad?.data.error), /broken/);
    const counted = await metrics.text();
    assert.match(counted, /tool="test_double_number",outcome="ok"\} 1$/m);
    assert.match(counted, /tool="test_fail_now",outcome="INTERNAL"\} 1$/m);
  }));

test("a large input is recorded as its hash only", () =>
  withDispatcher([tool("test_take_text", async () => ({}))], async ({ dispatcher, called }) => {
    await dispatcher.call("test_take_text", { text: "x".repeat(2000) }, { principal });
    const [event] = await called();
    assert.equal(event?.data.input, undefined);
    assert.equal(event?.data.inputHash, sha256(JSON.stringify({ text: "x".repeat(2000) })));
  }));

test("input that does not fit is TOOL_INPUT_INVALID with the path of each problem, and the tool does not run", () =>
  withDispatcher([twice], async ({ dispatcher, called }) => {
    await assert.rejects(
      dispatcher.call("test_double_number", { n: "two", note: 3 }, { principal }),
      code("TOOL_INPUT_INVALID", /n: .*; note: /),
    );
    assert.equal((await called())[0]?.data.outcome, "TOOL_INPUT_INVALID");
  }));

test("a result that does not fit the tool's own schema is TOOL_OUTPUT_INVALID", () =>
  withDispatcher([twice], async ({ dispatcher, called }) => {
    await assert.rejects(dispatcher.call("test_double_number", { n: 1001 }, { principal }), code("TOOL_OUTPUT_INVALID", /twice/));
    assert.equal((await called())[0]?.data.outcome, "TOOL_OUTPUT_INVALID");
  }));

const waiting = tool(
  "test_wait_long",
  (_input, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true })),
);
const deaf = tool("test_stay_deaf", () => new Promise(() => {}));

for (const [what, slow] of [
  ["hears its signal", waiting],
  ["is deaf", deaf],
] as const) {
  test(`a call beyond its limit is DEADLINE_EXCEEDED, when the tool ${what}`, () =>
    withDispatcher(
      [slow],
      async ({ dispatcher, called }) => {
        await assert.rejects(
          dispatcher.call(slow.name, {}, { principal }),
          code("DEADLINE_EXCEEDED", new RegExp(`${slow.name} .* 50 ms`)),
        );
        assert.equal((await called())[0]?.data.outcome, "DEADLINE_EXCEEDED");
      },
      { limitMs: 50, graceMs: 20 },
    ));

  test(`a cancelled call is CANCELLED with the caller's reason, when the tool ${what}`, () =>
    withDispatcher(
      [slow],
      async ({ dispatcher, called }) => {
        const stop = new AbortController();
        const call = dispatcher.call(slow.name, {}, { principal, signal: stop.signal });
        setTimeout(() => stop.abort(new Error("enough of that")), 20);
        await assert.rejects(call, code("CANCELLED", /enough of that/));
        assert.equal((await called())[0]?.data.outcome, "CANCELLED");
      },
      { graceMs: 20 },
    ));
}

test("a call that was cancelled before it began does not run", () => {
  let ran = false;
  const run = async (): Promise<Record<string, unknown>> => {
    ran = true;
    return {};
  };
  return withDispatcher([tool("test_run_once", run)], async ({ dispatcher, called }) => {
    const signal = AbortSignal.abort(new Error("too late"));
    await assert.rejects(dispatcher.call("test_run_once", {}, { principal, signal }), code("CANCELLED", /too late/));
    assert.equal(ran, false);
    assert.equal((await called()).length, 1);
  });
});

test("a tool that notices late but within its grace ends in its own order, and what it had done counts", () => {
  const tidy = tool("test_tidy_up", async (_input, { signal }) => {
    while (!signal.aborted) await sleep(1);
    await sleep(20);
    return { tidied: true };
  });
  return withDispatcher([tidy], async ({ dispatcher }) => {
    const stop = new AbortController();
    const call = dispatcher.call("test_tidy_up", {}, { principal, signal: stop.signal });
    stop.abort();
    assert.deepEqual(await call, { tidied: true });
  });
});

test("a tool calls another as the same caller, and a cancel reaches the inner call", () => {
  const outer = tool("test_call_other", async (_input, ctx) => ({ inner: await ctx.call("test_wait_long", {}) }));
  return withDispatcher([outer, waiting], async ({ dispatcher, called }) => {
    const stop = new AbortController();
    const call = dispatcher.call("test_call_other", {}, { principal: { id: "agent-1", kind: "agent" }, signal: stop.signal });
    setTimeout(() => stop.abort(new Error("stop both")), 20);
    await assert.rejects(call, code("CANCELLED"));
    const records = await called();
    assert.deepEqual(
      records.map(({ subject, actor, data }) => [subject, actor, data.outcome]),
      [
        ["test_wait_long", "agent-1", "CANCELLED"],
        ["test_call_other", "agent-1", "CANCELLED"],
      ],
    );
  });
});

test("progress reaches the caller and every listener, with the call it belongs to", () => {
  const stepping = tool("test_take_steps", async (_input, ctx) => {
    for (const done of [1, 2]) ctx.progress({ done, total: 2 });
    return {};
  });
  return withDispatcher([stepping], async ({ dispatcher, called }) => {
    const own: Progress[] = [];
    const heard: object[] = [];
    const stop = dispatcher.onProgress((progress) => heard.push(progress));
    await dispatcher.call("test_take_steps", {}, { principal, progress: (step) => own.push(step) });
    stop();
    await dispatcher.call("test_take_steps", {}, { principal });
    const call = (await called())[0]?.data.call;
    assert.deepEqual(own, [
      { done: 1, total: 2 },
      { done: 2, total: 2 },
    ]);
    assert.deepEqual(
      heard,
      own.map((step) => ({ ...step, call, tool: "test_take_steps", principal: "tester" })),
    );
  });
});

test("an unknown tool is TOOL_UNKNOWN with the nearest name", () =>
  withDispatcher([twice], async ({ dispatcher }) => {
    await assert.rejects(
      dispatcher.call("test_duoble_number", {}, { principal }),
      code("TOOL_UNKNOWN", /did you mean "test_double_number"/),
    );
  }));

test("a catalogue refuses two tools of one name", () => {
  assert.throws(() => new Catalogue([twice, waiting, twice], [], []), code("TOOL_NAME_TAKEN", /"test_double_number"/));
});

test("a tool's name is pillar_verb_noun in small letters, and short", () => {
  for (const name of ["double", "Test_double", "test-double", "test_", "_test", "test__double", `test_${"x".repeat(60)}`])
    assert.throws(() => tool(name, async () => ({})), /pillar_verb_noun/, name);
});

test("a tool that needs a model reaches the caller's, and fails where there is none", () =>
  withDispatcher(
    [
      tool("test_sample_model", async (_input, { sampled, canSample }) => {
        if (sampled) return { said: sampled.text, state: sampled.state, canSample };
        throw new SampleNeeded({ system: "s", messages: [{ role: "user", text: "?" }], maxTokens: 10 }, { asked: 1 });
      }),
    ],
    async ({ dispatcher, called }) => {
      await assert.rejects(dispatcher.call("test_sample_model", {}, { principal }), code("INTERNAL"));
      const asked = await dispatcher
        .call("test_sample_model", {}, { principal, canSample: true })
        .catch((thrown: unknown) => thrown);
      assert.ok(asked instanceof SampleNeeded);
      assert.deepEqual(asked.state, { asked: 1 });
      const sampled = { state: asked.state, text: "!", model: "m" };
      const result = await dispatcher.call("test_sample_model", {}, { principal, canSample: true, sampled });
      assert.deepEqual(result, { said: "!", state: { asked: 1 }, canSample: true });
      assert.deepEqual(
        (await called()).map(({ data }) => data.outcome),
        ["INTERNAL", "sample-needed", "ok"],
      );
    },
  ));
