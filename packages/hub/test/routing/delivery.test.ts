/** One call on its way: retries, hedges, deadlines, chains. Time is what the test says it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chain } from "../../src/base/sla-extension.ts";
import { type Delivery, newDelivery } from "../../src/routing/call.ts";
import { chainOfWork, fromMetadata, passedTo, toMetadata } from "../../src/routing/chain.ts";
import type { Choosing } from "../../src/routing/choosing.ts";
import { type DeliveryEffect, type DeliveryEvent, deliver, nextTimer } from "../../src/routing/delivery.ts";
import { explain } from "../../src/routing/explanation.ts";
import { HeldWork } from "../../src/routing/held-work.ts";
import { defaultPolicy } from "../../src/routing/policy.ts";
import {
  emptyPool,
  type Pool,
  poolAffords,
  poolCalled,
  poolEnded,
  poolHeard,
  poolSent,
  poolSpent,
  standingOf,
} from "../../src/routing/pool.ts";
import { agent, among, wants } from "./agents.ts";

/** A call being driven by hand. */
class Call {
  delivery: Delivery;
  pool: Pool;
  readonly from: Choosing;
  readonly effects: DeliveryEffect[] = [];

  constructor(from: Choosing, request: Parameters<typeof wants>[0], pool: Pool = emptyPool) {
    this.from = from;
    this.pool = pool;
    this.delivery = newDelivery("d", wants(request), 0);
    this.on({ type: "begin" }, 0);
  }

  on(event: DeliveryEvent, now: number): readonly DeliveryEffect[] {
    const [delivery, pool, effects] = deliver(this.delivery, this.pool, event, this.from, now);
    [this.delivery, this.pool] = [delivery, pool];
    this.effects.push(...effects);
    return effects;
  }

  get error(): string | undefined {
    return this.delivery.settled?.error?.code;
  }

  get sends(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.type === "send" ? [effect.agent] : []));
  }

  get due(): number | undefined {
    return nextTimer(this.delivery, this.pool, this.from);
  }
}

const two = among([agent("a"), agent("b")]);

// A pool that has seen thirty good calls of agents that begin after 10 ms and end after 100.
function seasoned(names: readonly string[] = ["a", "b"]): Pool {
  let pool = emptyPool;
  for (let i = 0; i < 30; i++)
    for (const name of names) {
      const [id, at] = [`${name}${i}`, -10_000 + i * 200];
      pool = poolSent(poolCalled(pool, at, defaultPolicy), name, id, at);
      pool = poolHeard(pool, name, id, "work", 10, at + 10, defaultPolicy);
      pool = poolEnded(
        pool,
        name,
        id,
        "ok",
        { skill: "work", why: "", times: { firstMs: 10, totalMs: 100 } },
        at + 100,
        defaultPolicy,
      );
    }
  return pool;
}

test("a failed call that may be sent twice is tried at another agent; the explanation tells how it went", () => {
  const call = new Call(two, { idempotent: true });
  call.on({ type: "ended", attempt: "d.1", outcome: "failed", problem: "out of ink" }, 20);
  assert.deepEqual(call.sends, ["a", "b"]);
  call.on({ type: "ended", attempt: "d.2", outcome: "ok" }, 50);
  assert.equal(call.error, undefined);
  const told = explain(call.delivery, "me");
  assert.equal(told.agent, "b");
  assert.match(told.because, /a failed: out of ink\. Tried again with b after 20 ms\. b did it in 30 ms\.$/);
});

test("a failed call that may do harm twice is not tried again, unless nothing can have been begun", () => {
  for (const [outcome, sends] of [
    ["failed", 1],
    ["lost", 1],
    ["rejected", 2],
    ["unreached", 2],
  ] as const) {
    const call = new Call(two, { idempotent: false });
    call.on({ type: "ended", attempt: "d.1", outcome }, 5);
    assert.equal(call.sends.length, sends, outcome);
    assert.equal(call.error, sends === 1 ? "ROUTE_FAILED" : undefined);
  }
  const saying = among([agent("a", { idempotentSkills: ["work"] }), agent("b", { idempotentSkills: ["work"] })]);
  const call = new Call(saying, { idempotent: false });
  call.on({ type: "ended", attempt: "d.1", outcome: "failed" }, 5);
  assert.equal(call.sends.length, 2, "a skill may say itself that it is idempotent");
});

test("to reject is not to fail: the agent's breaker does not count it", () => {
  const call = new Call(two, {});
  call.on({ type: "ended", attempt: "d.1", outcome: "rejected" }, 5);
  assert.deepEqual(standingOf(call.pool, "a", 5).breaker, { state: "closed", streak: 0, ejections: 0 });
});

test("at most maxAttempts, never the same agent twice, and no retry beyond the budget", () => {
  const four = among(["a", "b", "c", "d"].map((name) => agent(name)));
  const call = new Call(four, { idempotent: true });
  for (const n of [1, 2, 3]) call.on({ type: "ended", attempt: `d.${n}`, outcome: "failed" }, n);
  assert.equal(call.error, "ROUTE_FAILED");
  assert.equal(new Set(call.sends).size, 3);
  let pool = poolCalled(emptyPool, 0, defaultPolicy);
  while (poolAffords(pool, "retry", 1, 0, defaultPolicy)) pool = poolSpent(pool, "retry", 1, 0, defaultPolicy);
  const poor = new Call(four, { idempotent: true }, pool);
  poor.on({ type: "ended", attempt: "d.1", outcome: "failed" }, 1);
  assert.match(poor.delivery.settled?.error?.message ?? "", /the retry budget is spent/);
});

test("the budget is a share of calls plus a floor, and slides", () => {
  let pool = emptyPool;
  for (let i = 0; i < 100; i++) pool = poolCalled(pool, 0, defaultPolicy);
  let extras = 0;
  for (; poolAffords(pool, "hedge", 1, 0, defaultPolicy); extras++) pool = poolSpent(pool, "hedge", 1, 0, defaultPolicy);
  assert.equal(extras, 100 * defaultPolicy.hedgeShare + defaultPolicy.hedgeFloor);
  assert.equal(poolAffords(pool, "hedge", 1, defaultPolicy.budgetWindowMs + 1001, defaultPolicy), true);
});

test("a call without a sign of life is hedged at the 95th percentile; who begins first has it, the other is called off", () => {
  const call = new Call(two, { idempotent: true }, seasoned());
  const due = call.due ?? Number.NaN;
  assert.equal(due, defaultPolicy.minHedgeMs, "the 95th percentile of first signs is 10 ms, below the least");
  call.on({ type: "timer" }, due);
  assert.equal(call.sends.length, 2);
  const effects = call.on({ type: "first-event", attempt: "d.2" }, due + 5);
  assert.deepEqual(effects, [{ type: "cancel", attempt: "d.1", reason: "another agent began first" }]);
  call.on({ type: "ended", attempt: "d.1", outcome: "lost" }, due + 6);
  call.on({ type: "ended", attempt: "d.2", outcome: "ok" }, due + 100);
  assert.equal(call.error, undefined);
  assert.deepEqual(
    call.delivery.attempts.map(({ outcome }) => outcome),
    ["outrun", "ok"],
  );
});

test("what has begun is not hedged, nor what may do harm twice, nor anything beyond the hedge budget", () => {
  const begun = new Call(two, { idempotent: true }, seasoned());
  begun.on({ type: "first-event", attempt: "d.1" }, 5);
  begun.on({ type: "timer" }, 50);
  assert.equal(begun.sends.length, 1);
  const harmful = new Call(two, { idempotent: false }, seasoned());
  assert.equal(harmful.due, undefined);
  let pool = seasoned();
  while (poolAffords(pool, "hedge", 1, 0, defaultPolicy)) pool = poolSpent(pool, "hedge", 1, 0, defaultPolicy);
  const poor = new Call(two, { idempotent: true }, pool);
  poor.on({ type: "timer" }, 50);
  assert.equal(poor.sends.length, 1);
  assert.match(explain(poor.delivery, "me").because, /not hedged after 50 ms: the hedge budget is spent/);
});

test("an agent that always spoke and now says nothing has failed after the silence limit, and the call goes elsewhere", () => {
  const call = new Call(
    among([agent("a"), agent("b")], { policy: { hedgeShare: 0, hedgeFloor: 0 } }),
    { idempotent: true },
    seasoned(),
  );
  call.on({ type: "timer" }, defaultPolicy.minHedgeMs);
  assert.equal(call.due, defaultPolicy.minSilenceMs);
  call.on({ type: "timer" }, defaultPolicy.minSilenceMs);
  assert.equal(call.delivery.attempts[0]?.outcome, "silent");
  assert.equal(call.sends.length, 2);
});

test("the deadline ends a call, also one that was overdue when it came", () => {
  const call = new Call(two, { deadlineAt: 100 });
  assert.equal(call.due, 100);
  const effects = call.on({ type: "timer" }, 100);
  assert.equal(call.error, "ROUTE_DEADLINE");
  assert.ok(effects.some((effect) => effect.type === "cancel"));
  assert.equal(new Call(two, { deadlineAt: 0 }).error, "ROUTE_DEADLINE");
  assert.equal(new Call(two, { deadlineAt: 0 }).sends.length, 0);
});

test("an abort calls everything off and blames nobody", () => {
  const call = new Call(two, { idempotent: true });
  const effects = call.on({ type: "abort", reason: "the caller left" }, 10);
  assert.equal(call.error, "CANCELLED");
  assert.deepEqual(effects[0], { type: "cancel", attempt: "d.1", reason: "the caller left" });
  assert.equal(standingOf(call.pool, "a", 10).failed, 0);
  assert.equal(standingOf(call.pool, "a", 10).load.underWay.size, 0);
});

test("work that would come back to an agent that has it stops with the path: A > B > A", () => {
  const chain: Chain = passedTo(passedTo({ id: "c", path: [], spent: 0 }, "a"), "b");
  const loop = new Call(among([agent("a")]), { chain });
  assert.equal(loop.error, "ROUTE_LOOP");
  assert.match(loop.delivery.settled?.error?.message ?? "", /come back to a, .*: a > b$/);
  const free = new Call(among([agent("a"), agent("c")]), { chain });
  assert.deepEqual(free.sends, ["c"], "another agent may have it");
});

test("a chain is as deep and as dear as it may be, and no more", () => {
  const deep = new Call(two, { chain: { id: "c", path: ["1", "2", "3", "4", "5", "6", "7", "8"], spent: 0 } });
  assert.equal(deep.error, "ROUTE_TOO_DEEP");
  assert.equal(new Call(two, { chain: { id: "c", path: [], spent: 5, limit: 5 } }).error, "ROUTE_CREDITS_SPENT");
});

test("what travels comes back as it was, and what cannot be read is refused", () => {
  const travels = { chain: { id: "c", path: ["a"], spent: 1.5, limit: 4 }, skill: "work", remainingMs: 250 };
  assert.deepEqual(fromMetadata(JSON.parse(JSON.stringify(toMetadata(travels)))), travels);
  assert.deepEqual(fromMetadata(undefined), {});
  assert.throws(() => fromMetadata({ "https://entente.dev/a2a/ext/sla/v1": { chain: { id: 7 } } }), /chain\.id/);
});

test("an agent that forgot its chain acts in that of its work; of several it is as deep as the deepest, with shared agents only", () => {
  const one = { id: "x", path: ["front", "me"], spent: 0 };
  assert.equal(chainOfWork([one]), one);
  const several = chainOfWork([one, { id: "y", path: ["other", "deep", "me"], spent: 2 }]);
  assert.equal(several?.path.length, 3);
  assert.deepEqual(
    several?.path.filter((name) => !name.endsWith("?")),
    ["me"],
  );
  assert.equal(chainOfWork([]), undefined);
});

test("what an agent passes on has the deadline of the work it has, and what it spends counts for that work", () => {
  const held = new HeldWork();
  const chain: Chain = { id: "c", path: ["me"], spent: 1, limit: 5 };
  held.take("me", "w1", chain, 900);
  assert.deepEqual(held.actingIn("me", undefined, "new"), { chain, deadlineAt: 900 });
  held.spend("me", { ...chain, spent: 4 });
  assert.equal(held.actingIn("me", undefined, "new").chain.spent, 4);
  held.take("me", "w2", { id: "other", path: ["x", "me"], spent: 0 }, 2000);
  assert.equal(held.actingIn("me", undefined, "new").deadlineAt, 2000, "of several, the one with most time");
  assert.equal(held.actingIn("me", { id: "c", path: ["me"], spent: 0 }, "new").deadlineAt, 900, "but that of the chain it names");
  const forged = held.actingIn("me", { id: "c", path: [], spent: 0, limit: 99 }, "new").chain;
  assert.deepEqual(forged, { id: "c", path: ["me"], spent: 4, limit: 5 }, "an agent cannot talk a chain shorter or cheaper");
  const longer = { id: "c", path: ["me", "helper"], spent: 4.5, limit: 5 };
  assert.deepEqual(held.actingIn("me", longer, "new").chain, longer);
  for (const work of ["w1", "w2"]) held.release("me", work);
  assert.deepEqual(held.actingIn("me", undefined, "new"), {
    chain: { id: "new", path: ["me"], spent: 0 },
    deadlineAt: undefined,
  });
});

test("any order of answers, silences and aborts ends the call once, and leaves nothing under way", () => {
  const names = ["a", "b", "c", "d"];
  const from = among(names.map((name) => agent(name)));
  for (let seed = 1; seed <= 300; seed++) {
    let state = seed;
    const next = (limit: number): number => {
      state = (state * 48271) % 2147483647;
      return state % limit;
    };
    const call = new Call(
      { ...from, random: () => next(1000) / 1000 },
      { idempotent: next(2) === 0, deadlineAt: 5000 },
      seasoned(names),
    );
    let now = 0;
    for (let turn = 0; turn < 60 && !call.delivery.settled; turn++) {
      now += next(400);
      const attempt = `d.${1 + next(4)}`;
      const outcome = (["ok", "failed", "rejected", "unreached", "lost"] as const)[next(5)] ?? "ok";
      const kind = next(12);
      if (kind < 5) call.on({ type: "timer" }, now);
      else if (kind < 8) call.on({ type: "first-event", attempt }, now);
      else if (kind < 11) call.on({ type: "ended", attempt, outcome }, now);
      else call.on({ type: "abort", reason: "left" }, now);
    }
    if (!call.delivery.settled) call.on({ type: "timer" }, 5000);
    assert.equal(call.effects.filter((effect) => effect.type === "settle").length, 1, `seed ${seed}`);
    for (const name of names) assert.equal(standingOf(call.pool, name, now).load.underWay.size, 0, `seed ${seed}: ${name}`);
    assert.equal(new Set(call.sends).size, call.sends.length, `seed ${seed}: no agent twice`);
    assert.ok(call.sends.length <= defaultPolicy.maxAttempts);
    const canceled = call.effects.filter((effect) => effect.type === "cancel").length;
    assert.ok(canceled <= call.sends.length);
  }
});
