import assert from "node:assert/strict";
import { test } from "node:test";
import { outliers } from "../../src/routing/outliers.ts";
import { defaultPolicy } from "../../src/routing/policy.ts";
import { emptyPool, type Pool, poolEnded, poolHeard, poolSent, poolSwept, standingOf } from "../../src/routing/pool.ts";

const good = { ok: 99, failed: 1 };
const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`good-${i}`, good]));

test("the agent that fails now and then is ejected though it never fails five times in a row", () => {
  const found = outliers({ ...many, flaky: { ok: 60, failed: 40 } }, new Set(), defaultPolicy);
  assert.deepEqual(
    found.map(({ agent }) => agent),
    ["flaky"],
  );
  assert.match(found[0]?.why ?? "", /succeeded in 60\.0 % of its calls, the others in 95\.\d %/);
});

test("nobody is an outlier among too few agents, with too few calls, or where all do alike", () => {
  assert.deepEqual(outliers({ a: good, b: good, flaky: { ok: 1, failed: 99 } }, new Set(), defaultPolicy), []);
  assert.deepEqual(outliers({ ...many, rare: { ok: 0, failed: 5 } }, new Set(), defaultPolicy), []);
  assert.deepEqual(outliers(many, new Set(), defaultPolicy), []);
});

test("not more than half may be out at once", () => {
  const bad = Object.fromEntries(Array.from({ length: 3 }, (_, i) => [`bad-${i}`, { ok: 10, failed: 90 }]));
  const out = new Set(["x1", "x2", "x3", "x4", "x5", "x6"]);
  const tallies = { ...many, ...bad, ...Object.fromEntries([...out].map((name) => [name, { ok: 0, failed: 0 }])) };
  assert.equal(outliers(tallies, out, { ...defaultPolicy, outlierDeviations: 1 }).length, 3);
  const fewer = { ...defaultPolicy, outlierDeviations: 1, maxEjectedShare: 0.4 };
  assert.equal(outliers(tallies, out, fewer).length, 1);
});

test("the pool looks once an interval, ejects for a time and begins to count anew", () => {
  let pool = emptyPool;
  [pool] = poolSwept(pool, 10_000, defaultPolicy);
  for (let i = 0; i < 60; i++)
    for (const name of ["a", "b", "c", "d", "e", "flaky"]) {
      const id = `${name}${i}`;
      const ending = name === "flaky" && i % 2 === 0 ? "failed" : "ok";
      pool = poolSent(pool, name, id, 10_001 + i);
      pool = poolEnded(
        pool,
        name,
        id,
        ending,
        { skill: "work", why: "", times: { firstMs: 1, totalMs: 2 } },
        10_002 + i,
        defaultPolicy,
      );
    }
  assert.deepEqual(poolSwept(pool, 19_999, defaultPolicy)[1], []);
  const [swept, found] = poolSwept(pool, 20_000, defaultPolicy);
  assert.equal(found[0]?.agent, "flaky");
  assert.equal(standingOf(swept, "flaky", 20_001).breaker.state, "open");
  assert.equal(standingOf(swept, "flaky", 25_001).breaker.state, "half-open");
  assert.deepEqual(standingOf(swept, "a", 20_001).tally, { ok: 0, failed: 0 });
});

test("an agent that was outrun five times in a row is ejected, unless it is at work on something it has begun", () => {
  const about = { skill: "work", why: "outrun", times: undefined };
  let seasoned = emptyPool;
  for (let i = 0; i < defaultPolicy.quantileCalls; i++) {
    seasoned = poolSent(seasoned, "other", `o${i}`, 0);
    seasoned = poolEnded(seasoned, "other", `o${i}`, "ok", { ...about, times: { firstMs: 1, totalMs: 100 } }, 100, defaultPolicy);
  }
  const outrunAt = (pool: Pool, now: number): string => {
    let next = pool;
    for (let i = 0; i < defaultPolicy.consecutiveFailures; i++) {
      next = poolSent(next, "busy", `b${i}`, now - 20);
      next = poolEnded(next, "busy", `b${i}`, "outrun", about, now, defaultPolicy);
    }
    return standingOf(next, "busy", now).breaker.state;
  };
  const begun = poolHeard(poolSent(seasoned, "busy", "long", 1000), "busy", "long", "work", 1, 1001, defaultPolicy);
  assert.equal(outrunAt(seasoned, 1050), "open", "it never began anything");
  assert.equal(outrunAt(begun, 1050), "closed", "it began something less than the mean time of a call ago");
  assert.equal(outrunAt(begun, 1102), "open", "it has been silent for longer than that");
});
