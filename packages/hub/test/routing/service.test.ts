/** Routing over a real hub: real agents, the real A2A handler, the real store. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Agent, defineAgent } from "../../src/base/agent.ts";
import { systemClock } from "../../src/base/clock.ts";
import { operator } from "../../src/base/principals.ts";
import { type Hub, openHub } from "../../src/gateway.ts";
import { decisionSchema } from "../../src/routing/explanation.ts";
import { noFacts } from "../../src/routing/facts.ts";
import { defaultPolicy } from "../../src/routing/policy.ts";
import { Routing } from "../../src/routing/routing.ts";
import type { SendResult } from "../../src/routing/sending.ts";
import { wantedSchema } from "../../src/routing/wanted.ts";
import { openLog } from "../../src/telemetry/log.ts";
import { configOn, scratchFolder } from "../scratch.ts";
import { reading } from "./agents.ts";

async function withHub(agents: readonly Agent[], work: (hub: Hub) => Promise<void>, settings = {}): Promise<void> {
  using folder = scratchFolder();
  await using hub = await openHub({ config: configOn(folder.path, settings) });
  for (const agent of agents) await hub.registry.add(agent, "http://127.0.0.1");
  await work(hub);
}

const echo = (name: string, execute: Agent["execute"] = async (task) => ({ text: `${name}: ${task.text}` })): Agent =>
  defineAgent({
    profile: { name, description: "Echoes", skills: [{ id: "echo", name: "Echo", description: "Says back what was said" }] },
    execute,
  });

const route = (hub: Hub, input: object, options: object = {}) =>
  hub.dispatcher.call("routing_send_message", input, { principal: operator, ...options });

test("a message goes to an agent with the skill; the decision is kept, told and in the log", async () => {
  await withHub([echo("one"), echo("two")], async (hub) => {
    const answer = await route(hub, { skill: "echo", text: "hello" });
    assert.match(String(answer.text), /^(one|two): hello$/);
    assert.equal(answer.state, "TASK_STATE_COMPLETED");
    const { decisions } = await hub.dispatcher.call("routing_list_decisions", {}, { principal: operator });
    assert.equal(Array.isArray(decisions) && decisions.length, 1);
    const decision = decisionSchema.parse(answer.decision);
    assert.deepEqual(await hub.dispatcher.call("routing_get_decision", { id: decision.id }, { principal: operator }), decision);
    assert.match(decision.because, /(one|two) .* did it in \d+ ms\.$/);
    const [event] = await hub.store.events.read({ kind: "routing.decided", limit: 10 });
    assert.equal(event?.subject, decision.id);
    assert.equal(event?.data.agent, answer.agent);
    assert.match(await hub.metrics.text(), /entente_routing_calls_total\{outcome="ok"\} 1/);
  });
});

test("what fails at one agent is done by another when the call is idempotent, and only then", async () => {
  const broken = echo("aa-broken", async () => {
    throw new Error("no ink");
  });
  await withHub([broken, echo("works")], async (hub) => {
    let [done, failed] = [0, 0];
    for (let i = 0; i < 12; i++) {
      const answer = await route(hub, { skill: "echo", text: "x", idempotent: true });
      assert.equal(answer.agent, "works");
      done += 1;
    }
    const { agents } = await hub.dispatcher.call("routing_list_agents", { agent: "aa-broken" }, { principal: operator });
    const [standing] = agents as { reliability: number }[]; // why: the tool's own output schema
    assert.ok((standing?.reliability ?? 1) < 0.9);
    await route(hub, { skill: "echo", text: "x", allow: ["aa-broken"] }).catch((error) => {
      failed += 1;
      assert.equal(error.code, "ROUTE_FAILED");
      assert.match(error.message, /aa-broken: .*no ink.*not tried again, since sending it twice might do harm/);
    });
    assert.deepEqual([done, failed], [12, 1]);
  });
});

test("nobody with the skill is an error that names what was wanted and what each agent lacks", async () => {
  await withHub([echo("one")], async (hub) => {
    await assert.rejects(route(hub, { skill: "fly" }), {
      code: "ROUTE_NOBODY",
      message: /skill "fly".*one: wanted the skill or tag "fly"; offers echo/,
    });
    const choice = await hub.dispatcher.call("routing_choose_agent", { skill: "echo" }, { principal: operator });
    assert.equal(choice.agent, "one");
    assert.match(String(choice.because), /only one left/);
    assert.equal((await hub.store.events.read({ kind: "task.*", limit: 10 })).length, 0, "nothing was sent");
  });
});

test("agents that pass work to each other by routing are stopped in a loop, though they know nothing of chains", async () => {
  const passing = (name: string, to: string): Agent =>
    echo(name, async (_task, ctx) => {
      const answer = await ctx.call("routing_send_message", { skill: "echo", text: "yours", allow: [to] });
      return { text: String(Reflect.get(Object(answer), "text")) };
    });
  await withHub([passing("ping", "pong"), passing("pong", "ping")], async (hub) => {
    await assert.rejects(route(hub, { skill: "echo", text: "mine", allow: ["ping"] }), /come back to ping, .*: ping > pong/);
    const ended = await hub.store.events.read({ kind: "task.ended", limit: 10 });
    assert.deepEqual(ended.map(({ data }) => data.agent).sort(), ["ping", "pong"], "each had it once");
  });
});

test("the chain, the skill and the time left travel in the message's metadata", async () => {
  await withHub([echo("one")], async (hub) => {
    const answer = await route(hub, {
      skill: "echo",
      text: "x",
      withinMs: 60_000,
      chain: { id: "c1", path: ["front"], spent: 2, limit: 9 },
    });
    const row = await hub.store.db.selectFrom("tasks").select("task_json").executeTakeFirstOrThrow();
    const { history }: { history: { metadata: Record<string, Record<string, unknown>> }[] } = JSON.parse(row.task_json);
    const travelled = history[0]?.metadata["https://entente.dev/a2a/ext/sla/v1"];
    assert.deepEqual(travelled?.chain, { id: "c1", path: ["front", "one"], spent: 2, limit: 9 });
    assert.equal(travelled?.skill, "echo");
    assert.ok(Number(travelled?.remainingMs) > 50_000 && Number(travelled?.remainingMs) <= 60_000);
    assert.deepEqual(answer.chain, { id: "c1", path: ["front"], spent: 2, limit: 9 });
  });
});

test("the deadline of the work that an agent has holds for what it passes on", async () => {
  let left: unknown;
  const front = echo("front", async (_task, ctx) => {
    await ctx.call("routing_send_message", { skill: "echo", text: "for you", allow: ["behind"] });
    return { text: "passed on" };
  });
  await withHub([front, echo("behind")], async (hub) => {
    await route(hub, { skill: "echo", text: "x", withinMs: 30_000, allow: ["front"] });
    const rows = await hub.store.db.selectFrom("tasks").select("task_json").where("agent", "=", "behind").execute();
    const { history }: { history: { metadata: Record<string, { remainingMs: number; chain: { path: string[] } }> }[] } =
      JSON.parse(rows[0]?.task_json ?? "{}");
    const travelled = history[0]?.metadata["https://entente.dev/a2a/ext/sla/v1"];
    left = travelled?.remainingMs;
    assert.deepEqual(travelled?.chain.path, ["front", "behind"]);
  });
  assert.ok(Number(left) > 20_000 && Number(left) <= 30_000, String(left));
});

test("an abort cancels the agent's task; a deadline ends the call with its code", async () => {
  let stopped = 0;
  const slow = echo("slow", (_task, ctx) => {
    const { promise, reject } = Promise.withResolvers<never>();
    ctx.signal.addEventListener("abort", () => {
      stopped += 1;
      reject(ctx.signal.reason);
    });
    return promise;
  });
  await withHub([slow], async (hub) => {
    await assert.rejects(route(hub, { skill: "echo", text: "x", withinMs: 150 }), { code: "ROUTE_DEADLINE" });
    const stop = new AbortController();
    const call = route(hub, { skill: "echo", text: "x" }, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error("enough")), 100);
    await assert.rejects(call, { code: "CANCELLED" });
    const ends = () => hub.store.events.read({ kind: "task.ended", limit: 10 });
    for (let tries = 0; (await ends()).length < 2 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(stopped, 2);
  });
});

test("an agent that does not hear that it is called off is left behind", async () => {
  const deaf = echo("deaf", () => new Promise(() => {}));
  await withHub(
    [deaf],
    async (hub) => {
      await assert.rejects(route(hub, { skill: "echo", text: "x", withinMs: 100 }), { code: "ROUTE_DEADLINE" });
      assert.equal(hub.routing.health()[0]?.outstanding, 0);
    },
    { "limits.drainMs": "50" },
  );
});

test("what the operator says of an agent's service counts: its region, its price, its idempotent skills, its promises", async () => {
  const services = {
    far: { region: "us" },
    near: { region: "eu", price: 2, idempotentSkills: ["echo"], promises: { totalMs: 900 } },
  };
  await withHub(
    [echo("far"), echo("near")],
    async (hub) => {
      const choice = await hub.dispatcher.call("routing_choose_agent", { skill: "echo", region: "eu" }, { principal: operator });
      assert.equal(choice.agent, "near");
      assert.match(String(choice.because), /far \(wanted eu; is in us\)/);
      const answer = await route(hub, { skill: "echo", text: "x", region: "eu" });
      assert.equal(Reflect.get(Object(answer.chain), "spent"), 2);
      const total = hub.sla.terms("near").find(({ indicator }) => indicator === "total");
      assert.deepEqual([total?.threshold, total?.source], [900, "card"]);
    },
    { "routing.services": JSON.stringify(services) },
  );
});

test("tasks that others send are learned from too, and the operator's list keeps an agent out", async () => {
  await withHub(
    [echo("one"), echo("two")],
    async (hub) => {
      const sighting = {
        agent: "one",
        task: "t",
        context: "c",
        owner: "o",
        skill: undefined,
        agreement: undefined,
        cost: undefined,
      };
      hub.routing.observe({ ...sighting, moment: "submitted", at: 1000, outcome: undefined });
      hub.routing.observe({ ...sighting, moment: "first-event", at: 1010, outcome: undefined });
      hub.routing.observe({ ...sighting, moment: "ended", at: 1400, outcome: "completed" });
      const [one] = hub.routing.health();
      assert.deepEqual([one?.firstMs, one?.totalMs], [10, 400]);
      assert.equal((await route(hub, { skill: "echo", text: "x" })).agent, "one");
    },
    { "routing.deny": "two" },
  );
});

test("a skill may have any name, also one that every JavaScript object has", async () => {
  const ids = ["constructor", "toString", "__proto__"];
  const odd = (name: string): Agent =>
    defineAgent({
      profile: { name, description: "Odd", skills: ids.map((id) => ({ id, name: id, description: "Is odd" })) },
      execute: async () => ({ text: "done" }),
    });
  await withHub([odd("one"), odd("constructor")], async (hub) => {
    for (const skill of ids)
      for (let i = 0; i < 3; i++) assert.equal((await route(hub, { skill, text: "x", idempotent: true })).text, "done");
  });
});

test("what breaks while a call is under way ends that call as failed, not the hub", async () => {
  const failed: SendResult = { outcome: "failed", problem: "no ink", answer: undefined, cost: undefined };
  const never = Promise.withResolvers<SendResult>().promise;
  const broken = new Error("no line");
  const breaks = (): never => {
    throw broken;
  };
  // What the first agent does, and what breaks: asking the second after an end or when the timer rings, or the answer.
  const cases: Readonly<Record<string, readonly (() => Promise<SendResult>)[]>> = {
    end: [async () => failed, breaks],
    timer: [() => never, breaks],
    answer: [() => Promise.reject(broken)],
    beginning: [breaks],
  };
  await withHub([echo("one"), echo("two")], async (hub) => {
    for (const [name, sends] of Object.entries(cases)) {
      let asked = 0;
      const routing = new Routing({
        policy: { ...defaultPolicy, maxSilenceMs: 50 },
        lists: { allow: [], deny: [] },
        keptDecisions: 10,
        clock: systemClock,
        events: hub.store.events,
        metrics: hub.metrics,
        log: openLog("silent"),
        reading,
        agents: () => hub.registry.list().map(({ agent, card }) => ({ name: agent.profile.name, card })),
        services: {},
        facts: () => noFacts,
        send: () => sends[asked++]?.() ?? never,
      });
      const wanted = wantedSchema.parse({ skill: "echo", text: "x", idempotent: true });
      const call = routing.send(wanted, { from: operator.id, fromAgent: false }, AbortSignal.timeout(5_000));
      await assert.rejects(call, { code: "ROUTE_FAILED", message: /the hub could not go on with it: no line/ }, name);
      assert.equal(asked, sends.length, name);
      assert.equal(routing.decisions.list({ agent: undefined, limit: 1 })[0]?.outcome, "failed", name);
      const atWork = routing.health().filter(({ outstanding }) => outstanding > 0);
      assert.deepEqual(atWork, [], `${name}: nobody is thought to be at work on it still`);
    }
  });
});
