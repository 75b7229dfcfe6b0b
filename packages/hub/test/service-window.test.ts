import assert from "node:assert/strict";
import { test } from "node:test";
import { ServiceWindow } from "../src/desk/service-window.ts";
import { openStore } from "../src/store/store.ts";
import { scratchFolder } from "./scratch.ts";

const minute = 60_000;

test("the figures of the last hour count each call once, however often and from how many sides they are asked for", async () => {
  using folder = scratchFolder();
  let now = 10 * 60 * minute;
  await using store = await openStore({ url: "", dataFolder: folder.path, clock: { now: () => now } });
  const called = (outcome: string, durationMs: number) =>
    store.events.record({ kind: "tool.called", actor: "a", subject: "hub_status", data: { outcome, durationMs } });
  const service = new ServiceWindow(store.events);
  assert.deepEqual(await service.figures(now), {
    windowMs: 60 * minute,
    calls: 0,
    failed: 0,
    successRate: 1,
    p50Ms: 0,
    p95Ms: 0,
  });
  for (let ms = 1; ms <= 18; ms++) await called("ok", ms);
  await called("NOT_FOUND", 19);
  await called("input-needed", 20);
  await store.events.record({ kind: "run.started", actor: "a", subject: "r", data: {} });
  const both = await Promise.all([service.figures(now), service.figures(now)]);
  for (const figures of both)
    assert.deepEqual(figures, { windowMs: 60 * minute, calls: 20, failed: 1, successRate: 0.95, p50Ms: 10, p95Ms: 19 });
  now += 30 * minute;
  await called("ok", 5);
  assert.equal((await service.figures(now)).calls, 21);
  now += 31 * minute;
  const { calls, failed } = await service.figures(now);
  assert.deepEqual({ calls, failed }, { calls: 1, failed: 0 }, "the first twenty are older than an hour");
});

test("of very many calls the newest 2,000 count", async () => {
  using folder = scratchFolder();
  const clock = { now: () => minute };
  await using store = await openStore({ url: "", dataFolder: folder.path, clock });
  const service = new ServiceWindow(store.events);
  const record = (from: number, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, n) =>
        store.events.record({ kind: "tool.called", actor: "a", subject: "t_t", data: { outcome: "ok", durationMs: from + n } }),
      ),
    );
  await record(0, 2500);
  assert.deepEqual((await service.figures(minute)).p50Ms, 1499);
  await record(2500, 500);
  const { calls, p50Ms } = await service.figures(minute);
  assert.deepEqual({ calls, p50Ms }, { calls: 2000, p50Ms: 1999 });
});
