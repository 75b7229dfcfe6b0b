// 120 recorded sessions (shared/data/negotiation/README.md states their semantics), replayed event by event.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type ContractNetEvent, type ContractNetState, contractNet, type InitiatorMessage } from "../src/index.ts";
import { sharedData } from "./shared-data.ts";

interface Trace {
  id: string;
  participants: string[];
  reply_by: number;
  complete_within: number;
  awards: number;
  reaward: boolean;
  horizon: number;
  events: { t: number; from: string; act: string; price?: number; valid_until?: number }[];
  expect: {
    result: string;
    session: string;
    states: Record<string, string>;
    awarded: string[];
    done: string[];
    failed: string[];
    sent: { t: number; to: string; act: string; reason?: string }[];
  };
}

const file = sharedData("negotiation/contract-net.json");
const traces: Trace[] = file ? JSON.parse(readFileSync(file, "utf8")) : [];

test("the trace file holds 120 sessions", { skip: file ? false : "needs shared/data/negotiation/contract-net.json" }, () => {
  assert.equal(traces.length, 120);
});

for (const trace of traces) {
  test(`trace ${trace.id} ends in the recorded states with the recorded messages`, () => {
    const { state, sent } = played(trace);
    const result = contractNet.result(state);
    const { expect } = trace;
    assert.deepEqual(Object.fromEntries(state.participants.map((p) => [p.name, p.standing])), expect.states);
    assert.equal(state.phase, expect.session);
    assert.deepEqual(
      { result: result?.outcome, awarded: result?.awarded, done: result?.done, failed: result?.failed },
      { result: expect.result, awarded: expect.awarded, done: expect.done, failed: expect.failed },
    );
    assert.deepEqual(perReceiver(sent), perReceiver(expect.sent));
  });
}

type Sent = Trace["expect"]["sent"];

function played(trace: Trace): { state: ContractNetState; sent: Sent } {
  const sent: Sent = [];
  const say = (t: number, to: string, message: InitiatorMessage) => {
    sent.push({
      t,
      to,
      act: message.act,
      ...("reason" in message && message.reason !== undefined ? { reason: message.reason } : {}),
    });
  };
  let [state, effects] = contractNet.start({
    participants: trace.participants,
    replyBy: trace.reply_by,
    completeWithinMs: trace.complete_within,
    awards: trace.awards,
    reaward: trace.reaward,
  });
  for (const e of effects) say(0, e.to, e.message);
  const deliver = (event: ContractNetEvent, t: number) => {
    [state, effects] = contractNet.step(state, event, t);
    for (const e of effects) say(t, e.to, e.message);
  };
  const timersUpTo = (t: number) => {
    for (let due = contractNet.nextTimer(state); due !== undefined && due <= t; due = contractNet.nextTimer(state))
      deliver({ type: "timer" }, due);
  };
  for (const e of trace.events) {
    timersUpTo(e.t);
    deliver(eventOf(e), e.t);
  }
  timersUpTo(trace.horizon);
  return { state, sent };
}

function eventOf({ from, act, price, valid_until }: Trace["events"][number]): ContractNetEvent {
  if (from === "initiator" && act === "cancel") return { type: "cancel" };
  if (act === "propose")
    return { type: act, from, price: price!, ...(valid_until === undefined ? {} : { validUntil: valid_until }) };
  assert.ok(act === "refuse" || act === "not-understood" || act === "failure" || act === "inform-done", `trace act ${act}`);
  return { type: act, from };
}

function perReceiver(sent: Sent): Map<string, Sent> {
  return Map.groupBy(sent, (m) => m.to);
}
