import assert from "node:assert/strict";
import { test } from "node:test";
import { Heartbeat } from "../src/connection/heartbeat.ts";
import { ManualClock } from "./simulator.ts";

function beating(everyMs: number) {
  const clock = new ManualClock();
  const seen = { pings: 0, lost: [] as string[], heard: false };
  const heartbeat = new Heartbeat(clock, everyMs, {
    heard() {
      const { heard } = seen;
      seen.heard = false;
      return heard;
    },
    ping() {
      seen.pings += 1;
    },
    lost: (reason) => void seen.lost.push(reason),
  });
  return { clock, seen, heartbeat };
}

test("a peer that speaks is not asked, a quiet one is asked each interval, and one that answers is never lost", () => {
  const { clock, seen } = beating(100);
  for (let i = 0; i < 50; i++) {
    seen.heard = true;
    clock.advance(100);
  }
  assert.equal(seen.pings, 0);
  for (let i = 0; i < 50; i++) {
    clock.advance(100);
    seen.heard = i % 2 === 0; // it answers every other time
  }
  assert.ok(seen.pings >= 24, `${seen.pings}`);
  assert.deepEqual(seen.lost, []);
});

test("a peer is lost once, after three questions without a sign of life", () => {
  const { clock, seen } = beating(100);
  for (let i = 0; i < 20; i++) clock.advance(100);
  assert.deepEqual([seen.pings, seen.lost], [3, ["no sign of life for 400 ms"]]);
  assert.equal(clock.pending, 0);
});

test("when it is this side that stood still, the peer is not blamed for more than one interval", () => {
  const { clock, seen, heartbeat } = beating(100);
  clock.advance(60_000);
  assert.deepEqual([seen.pings, seen.lost], [1, []]);
  assert.equal(heartbeat.lagMs, 59_900);
  heartbeat.stop();
  assert.equal(clock.pending, 0);
});

test("an interval of 0 asks never", () => {
  const { clock, seen } = beating(0);
  clock.advance(1_000_000);
  assert.deepEqual([seen.pings, seen.lost], [0, []]);
});
