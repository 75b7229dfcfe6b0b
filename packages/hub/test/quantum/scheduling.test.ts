import assert from "node:assert/strict";
import { test } from "node:test";
import { priorities } from "../../src/quantum/jobs/job.ts";
import {
  decayed,
  type RunningJob,
  type SchedulingPolicy,
  startsNow,
  type WaitingJob,
} from "../../src/quantum/jobs/scheduling.ts";

const policy: SchedulingPolicy = { slots: { local: 2, remote: 1 }, weights: {}, agingMs: 60_000 };
const none = { running: [], used: { local: new Map(), remote: new Map() } };

function waiting(id: string, more: Partial<WaitingJob> = {}): WaitingJob {
  return { id, owner: "a", lane: "local", priority: "normal", submittedAt: 0, deadlineAt: undefined, costMs: 1000, ...more };
}

function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48271) % 2147483647;
    return state % limit;
  };
}

interface Simulated {
  /** Solver time that each owner got while all had work waiting, ms. */
  readonly got: ReadonlyMap<string, number>;
  readonly longestWaitMs: number;
  readonly mostRunning: number;
  readonly late: number;
}

// Time passes from one end of a job to the next; who arrives when, and with what, comes from the seed.
function simulated(
  jobs: readonly WaitingJob[],
  rules: SchedulingPolicy,
  { untilMs, halfLifeMs = 600_000 }: { readonly untilMs: number; readonly halfLifeMs?: number },
): Simulated {
  let now = 0;
  let queue: WaitingJob[] = [];
  const coming = jobs.toSorted((a, b) => a.submittedAt - b.submittedAt);
  let running: (RunningJob & { readonly endsAt: number; readonly deadlineAt: number | undefined })[] = [];
  const used = new Map<string, { amount: number; at: number }>();
  const got = new Map<string, number>();
  let [longestWaitMs, mostRunning, late] = [0, 0, 0];
  while (now < untilMs && (coming.length > 0 || queue.length > 0 || running.length > 0)) {
    while (coming[0] !== undefined && coming[0].submittedAt <= now) queue.push(coming.shift()!);
    const past = new Map([...used].map(([owner, { amount, at }]) => [owner, decayed(amount, now - at, halfLifeMs)]));
    const state = { waiting: queue, running, used: { local: past, remote: new Map<string, number>() } };
    for (const { id } of startsNow(state, rules, now)) {
      const job = queue.find((one) => one.id === id)!;
      longestWaitMs = Math.max(longestWaitMs, now - job.submittedAt);
      running.push({ ...job, endsAt: now + job.costMs });
      queue = queue.filter((one) => one !== job);
    }
    mostRunning = Math.max(mostRunning, running.length);
    const next = Math.min(coming[0]?.submittedAt ?? Infinity, ...running.map(({ endsAt }) => endsAt));
    now = next;
    for (const { owner, costMs, endsAt, deadlineAt } of running) {
      if (endsAt > now) continue;
      const before = used.get(owner);
      used.set(owner, { amount: (before ? decayed(before.amount, now - before.at, halfLifeMs) : 0) + costMs, at: now });
      got.set(owner, (got.get(owner) ?? 0) + costMs);
      if (deadlineAt !== undefined && endsAt > deadlineAt) late += 1;
    }
    running = running.filter(({ endsAt }) => endsAt > now);
  }
  return { got, longestWaitMs, mostRunning, late };
}

test("classes go before each other, and a job that waited long enough moves up", () => {
  const jobs = [waiting("b", { priority: "batch" }), waiting("n"), waiting("i", { priority: "interactive" })];
  const slots = { local: 3, remote: 1 };
  const order = (now: number, list: readonly WaitingJob[]) =>
    startsNow({ ...none, waiting: list }, { ...policy, slots }, now).map(({ id }) => id);
  assert.deepEqual(order(10, jobs), ["i", "n", "b"]);
  const fresh = [jobs[0]!, waiting("new", { priority: "interactive", submittedAt: 180_000 })];
  assert.deepEqual(order(180_000, fresh), ["b", "new"]);
});

test("a deadline that would be missed in turn goes ahead, one that is safe or lost does not", () => {
  const ahead = Array.from({ length: 6 }, (_, i) => waiting(`j${i}`, { submittedAt: i }));
  const last = (deadlineAt: number) => waiting("z", { submittedAt: 9, deadlineAt });
  const first = (deadlineAt: number) => startsNow({ ...none, waiting: [...ahead, last(deadlineAt)] }, policy, 10)[0];
  assert.equal(first(2_500)?.id, "z");
  assert.match(first(2_500)?.why ?? "", /its deadline in 2490 ms would be missed in its turn/);
  assert.equal(first(60_000)?.id, "j0");
  assert.equal(first(500)?.id, "j0");
});

test("no more jobs run than there are slots, and lanes do not take each other's", () => {
  const jobs = [
    ...Array.from({ length: 5 }, (_, i) => waiting(`l${i}`)),
    waiting("r0", { lane: "remote" }),
    waiting("r1", { lane: "remote" }),
  ];
  const starts = startsNow({ ...none, waiting: jobs, running: [{ owner: "x", lane: "local", costMs: 5 }] }, policy, 0);
  assert.deepEqual(
    starts.map(({ lane }) => lane),
    ["local", "remote"],
  );
});

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`under a random overload (seed ${seed}) each owner gets its weighted share within a tenth`, () => {
    const next = seeded(seed * 7919);
    const owners = Array.from({ length: 2 + next(4) }, (_, i) => `owner${i}`);
    const weights = Object.fromEntries(owners.map((owner) => [owner, 1 + next(4)]));
    // Each sends as if there were no tomorrow, some with many small jobs and some with few large ones.
    const jobs = owners.flatMap((owner, o) =>
      Array.from({ length: 900 }, (_, i) =>
        waiting(`${owner}-${String(i).padStart(4, "0")}`, { owner, costMs: 200 + next(500 * (o + 1)), submittedAt: i % 3 }),
      ),
    );
    const untilMs = 240_000;
    const { got, mostRunning } = simulated(jobs, { ...policy, weights, agingMs: 1e9 }, { untilMs });
    const total = [...got.values()].reduce((sum, ms) => sum + ms, 0);
    const weight = Object.values(weights).reduce((sum, one) => sum + one, 0);
    for (const owner of owners) {
      const fair = (total * (weights[owner] ?? 1)) / weight;
      const off = Math.abs((got.get(owner) ?? 0) - fair) / fair;
      assert.ok(off < 0.1, `${owner} got ${got.get(owner)} of ${total}, fair ${fair}`);
    }
    assert.equal(mostRunning, 2);
  });

for (const seed of [11, 12, 13, 14])
  test(`a batch job under an endless stream of interactive ones starts in bounded time (seed ${seed})`, () => {
    const next = seeded(seed * 104_729);
    // New owners all the time, each with a clean record, at more than what two slots can do.
    const stream = Array.from({ length: 3000 }, (_, i) =>
      waiting(`s${String(i).padStart(5, "0")}`, {
        owner: `owner${next(500)}`,
        priority: priorities[next(2)]!,
        submittedAt: i * 450,
        costMs: 500 + next(1000),
      }),
    );
    const poor = Array.from({ length: 10 }, (_, i) =>
      waiting(`batch${i}`, { owner: "poor", priority: "batch", submittedAt: 1000 * i, costMs: 2000 }),
    );
    const started = simulated([...stream, ...poor], policy, { untilMs: 600_000 });
    assert.equal(started.got.get("poor"), 20_000, "all ten batch jobs have run");
    assert.ok(started.longestWaitMs < 600_000);
  });

test("deadlines that can be met are met oftener than in plain turns", () => {
  const next = seeded(4242);
  const jobs = Array.from({ length: 600 }, (_, i) => {
    const submittedAt = i * 430;
    const costMs = 300 + next(1200);
    return waiting(`j${String(i).padStart(4, "0")}`, {
      owner: `o${next(5)}`,
      submittedAt,
      costMs,
      deadlineAt: next(3) === 0 ? submittedAt + costMs + 6000 : undefined,
    });
  });
  const without = jobs.map((job) => ({ ...job, deadlineAt: undefined }));
  const kept = simulated(jobs, policy, { untilMs: 1e7 });
  // What would have been late had nobody looked at deadlines: the same run, judged by the same deadlines.
  const plain = simulated(
    without.map((job, i) => ({ ...job, deadlineAt: jobs[i]?.deadlineAt })),
    { ...policy, agingMs: 1 },
    { untilMs: 1e7 },
  );
  assert.ok(kept.late * 2 < plain.late, `${kept.late} late, ${plain.late} by age alone`);
});
