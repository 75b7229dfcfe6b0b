/** Agents that joined, in a hub that runs, over pipes inside this process. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CallError, type Endpoint, type Implementation, pipe, receive } from "@entente/pipe";
import { defineAgent, hostInterface, type Join, runAgent } from "@entente/sdk";
import type { JsonObject } from "../src/a2a/protocol.ts";
import { operator } from "../src/base/principals.ts";
import { slaExtension } from "../src/base/sla-extension.ts";
import { Presence } from "../src/joining/presence.ts";
import type { ServedHub } from "../src/serving.ts";
import { withFront } from "./front.ts";
import { tokenOf } from "./scratch.ts";

type Host = Implementation<(typeof hostInterface)["methods"]>;

const join: Join = {
  name: "worker",
  description: "Works.",
  skills: [{ id: "work", name: "Work", description: "Works" }],
  restart: "rerun",
  bids: false,
  negotiates: false,
  votes: false,
  auctions: false,
};

/** The far end of a pipe over which an agent joined whose tasks are `run`. */
async function joinHub({ hub }: ServedHub, run: (far: Endpoint) => ReturnType<Host["run"]>): Promise<Endpoint> {
  const [near, far] = pipe();
  receive(far, hostInterface, {
    run: () => run(far),
    answer: () => {},
    bid: () => ({}),
    negotiate: () => ({ act: "end" }),
    vote: () => ({ act: "abstain" as const }),
    auction: () => ({ act: "pass" as const }),
  });
  await hub.joined.join(join, operator, near);
  return far;
}

async function send({ hub }: ServedHub, metadata: JsonObject = {}): Promise<string> {
  const call = { principal: operator, extensions: [], tenant: "", version: "1.0", signal: AbortSignal.timeout(10_000) };
  const message = { messageId: crypto.randomUUID(), role: "ROLE_USER", parts: [{ text: "go" }], metadata } as const;
  return JSON.stringify(await hub.registry.get("worker").service.sendMessage({ message }, call));
}

test("a task that its agent ends without a result fails and is not run again", () =>
  withFront({}, async ({ served }) => {
    let runs = 0;
    await joinHub(served, async function* () {
      runs += 1;
      if (runs > 1) yield { done: { text: "again" } };
      else yield { status: "working" };
    });
    assert.match(await send(served), /TASK_STATE_FAILED.*without a result|without a result.*TASK_STATE_FAILED/);
    assert.equal(runs, 1);
  }));

test("what an agent throws is its own, also when it reads like the loss of a connection", () =>
  withFront({}, async ({ served }) => {
    let runs = 0;
    await joinHub(served, async function* () {
      runs += 1;
      if (runs > 5) return yield { done: { text: "run again and again" } };
      throw new CallError("AGENT_LOST", "the agent I asked is gone", { mayHaveRun: false, reason: "gone" });
    });
    assert.match(await send(served), /TASK_STATE_FAILED.*the agent I asked is gone|the agent I asked is gone.*TASK_STATE_FAILED/);
    assert.equal(runs, 1);
  }));

test("a task in which its agent is lost each time is run again three times, then fails and says so", () =>
  withFront({}, async ({ served }) => {
    let runs = 0;
    const come = (): Promise<Endpoint> =>
      joinHub(served, async function* (far) {
        runs += 1;
        yield { status: "working" };
        if (runs === 8) return yield { done: { text: "enough" } };
        far.close("crashed");
        await come();
      });
    await come();
    assert.match(await send(served), /TASK_STATE_FAILED.*each of 4 runs|each of 4 runs.*TASK_STATE_FAILED/);
    assert.equal(runs, 4);
  }));

test("an agent that joined is told by the pipe how long its task may take; when that is up the task fails and the agent is stopped", () =>
  withFront({}, async ({ served }) => {
    const [near, far] = pipe();
    const heard: { leftMs: number | undefined; stopped: boolean }[] = [];
    receive(far, hostInterface, {
      async *run(_input, context) {
        const { signal } = context;
        const one = { leftMs: context.remainingMs(), stopped: false };
        heard.push(one);
        if (one.leftMs !== undefined) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        one.stopped = signal.aborted;
        yield { done: { text: one.stopped ? "too late" : "no hurry" } };
      },
      answer: () => {},
      bid: () => ({}),
      negotiate: () => ({ act: "end" }),
      vote: () => ({ act: "abstain" as const }),
      auction: () => ({ act: "pass" as const }),
    });
    await served.hub.joined.join(join, operator, near);
    const overdue = await send(served, { [slaExtension]: { remainingMs: 200 } });
    assert.match(overdue, /TASK_STATE_FAILED/);
    assert.match(overdue, /TASK_OVERDUE/);
    const [first] = heard;
    assert.ok(first?.leftMs !== undefined && first.leftMs > 0 && first.leftMs <= 200, JSON.stringify(heard));
    for (let tries = 0; !first.stopped; tries++) {
      assert.ok(tries < 200, "its agent works on");
      await sleep(10);
    }
    assert.match(await send(served), /no hurry/);
    assert.match(await send(served, { [slaExtension]: { remainingMs: 1e12 } }), /no hurry/, "more time than a timer holds");
  }));

test("joining again over the same connection, with new skills, leaves its tasks running", () =>
  withFront({}, async ({ served }) => {
    const [near, far] = pipe();
    const again = async (): Promise<void> => {
      await served.hub.joined.join({ ...join, description: "Works better." }, operator, near);
    };
    receive(far, hostInterface, {
      async *run() {
        await again();
        yield { done: { text: "still here" } };
      },
      answer: () => {},
      bid: () => ({}),
      negotiate: () => ({ act: "end" }),
      vote: () => ({ act: "abstain" as const }),
      auction: () => ({ act: "pass" as const }),
    });
    await served.hub.joined.join({ ...join, restart: "fail" }, operator, near);
    assert.match(await send(served), /still here/);
    assert.equal(served.hub.registry.get("worker").card.description, "Works better.");
    assert.equal(near.closeReason, undefined);
  }));

test("an agent that reappears elsewhere leaves those it shared a connection with; the last to leave closes it", async () => {
  const [shared, far] = pipe();
  const [own] = pipe();
  const [first, second] = [new Presence(), new Presence()];
  const left: string[] = [];
  first.arrive(shared, () => left.push("first"));
  second.arrive(shared, () => left.push("second"));
  first.arrive(own, () => left.push("first, again"));
  assert.equal(shared.closeReason, undefined);
  assert.equal(second.endpoint, shared);
  second.arrive(own, () => left.push("second, again"));
  assert.match((await far.closed).message, /joined again over another connection/);
  assert.deepEqual(left, [], "both are still here");
  own.close();
  await own.closed;
  assert.deepEqual([left, first.endpoint, second.endpoint], [["first, again", "second, again"], undefined, undefined]);
});

test("two processes of one agent take the name from each other ever more slowly, and say so", () =>
  withFront({}, async ({ served, folder }) => {
    const { name, description, skills } = join;
    const stop = new AbortController();
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
      if (line.includes("coming back in 400 ms")) stop.abort();
    };
    const agent = defineAgent({ name, description, skills, execute: async () => ({ text: "done" }) });
    const options = { hub: served.url.href, token: tokenOf(folder), signal: stop.signal, log, longestPauseMs: 1000 };
    await Promise.all([runAgent(agent, options), runAgent(agent, options)]);
    assert.match(lines.join("\n"), /joined again over another connection/);
    assert.ok(lines.filter((line) => line.includes("joined the hub")).length < 12, "less than a dozen turns");
  }));
