/** Terms, measurements, budgets and alerts, in numbers that can be checked by hand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestRank } from "../../src/base/rank.ts";
import type { TaskMoment, TaskOutcome, TaskSighting } from "../../src/base/sighting.ts";
import { serviceParamsOf, slaExtension } from "../../src/base/sla-extension.ts";
import { nextBreach } from "../../src/sla/breach.ts";
import { budgetLeft, burning, burnRate } from "../../src/sla/burn.ts";
import { judge } from "../../src/sla/judging.ts";
import {
  added,
  type Bucket,
  bucketOf,
  emptySeries,
  mergedBucket,
  pruned,
  type Series,
  startOf,
  tallyOver,
} from "../../src/sla/series.ts";
import { emptySketch, mergedSketch, quantilesOf, relativeError, type Sketch, sketchOf } from "../../src/sla/sketch.ts";
import { termsOf, termsUnder } from "../../src/sla/terms.ts";
import { type Measurement, TaskTracker } from "../../src/sla/tracking.ts";

const hour = 3_600_000;

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const day = 24 * hour;
const t0 = 1_800_000_000_000;
const minimum = { tasks: 10, bad: 3 };

function sighting(moment: TaskMoment, at: number, outcome?: TaskOutcome, cost?: number): TaskSighting {
  return { moment, agent: "a", task: "t", context: "c", owner: "o", skill: undefined, agreement: undefined, at, outcome, cost };
}

function measure(...sightings: readonly TaskSighting[]): Measurement | undefined {
  const tracker = new TaskTracker(100);
  let measured: Measurement | undefined;
  for (const one of sightings) measured = tracker.take(one);
  return measured;
}

// A series with `good` and `bad` tasks at a moment, counted under success.
function counted(series: Series, at: number, good: number, bad: number): Series {
  const bucket: Bucket = { tasks: good + bad, tallies: { success: { good, bad } }, times: {} };
  return added(added(series, "minute", startOf(at, "minute"), bucket), "hour", startOf(at, "hour"), bucket);
}

test("a task is measured from submission: acceptance, first artifact, end, cost", () => {
  const measured = measure(
    sighting("submitted", 1000),
    sighting("accepted", 1040),
    sighting("first-event", 1100),
    sighting("first-artifact", 1500),
    sighting("ended", 3000, "completed", 2.5),
  );
  assert.equal(measured?.acceptMs, 40);
  assert.equal(measured?.firstArtifactMs, 500);
  assert.equal(measured?.totalMs, 2000);
  assert.equal(measured?.cost, 2.5);
});

test("time spent waiting for the caller is not the agent's: a task that asked has no total", () => {
  const measured = measure(sighting("submitted", 0), sighting("input-required", 10), sighting("ended", 90_000, "completed"));
  assert.equal(measured?.totalMs, undefined);
  assert.equal(measured?.acceptMs, 10);
});

test("tasks that never end are forgotten, oldest first", () => {
  const tracker = new TaskTracker(10);
  for (let i = 0; i < 50; i++) tracker.take({ ...sighting("submitted", i), task: `t${i}` });
  assert.equal(tracker.size, 10);
  assert.ok(tracker.follows("a", "t49") && !tracker.follows("a", "t39"));
});

test("what comes later wins: configuration, card, what was set, and for one task its agreement", () => {
  const config = { acceptMs: 5000, success: 0.95, target: 0.9 };
  const card = serviceParamsOf({
    capabilities: { extensions: [{ uri: slaExtension, params: { promises: { acceptMs: 200, totalMs: 8000 } } }] },
  }).promises;
  const terms = termsOf(config, card, { totalMs: 4000, success: null });
  assert.deepEqual(
    terms.map(({ indicator, threshold, source, target }) => [indicator, threshold, source, target]),
    [
      ["accept", 200, "card", 0.9],
      ["total", 4000, "set", 0.9],
    ],
  );
  const agreed = termsUnder(terms, { totalMs: 1000, cost: 3 }, 0.95);
  assert.deepEqual(
    agreed.filter(({ source }) => source === "agreement").map(({ indicator, threshold }) => [indicator, threshold]),
    [
      ["total", 1000],
      ["cost", 3],
    ],
  );
  assert.equal(termsUnder(terms, undefined, 0.95), terms);
});

test("params on a card that do not fit count as none, and unknown members are let pass", () => {
  const card = (params: unknown) => ({ capabilities: { extensions: [{ uri: slaExtension, params }] } });
  assert.deepEqual(serviceParamsOf(card({ price: "cheap" })), {});
  assert.equal(serviceParamsOf(card({ price: 2, colour: "red" })).price, 2);
  assert.deepEqual(serviceParamsOf({}), {});
});

test("a failed task breaks success and total; a cancelled one is judged by nobody", () => {
  const terms = termsOf({ acceptMs: 100, totalMs: 5000, success: 0.9 }, undefined, undefined);
  const verdict = (outcome: TaskOutcome) => {
    const measured = measure(sighting("submitted", 0), sighting("accepted", 10), sighting("ended", 50, outcome));
    return measured ? judge(measured, terms).map(({ term, good }) => `${term.indicator} ${good}`) : [];
  };
  assert.deepEqual(verdict("completed"), ["accept true", "total true", "success true"]);
  assert.deepEqual(verdict("failed"), ["accept true", "total false", "success false"]);
  assert.deepEqual(verdict("canceled"), []);
});

test("quantiles are within 1 % of the exact ones, also merged of many buckets, also around key 0", () => {
  const next = randomOf(7);
  for (const scale of [1, 400, 0.02]) {
    const values = Array.from({ length: 4000 }, () => scale * Math.exp(1.2 * (next() + next() + next() - 1.5)));
    const buckets: Sketch[] = [];
    for (let at = 0; at < values.length; at += 37) {
      const sketch = sketchOf(values.slice(at, at + 37));
      buckets.push(sketch);
    }
    const sorted = values.toSorted((a, b) => a - b);
    const shares = [0.01, 0.5, 0.9, 0.95, 0.99];
    for (const sketches of [buckets, [buckets.reduce(mergedSketch)]]) {
      const found = quantilesOf(JSON.parse(JSON.stringify(sketches)), shares);
      assert.equal(found?.count, values.length);
      for (const [i, share] of shares.entries()) {
        const exact = sorted[nearestRank(sorted.length, share)] ?? 0;
        const off: number = Math.abs((found?.values[i] ?? 0) - exact) / exact;
        assert.ok(off <= relativeError + 1e-9, `${share} at ${scale}: ${found?.values[i]} for ${exact}`);
      }
    }
  }
  assert.equal(quantilesOf([emptySketch], [0.5]), undefined);
  assert.deepEqual(quantilesOf([sketchOf([0])], [0.5])?.values, [0]);
});

test("a quantile is the least value that so large a share of all does not exceed, also of few values", () => {
  const ranks = (count: number) => [0, 0.01, 0.5, 0.9, 0.95, 0.99, 1].map((share) => nearestRank(count, share));
  assert.deepEqual(ranks(1), [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(ranks(2), [0, 0, 0, 1, 1, 1, 1]);
  assert.deepEqual(ranks(100), [0, 0, 49, 89, 94, 98, 99]);
  assert.equal(nearestRank(100, 0.07), 6);
  const next = randomOf(11);
  for (let round = 0; round < 200; round++) {
    const values = Array.from({ length: 1 + Math.floor(next() * 12) }, () => (next() < 0.1 ? 0 : Math.exp(9 * next() - 2)));
    const share = next();
    const enough = (limit: number): boolean => values.filter((value) => value <= limit).length / values.length >= share;
    const exact = Math.min(...values.filter(enough));
    const [found = Number.NaN] =
      quantilesOf(
        values.map((value) => sketchOf([value])),
        [share],
      )?.values ?? [];
    assert.ok(Math.abs(found - exact) <= relativeError * exact + 1e-9, `${share} of ${values}: ${found} for ${exact}`);
  }
});

test("a window is as long as it says, in minutes and in hours", () => {
  let series = counted(emptySeries, t0, 1, 0);
  series = counted(series, t0 + 4 * 60_000, 0, 1);
  assert.deepEqual(tallyOver(series, "success", 5 * 60_000, t0 + 4 * 60_000), { good: 1, bad: 1 });
  assert.deepEqual(tallyOver(series, "success", 5 * 60_000, t0 + 5 * 60_000), { good: 0, bad: 1 });
  assert.deepEqual(tallyOver(series, "success", day, t0 + 20 * hour), { good: 1, bad: 1 });
  assert.deepEqual(tallyOver(series, "success", day, t0 + 25 * hour), { good: 0, bad: 0 });
});

test("a burn rate of 1 spends exactly the budget; what is left never falls below nothing", () => {
  const series = counted(emptySeries, t0, 95, 5);
  assert.ok(Math.abs(burnRate(series, "success", 0.95, hour, t0) - 1) < 1e-9);
  assert.ok(budgetLeft(series, "success", 0.95, 30 * day, t0) < 1e-9);
  assert.ok(Math.abs(budgetLeft(series, "success", 0.9, 30 * day, t0) - 0.5) < 1e-9);
  assert.equal(budgetLeft(counted(series, t0, 0, 100), "success", 0.95, 30 * day, t0), 0);
  assert.equal(budgetLeft(emptySeries, "success", 0.95, 30 * day, t0), 1);
});

// The rate is the share of bad tasks over 1 % allowed: 15 bad of 100 is a rate of 15.
const burns: readonly (readonly [
  string,
  readonly (readonly [number, number, number])[],
  string | undefined,
  number | undefined,
])[] = [
  ["15x in the last five minutes and hour pages at 14.4", [[0, 85, 15]], "page", 14.4],
  [
    "15x fifty minutes ago but none now pages no more, though the day is spoilt",
    [
      [50 * 60_000, 85, 15],
      [0, 50, 0],
    ],
    "ticket",
    3,
  ],
  [
    "7x over six hours pages at 6",
    [
      [5 * hour, 930, 70],
      [10 * 60_000, 93, 7],
    ],
    "page",
    6,
  ],
  [
    "4x over a day is a ticket at 3",
    [
      [20 * hour, 960, 40],
      [hour, 192, 8],
    ],
    "ticket",
    3,
  ],
  [
    "1.5x over three days is a ticket at 1",
    [
      [60 * hour, 985, 15],
      [3 * hour, 197, 3],
    ],
    "ticket",
    1,
  ],
  [
    "0.5x is none",
    [
      [60 * hour, 995, 5],
      [3 * hour, 199, 1],
    ],
    undefined,
    undefined,
  ],
  ["two bad of three are too few to tell", [[0, 1, 2]], undefined, undefined],
  ["two bad of a hundred are too few bad ones", [[0, 98, 2]], undefined, undefined],
];
for (const [name, history, severity, factor] of burns)
  test(`burn-rate alerts: ${name}`, () => {
    let series = emptySeries;
    for (const [ago, good, bad] of history) series = counted(series, t0 - ago, good, bad);
    const fire = burning(series, "success", 0.99, minimum, t0);
    assert.deepEqual([fire?.rule.severity, fire?.rule.factor], [severity, factor]);
  });

test("a target that allows less than a rule's factor pages when everything is bad", () => {
  const series = counted(emptySeries, t0, 0, 20);
  assert.equal(burning(series, "success", 0.95, minimum, t0)?.rule.severity, "page");
  assert.equal(burning(series, "success", 0.9, minimum, t0)?.rule.severity, "page", "0.9 allows a rate of 10 at most");
});

test("a breach opens, is raised from ticket to page, never falls back, and recovers", () => {
  const term = { agent: "a", indicator: "success", target: 0.99 } as const;
  const rule = (severity: "page" | "ticket") => ({ rule: { severity, factor: 3, longMs: day, shortMs: 2 * hour }, rate: 4 });
  const [open, opened] = nextBreach(undefined, { burning: rule("ticket"), at: 1, id: "b1" }, term);
  assert.deepEqual([opened?.type, open?.severity, open?.openedAt], ["opened", "ticket", 1]);
  assert.match(open?.because ?? "", /burns 4\.0 times as fast as a target of 99\.0 % allows, over 24 h and over 2 h/);
  const [raised, change] = nextBreach(open, { burning: rule("page"), at: 2, id: "b2" }, term);
  assert.deepEqual([change?.type, raised?.id, raised?.severity], ["raised", "b1", "page"]);
  const [same, nothing] = nextBreach(raised, { burning: rule("ticket"), at: 3, id: "b3" }, term);
  assert.deepEqual([same, nothing], [raised, undefined]);
  const [none, recovered] = nextBreach(same, { burning: undefined, at: 4, id: "b4" }, term);
  assert.deepEqual([none, recovered?.type], [undefined, "recovered"]);
});

test("buckets merge by adding, in any order, and old ones go", () => {
  const measured = measure(sighting("submitted", t0), sighting("accepted", t0 + 5), sighting("ended", t0 + 50, "completed"));
  assert.ok(measured);
  const one = bucketOf([{ measured, verdicts: judge(measured, termsOf({ acceptMs: 10, success: 0.9 }, undefined, undefined)) }]);
  const two: Bucket = { tasks: 3, tallies: { success: { good: 1, bad: 2 } }, times: { total: sketchOf([9]) } };
  assert.deepEqual(mergedBucket(one, two), mergedBucket(two, one));
  assert.deepEqual(mergedBucket(one, two).tallies.success, { good: 2, bad: 2 });
  let series = added(added(emptySeries, "minute", t0, one), "hour", t0, one);
  assert.equal(pruned(series, t0), series);
  series = pruned(series, t0 + 30 * hour);
  assert.equal(series.minute.size, 0);
  assert.deepEqual(series.hour.get(t0)?.times, {}, "times go after a day, counts stay");
  assert.equal(pruned(series, t0 + 32 * day).hour.size, 0);
});
