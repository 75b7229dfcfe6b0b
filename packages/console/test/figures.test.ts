import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, bytes, duration, figure, percent } from "../src/figures.ts";
import type { RunningCall } from "../src/hub/live.ts";
import { timeLeftMs } from "../src/time-left.ts";

test("a length of time is told in the unit that fits it", () => {
  assert.deepEqual([44, 15_950, 60_000, 125_000, 11_520_000, 180_000_000].map(duration), [
    "44 ms",
    "15.9 s",
    "1 min",
    "2 min 5 s",
    "3 h 12 min",
    "2 d 2 h",
  ]);
  assert.equal(duration(null), "–");
});

test("figures, shares, sizes and moments read as people write them", () => {
  assert.deepEqual([figure(1234), figure(0.9125, 3), figure(null)], ["1,234", "0.913", "–"]);
  assert.deepEqual([percent(1), percent(0.976)], ["100 %", "97.6 %"]);
  assert.deepEqual([bytes(512), bytes(217_266), bytes(1_400_000)], ["512 B", "217 kB", "1.4 MB"]);
  assert.deepEqual([ago(0, 1000), ago(0, 40_000), ago(0, 7_200_000)], ["just now", "40 s ago", "2 h ago"]);
});

test("the time left is what a call counts in seconds, else what its pace so far promises", () => {
  const call: RunningCall = { call: "c", tool: "t", principal: "p", done: 5, total: 20, since: 0 };
  assert.equal(timeLeftMs({ ...call, unit: "s" }, 100), 15_000);
  assert.equal(timeLeftMs(call, 10_000), 30_000);
  assert.equal(timeLeftMs({ ...call, done: 0 }, 10_000), undefined);
});
