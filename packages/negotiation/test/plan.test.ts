import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { drawing } from "../src/draw.ts";
import {
  graphFault,
  NegotiationError,
  type PlanEffect,
  type PlanEvent,
  type PlanState,
  type PlanTask,
  type PlanTerms,
  plan,
  planUnderWay,
} from "../src/index.ts";

const seed = 20261125;
const task = (id: string, after: readonly string[] = [], more: Partial<PlanTask> = {}): PlanTask => ({
  id,
  after,
  completeWithinMs: 1000,
  ...more,
});
const terms = (tasks: readonly PlanTask[], more: Partial<PlanTerms> = {}): PlanTerms => ({
  startAt: 0,
  tasks,
  replyMs: 100,
  ...more,
});

// Plays events and tells what the host was asked to do, in words.
function play(given: PlanTerms, steps: readonly (readonly [number, PlanEvent])[]) {
  let [state, effects] = plan.start(given);
  const said = effects.map((effect) => `${given.startAt} ${words(effect)}`);
  for (const [now, event] of steps) {
    [state, effects] = plan.step(state, event, now);
    said.push(...effects.map((effect) => `${now} ${words(effect)}`));
  }
  return { state, said, standings: Object.fromEntries(state.tasks.map(({ id, standing }) => [id, standing])) };
}

function words(effect: PlanEffect): string {
  if (effect.type === "stop") return `stop ${effect.task}`;
  const { task, attempt, most, avoid } = effect;
  return `${task}#${attempt}${most === undefined ? "" : ` at most ${most}`}${avoid.length > 0 ? ` not ${avoid}` : ""}`;
}

const done = (id: string, spent = 0): PlanEvent => ({ type: "done", task: id, spent });
const failed = (id: string, more: object = {}): PlanEvent => ({ type: "failed", task: id, reason: "it broke", ...more });
const timer: PlanEvent = { type: "timer" };

test("tasks begin when what they wait for is done, those that wait for nothing at once and side by side", () => {
  const { said, state } = play(terms([task("a"), task("b"), task("c", ["a", "b"])]), [
    [10, done("b")],
    [20, done("a")],
    [30, done("c")],
  ]);
  assert.deepEqual(said, ["0 a#1", "0 b#1", "20 c#1"]);
  assert.deepEqual(plan.result(state), { outcome: "done", spent: 0 });
});

test("the longest way goes first when not everything may be under way at once", () => {
  const long = [task("x"), task("y"), task("a"), task("b", ["a"]), task("c", ["b"])];
  assert.deepEqual(play(terms(long, { parallel: 2 }), []).said, ["0 a#1", "0 x#1"]);
});

test("a task is announced again after a rest, not to who failed it, and then the plan fails: what is under way is called off", () => {
  const { said, state, standings } = play(terms([task("a"), task("b"), task("c", ["a"])]), [
    [10, failed("a", { by: ["ada"] })],
    [500, timer],
    [1010, timer],
    [1020, failed("a", { by: ["bob"] })],
    [1030, { type: "stopped", task: "b" }],
  ]);
  assert.deepEqual(said, ["0 a#1", "0 b#1", "1010 a#2 not ada", "1020 stop b"]);
  assert.deepEqual(standings, { a: "failed", b: "stopped", c: "skipped" });
  assert.deepEqual(plan.result(state), { outcome: "failed", spent: 0, why: '"a" failed: it broke' });
});

test('under "continue" only what comes after a failed task is skipped, and the plan ends partial', () => {
  const { state, standings } = play(
    terms([task("a"), task("b"), task("c", ["a"]), task("d", ["b"])], { onFailure: "continue" }),
    [
      [10, failed("a", { final: true })],
      [20, done("b", 2)],
      [30, done("d", 1)],
    ],
  );
  assert.deepEqual(standings, { a: "failed", b: "done", c: "skipped", d: "done" });
  assert.deepEqual(plan.result(state), { outcome: "partial", spent: 3, why: '"a" failed: it broke' });
});

test("work that is delivered while the plan is being stopped is paid for", () => {
  const { state } = play(terms([task("a"), task("b")], { budget: 10 }), [
    [10, { type: "cancel", reason: "not needed" }],
    [11, done("a", 4)],
    [12, { type: "stopped", task: "b" }],
  ]);
  assert.deepEqual(plan.result(state), { outcome: "cancelled", spent: 4, why: "not needed" });
});

test("the budget is set aside evenly before anybody is asked, and what is not used goes to those that come later", () => {
  const { said } = play(terms([task("a"), task("b"), task("c", ["a"]), task("d", ["c"])], { budget: 40 }), [
    [10, done("a", 4)],
    [20, done("b", 10)],
    [30, done("c", 0)],
  ]);
  assert.deepEqual(said, ["0 a#1 at most 10", "0 b#1 at most 10", "10 c#1 at most 13", "30 d#1 at most 26"]);
});

test("a task gets no more than its own ceiling, and the others what that leaves", () => {
  const { said } = play(terms([task("a", [], { most: 2 }), task("b"), task("c", [], { awards: 2 })], { budget: 32 }), []);
  assert.deepEqual(said, ["0 a#1 at most 2", "0 b#1 at most 10", "0 c#1 at most 10"]);
});

test("a task whose bids are too dear waits for money and does not fail; it is announced when its share has grown to the price", () => {
  const tasks = [task("a"), task("b"), task("c")];
  const { said } = play(terms(tasks, { budget: 30 }), [
    [10, failed("a", { asked: 15 })],
    [20, done("b", 8)],
    [30, done("c", 3)],
    [40, done("a", 15)],
  ]);
  assert.deepEqual(said, ["0 a#1 at most 10", "0 b#1 at most 10", "0 c#1 at most 10", "30 a#2 at most 19"]);
});

test("when nothing is under way, a task that was too dear gets its price and a share of what is left, and later tasks keep the rest", () => {
  const { said } = play(terms([task("a"), task("b", ["a"])], { budget: 20 }), [
    [10, failed("a", { asked: 12 })],
    [20, done("a", 12)],
  ]);
  assert.deepEqual(said, ["0 a#1 at most 10", "10 a#2 at most 16", "20 b#1 at most 8"]);
});

test("what cannot be paid ends the plan, saying the price and what is left", () => {
  const { state } = play(terms([task("a"), task("b")], { budget: 10 }), [
    [10, failed("a", { asked: 9 })],
    [20, done("b", 4)],
  ]);
  assert.equal(plan.result(state)?.why, '"a" cannot be paid: the cheapest bid asked for 9, and 6 of the budget is left');
});

test("bids above a task's own ceiling are a failure of it, with a budget or without: it is announced again, and then it has failed", () => {
  for (const budget of [{}, { budget: 100 }]) {
    const { said, state } = play(terms([task("a", [], { most: 2 })], budget), [
      [10, failed("a", { asked: 5 })],
      [1010, timer],
      [1020, failed("a", { asked: 5 })],
    ]);
    assert.deepEqual(said, ["0 a#1 at most 2", "1010 a#2 at most 2"]);
    assert.equal(plan.result(state)?.why, '"a" failed: it broke');
  }
});

test("prices like 0.1 that no double holds exactly come out even", () => {
  const { said, state } = play(terms([task("a"), task("b"), task("c")], { budget: 0.3 }), [
    [1, done("a", 0.1)],
    [2, done("b", 0.1)],
    [3, done("c", 0.1)],
  ]);
  assert.deepEqual(said, ["0 a#1 at most 0.1", "0 b#1 at most 0.1", "0 c#1 at most 0.1"]);
  assert.deepEqual(plan.result(state), { outcome: "done", spent: 0.3 });
});

test("a host that says more was spent than was set aside gets EVENT_INVALID", () => {
  const [state] = plan.start(terms([task("a")], { budget: 5 }));
  assert.throws(
    () => plan.step(state, done("a", 5.000001), 1),
    (e: unknown) => e instanceof NegotiationError && e.code === "EVENT_INVALID" && e.details.field === "spent",
  );
});

test("a tight deadline cuts the time of each task in the ratio of its way, and each still fits", () => {
  const [, effects] = plan.start(terms([task("a"), task("b", ["a"]), task("free")], { endAt: 1100 }));
  const times = effects.map((effect) =>
    effect.type === "announce" ? [effect.task, effect.replyMs, effect.completeWithinMs] : [],
  );
  assert.deepEqual(times, [
    ["a", 100, 450],
    ["free", 100, 1000],
  ]);
});

test("a task is stopped when what comes after it could no longer be done in the least time that needs, and the plan says so", () => {
  const { said, state } = play(terms([task("a"), task("b", ["a"], { leastMs: 300 })], { endAt: 1000 }), [
    [699, timer],
    [700, timer],
    [701, { type: "stopped", task: "a" }],
  ]);
  assert.deepEqual(said, ["0 a#1", "700 stop a"]);
  assert.deepEqual(plan.result(state), {
    outcome: "failed",
    spent: 0,
    why: '"a" was not done in time for the deadline; what comes after it needs 300 ms',
  });
});

test("a plan whose way can no longer be met is not begun", () => {
  const { said, state } = play(terms([task("a", [], { leastMs: 600 }), task("b", ["a"], { leastMs: 600 })], { endAt: 1000 }), []);
  assert.deepEqual(said, []);
  assert.equal(
    plan.result(state)?.why,
    '"a" can no longer be done in 600 ms before the deadline; what comes after it needs 600 ms',
  );
});

test("repeated ids, unknown ones and cycles are refused, a cycle with the way round", () => {
  assert.deepEqual(graphFault([task("a"), task("a")]), { fault: "repeated", task: "a" });
  assert.deepEqual(graphFault([task("a", ["b"])]), { fault: "unknown", task: "a", after: "b" });
  assert.deepEqual(graphFault([task("a", ["a"])]), { fault: "cycle", cycle: ["a", "a"] });
  const cycle = [task("start"), task("a", ["start", "c"]), task("b", ["a"]), task("c", ["b"]), task("d", ["c"])];
  assert.deepEqual(graphFault(cycle), { fault: "cycle", cycle: ["a", "b", "c", "a"] });
  for (const [bad, field] of [
    [terms([]), "tasks"],
    [terms([task("a", ["b"])]), "tasks.a.after"],
    [terms(cycle), "tasks"],
    [terms([task("a", [], { leastMs: 2000 })]), "tasks[0].leastMs"],
    [terms([task("a")], { budget: -1 }), "budget"],
    [terms([task("a")], { endAt: 0 }), "endAt"],
    [terms([task("a", [], { most: 2e9 })]), "tasks[0].most"],
  ] as const)
    assert.throws(
      () => plan.start(bad),
      (e: unknown) => e instanceof NegotiationError && e.code === "TERMS_INVALID" && e.details.field === field,
      field,
    );
});

test("a host that lost its memory is told what is under way, as it was announced", () => {
  const { state } = play(terms([task("a"), task("b", [], { awards: 3 }), task("c")], { budget: 50 }), [
    [1, done("c", 5)],
    [2, { type: "cancel", reason: "enough" }],
  ]);
  assert.deepEqual(planUnderWay(state).map(words), ["a#1 at most 10", "stop a", "b#1 at most 10", "stop b"]);
});

// A world of tasks, bidders and accidents, all from one number. The bids of a task are asked under its ceiling, as Contract Net does.
interface World {
  readonly terms: PlanTerms;
  readonly steps: readonly (readonly [number, PlanEvent])[];
  readonly agreed: number;
  readonly announced: number;
  readonly final: PlanState;
}

function world(number: number): World {
  const draw = drawing(number);
  const upTo = (limit: number): number => Math.floor(draw() * limit);
  const count = 1 + upTo(8);
  const tasks = Array.from({ length: count }, (_, at): PlanTask => {
    const after = Array.from({ length: at }, (_, before) => `t${before}`).filter(() => draw() < 0.3);
    const completeWithinMs = 1 + upTo(300);
    return {
      id: `t${at}`,
      after,
      completeWithinMs,
      ...(draw() < 0.5 ? { leastMs: upTo(completeWithinMs) } : {}),
      ...(draw() < 0.3 ? { awards: 1 + upTo(3) } : {}),
      ...(draw() < 0.3 ? { most: upTo(20) / 3 } : {}),
    };
  });
  const given: PlanTerms = {
    startAt: 0,
    tasks,
    replyMs: 20,
    attempts: 1 + upTo(3),
    retryMs: upTo(40),
    parallel: 1 + upTo(4),
    onFailure: draw() < 0.5 ? "stop" : "continue",
    ...(draw() < 0.9 ? { budget: upTo(400) / 9 } : {}),
    ...(draw() < 0.4 ? { endAt: 50 + upTo(1500) } : {}),
  };
  const awards = new Map(tasks.map(({ id, awards = 1 }) => [id, awards]));
  const worth = new Map(tasks.map(({ id }) => [id, draw() * 8]));
  const leastAfter = (id: string): number =>
    Math.max(0, ...tasks.filter(({ after = [] }) => after.includes(id)).map((one) => (one.leastMs ?? 0) + leastAfter(one.id)));
  const finished = new Set<string>();
  const live = new Map<string, Extract<PlanEffect, { type: "announce" }>>();
  const steps: (readonly [number, PlanEvent])[] = [];
  let [now, agreed, announced] = [0, 0, 0];
  let [state, effects] = plan.start(given);
  const heard = (): void => {
    for (const effect of effects) {
      if (effect.type === "stop") {
        assert.ok(live.has(effect.task), "only what is under way is called off");
        continue;
      }
      announced += 1;
      assert.ok(
        !live.has(effect.task) && !finished.has(effect.task),
        "a task is announced once at a time, and not when it is done",
      );
      for (const before of tasks.find(({ id }) => id === effect.task)?.after ?? [])
        assert.ok(finished.has(before), `${effect.task} began before ${before} was done`);
      live.set(effect.task, effect);
      if (given.endAt === undefined) continue;
      const ends = now + effect.replyMs + effect.completeWithinMs;
      assert.ok(
        now < given.endAt && ends <= given.endAt - leastAfter(effect.task) + 1,
        `${effect.task} may end at ${ends} of ${given.endAt}`,
      );
    }
    assert.ok(live.size <= (given.parallel ?? 0), "no more under way than may be");
    const promised = [...live.values()].reduce((sum, { task, most = 0 }) => sum + most * (awards.get(task) ?? 1), 0);
    if (given.budget === undefined) return;
    assert.ok(agreed + promised <= given.budget + 1e-9, `${agreed} agreed and ${promised} promised of ${given.budget}`);
  };
  heard();
  while (!plan.result(state)) {
    assert.ok(steps.length < 2000, "a plan goes on for ever");
    const due = plan.nextTimer(state);
    const chosen = [...live.values()][upTo(live.size)];
    let event: PlanEvent = timer;
    if (draw() < 0.02) event = { type: "cancel" };
    else if (chosen && (due === undefined || draw() < 0.8)) {
      const { task: id, most = Number.POSITIVE_INFINITY } = chosen;
      now += upTo(60);
      const bids = Array.from({ length: upTo(4) }, () => (worth.get(id) ?? 1) * (0.5 + draw()));
      const acceptable = bids.filter((price) => price <= most).slice(0, awards.get(id));
      const luck = draw();
      if (acceptable.length === 0) {
        const asked = bids.length > 0 ? { asked: Math.min(...bids) } : {};
        event = { type: "failed", task: id, reason: "nobody", ...asked };
      } else if (luck < 0.2) event = { type: "failed", task: id, reason: "broken", by: [`agent${upTo(3)}`] };
      else if (luck < 0.3) event = { type: "stopped", task: id };
      else event = { type: "done", task: id, spent: acceptable.reduce((sum, price) => sum + price, 0) };
      live.delete(id);
      if (event.type === "done") {
        agreed += event.spent;
        finished.add(id);
      }
    } else if (due !== undefined) now = Math.max(now, due);
    steps.push([now, event]);
    [state, effects] = plan.step(state, event, now);
    heard();
  }
  assert.equal(live.size, 0, "nothing is left under way");
  return { terms: given, steps, agreed, announced, final: state };
}

test("10,000 worlds: never over budget or past the deadline, nothing before what it waits for, always an end, and the replay is the run", () => {
  const outcomes = new Map<string, number>();
  let [spent, announced] = [0, 0];
  for (let number = 1; number <= 10_000; number++) {
    const { terms: given, steps, agreed, final, announced: calls } = world(number);
    const result = plan.result(final);
    assert.ok(agreed <= (given.budget ?? Number.POSITIVE_INFINITY) + 1e-9, `world ${number}: ${agreed} of ${given.budget}`);
    assert.ok(
      Math.abs((result?.spent ?? -1) - agreed) < 1e-4,
      `world ${number}: it says ${result?.spent}, and ${agreed} were agreed`,
    );
    outcomes.set(result?.outcome ?? "none", (outcomes.get(result?.outcome ?? "none") ?? 0) + 1);
    spent += agreed;
    announced += calls;
    if (number % 10 > 0) continue;
    let [state] = plan.start(throughJson(given));
    for (const [now, event] of steps) [state] = plan.step(throughJson(state), throughJson(event), now);
    assert.deepEqual(state, final, `world ${number} replays to another end`);
  }
  for (const outcome of ["done", "partial", "failed", "cancelled"])
    assert.ok((outcomes.get(outcome) ?? 0) > 300, `${outcome}: ${outcomes.get(outcome)} of 10,000`);
  assert.ok(spent > 10_000 && announced > 20_000, `${spent} credits, ${announced} announcements`);
});

test("where bids stay the same and the cheapest wins, a plan is carried out exactly if the cheapest bids fit its budget", () => {
  let [fits, plans] = [0, 0];
  for (let number = 1; number <= 3000; number++) {
    const draw = drawing(number);
    const upTo = (limit: number): number => Math.floor(draw() * limit);
    const tasks = Array.from({ length: 1 + upTo(10) }, (_, at) => {
      const after = Array.from({ length: at }, (_, before) => `t${before}`).filter(() => draw() < 0.25);
      return task(`t${at}`, after);
    });
    const prices = new Map(tasks.map(({ id }) => [id, draw() < 0.2 ? 0 : upTo(1000) / 100]));
    const sum = [...prices.values()].reduce((all, price) => all + Math.round(price * 100), 0) / 100;
    const budget = Math.max(0, Math.round(sum * (0.8 + draw() * 0.4) * 100) / 100);
    const tight = draw() < 0.3 ? sum : budget;
    let [state, effects] = plan.start(terms(tasks, { budget: tight, parallel: 1 + upTo(4), attempts: 1 }));
    const live: Extract<PlanEffect, { type: "announce" }>[] = [];
    for (let now = 1; !plan.result(state); now++) {
      for (const effect of effects) if (effect.type === "announce") live.push(effect);
      const [call] = live.splice(upTo(live.length), 1);
      if (!call) break;
      const price = prices.get(call.task) ?? 0;
      const stopped = state.tasks.find(({ id }) => id === call.task)?.standing === "stopping";
      const event: PlanEvent = stopped
        ? { type: "stopped", task: call.task }
        : price <= (call.most ?? 0)
          ? done(call.task, price)
          : failed(call.task, { asked: price });
      [state, effects] = plan.step(state, event, now);
    }
    const outcome = plan.result(state)?.outcome;
    assert.equal(outcome, sum <= tight ? "done" : "failed", `world ${number}: ${sum} of ${tight}`);
    plans += 1;
    if (outcome === "done") fits += 1;
  }
  assert.ok(fits > plans / 4 && fits < plans, `${fits} of ${plans} fit`);
});

test("a step changes neither the state nor the event it was given", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (number) => {
      const { terms: given, steps } = world(number);
      let [state] = plan.start(frozen(given));
      for (const [now, event] of steps) [state] = plan.step(frozen(state), frozen(event), now);
    }),
    { seed, numRuns: 200 },
  );
});

function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) frozen(inner);
  }
  return value;
}
