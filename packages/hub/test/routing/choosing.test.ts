/** One decision: who is dropped and why, how the others score, and whom the draw compares. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "../../src/routing/choosing.ts";
import { told, whyChosen } from "../../src/routing/explanation.ts";
import { defaultPolicy } from "../../src/routing/policy.ts";
import { emptyPool, type Pool, poolEnded, poolHeard, poolSent } from "../../src/routing/pool.ts";
import type { RouteRequest } from "../../src/routing/request.ts";
import { agent, among, wants, wantsText } from "./agents.ts";

const none = new Set<string>();

// A call to an agent that took `ms`, of which the first sign of life came after `firstMs`.
function taken(pool: Pool, name: string, ms: number, at: number, firstMs = ms): Pool {
  const id = `${name}-${at}`;
  let next = poolSent(pool, name, id, at);
  if (firstMs < ms) next = poolHeard(next, name, id, "work", firstMs, at + firstMs, defaultPolicy);
  const times = { firstMs: firstMs < ms ? firstMs : undefined, totalMs: ms };
  return poolEnded(next, name, id, "ok", { skill: "work", why: "", times }, at + ms, defaultPolicy);
}

function failing(pool: Pool, name: string, times: number, at: number): Pool {
  let next = pool;
  for (let i = 0; i < times; i++) {
    next = poolSent(next, name, `${name}-${at}-${i}`, at);
    next = poolEnded(
      next,
      name,
      `${name}-${at}-${i}`,
      "failed",
      { skill: "work", why: "broken", times: undefined },
      at,
      defaultPolicy,
    );
  }
  return next;
}

const drops: readonly (readonly [string, Partial<RouteRequest>, object, object, RegExp])[] = [
  ["chain", { chain: { id: "c", path: ["front", "odd"], spent: 0 } }, {}, {}, /passed it already: front > odd/],
  ["policy", { deny: ["odd"] }, {}, {}, /ruled it out/],
  ["policy", { allow: ["even"] }, {}, {}, /asked for others/],
  ["skill", {}, {}, { skills: [{ id: "rest" }] }, /wanted the skill or tag "work"; offers rest/],
  ["modality", { inputModes: ["audio/wav"] }, {}, {}, /wanted audio\/wav in .* takes text\/plain/],
  ["extension", { extensions: ["urn:x"] }, {}, {}, /does not support urn:x/],
  ["region", { region: "eu" }, { region: "us" }, {}, /wanted eu; is in us/],
  [
    "data",
    { data: { class: "restricted", mayRetain: true, mayTrain: true } },
    { data: { accepts: "internal" } },
    {},
    /may be given internal data/,
  ],
  ["data", { data: { class: undefined, mayRetain: false, mayTrain: true } }, {}, {}, /keep nothing/],
  ["data", { data: { class: undefined, mayRetain: true, mayTrain: false } }, { data: { retains: false } }, {}, /not to train/],
  ["price", { maxPrice: 2 }, { price: 3 }, {}, /costs 3 credits; 2 may be spent/],
  ["price", { chain: { id: "c", path: [], spent: 8, limit: 10 } }, { price: 3 }, {}, /costs 3 credits; 2 may be spent/],
  ["deadline", { deadlineAt: 500 }, { promises: { totalMs: 600 } }, {}, /needs 600 ms .* 500 ms are left/],
];
for (const [filter, change, params, card, why] of drops) {
  test(`an agent that the filter "${filter}" drops is not chosen, and the reason is told: ${why.source}`, () => {
    const choice = choose(emptyPool, wants(change), among([agent("odd", params, card)]), none, false, 0);
    assert.equal(choice.pick, undefined);
    assert.equal(choice.dropped[0]?.filter, filter);
    assert.match(choice.dropped[0]?.why ?? "", why);
    assert.match(whyChosen(choice), why);
  });
}

test("the operator's lists come before everything", () => {
  const from = { ...among([agent("a"), agent("b")]), lists: { allow: ["a", "b"], deny: ["a"] } };
  const choice = choose(emptyPool, wants(), from, none, false, 0);
  assert.equal(choice.pick?.agent, "b");
  assert.deepEqual(choice.dropped, [{ agent: "a", filter: "policy", why: "routing.deny names it" }]);
});

test("an agent whose measured times do not fit into the time left is dropped, whatever it promises", () => {
  const from = among([agent("a", { promises: { totalMs: 10 } })], { facts: { a: { totalP95Ms: 900 } } });
  const choice = choose(emptyPool, wants({ deadlineAt: 800 }), from, none, false, 0);
  assert.equal(choice.dropped[0]?.filter, "deadline");
});

test("a skill is found by id, by tag and by what is said of it", () => {
  const cook = agent("cook", {}, { skills: [{ id: "cook", description: "Cooks soup, bakes bread and cake" }] });
  const smith = agent("smith", {}, { skills: [{ id: "forge", description: "Forges iron into horseshoes and nails" }] });
  const from = among([cook, smith]);
  assert.equal(choose(emptyPool, wants({ skill: "forge" }), from, none, false, 0).pick?.agent, "smith");
  assert.equal(choose(emptyPool, wants({ skill: "labour" }), among([agent("x")]), none, false, 0).pick?.agent, "x");
  const choice = choose(emptyPool, wantsText("bake a cake for the soup kitchen"), from, none, false, 0);
  assert.equal(choice.pick?.agent, "cook");
  assert.match(choice.dropped.find((drop) => drop.agent === "smith")?.why ?? "", /fits the text/);
});

test("words that every agent knows say little, and a text that fits nobody goes to nobody", () => {
  const shop = (name: string, does: string) =>
    agent(name, {}, { description: "Works in the village", skills: [{ id: name, description: does }] });
  const from = among([
    shop("cook", "Cooks soup in the village"),
    shop("smith", "Forges nails in the village"),
    shop("clerk", "Writes letters in the village"),
  ]);
  const choice = choose(emptyPool, wantsText("nails in the village"), from, none, false, 0);
  assert.equal(choice.pick?.agent, "smith");
  assert.deepEqual(
    choice.ranked.filter(({ band }) => band).map((one) => one.agent),
    ["smith"],
  );
  const nobody = choose(emptyPool, wantsText("quantum chromodynamics"), from, none, false, 0);
  assert.equal(nobody.pick, undefined);
  assert.match(nobody.dropped[0]?.why ?? "", /nothing that it offers fits the text \(0\.0\d; wanted 0\.1\)/);
});

test("the parts of a score add up to it, and a breach takes its agent out of the band", () => {
  const from = among([agent("a", { price: 1 }), agent("b", { price: 2 })], {
    facts: { a: { breached: ["total"], budgetLeft: 0 }, b: { budgetLeft: 0.8 } },
  });
  const { pick, ranked } = choose(emptyPool, wants(), from, none, false, 0);
  assert.equal(pick?.agent, "b");
  for (const one of ranked) {
    const points = Object.values(one.parts).reduce((sum, part) => sum + part.points, 0);
    assert.ok(Math.abs(points - one.penalty - one.total) < 1e-12);
    assert.ok(Math.abs(Object.values(one.parts).reduce((sum, part) => sum + part.weight, 0) - 1) < 1e-12);
  }
  assert.equal(ranked.find(({ agent: name }) => name === "b")?.parts.price.value, 0.5);
  assert.equal(ranked.find(({ agent: name }) => name === "a")?.band, false);
});

test("of two drawn the lighter is taken, and a slow one is not even drawn", () => {
  let pool = emptyPool;
  for (const name of ["a", "b", "c"]) pool = taken(pool, name, 100, 0);
  pool = taken(pool, "slow", 1000, 0);
  pool = poolSent(pool, "a", "busy", 1000);
  const from = among(["a", "b", "c", "slow"].map((name) => agent(name)));
  const draws = [0, 0.99, 0.5].map((value) => choose(pool, wants(), { ...from, random: () => value }, none, false, 1001));
  for (const { pick, drawn, ranked } of draws) {
    assert.equal(drawn.length, 2);
    assert.equal(ranked.find(({ agent: name }) => name === "slow")?.band, false);
    assert.notEqual(pick?.agent, "slow");
    assert.ok(drawn.every((name) => (ranked.find((one) => one.agent === name)?.cost ?? 0) >= (pick?.cost ?? 0)));
  }
  assert.notDeepEqual(draws[0]?.drawn, draws[1]?.drawn);
});

test("a call without a sign of life counts by its age; one that streams does not make its agent slow", () => {
  let pool = taken(taken(emptyPool, "silent", 100, 0, 10), "streams", 100, 0, 10);
  pool = poolSent(poolSent(pool, "silent", "s1", 1000), "streams", "s2", 1000);
  pool = poolHeard(pool, "streams", "s2", "work", 10, 1010, defaultPolicy);
  const from = among([agent("silent"), agent("streams")]);
  const { ranked } = choose(pool, wants(), from, none, false, 61_000);
  const cost = (name: string): number => ranked.find((one) => one.agent === name)?.cost ?? 0;
  assert.ok(cost("streams") < 250, `${cost("streams")}`);
  assert.ok(cost("silent") >= 120_000, `${cost("silent")}`);
});

test("five failures in a row eject, for twice as long each time; one probe lets it back", () => {
  const from = among([agent("bad"), agent("good")]);
  let pool = failing(emptyPool, "bad", 4, 0);
  assert.equal(choose(pool, wants(), from, none, true, 1).dropped.length, 0);
  pool = failing(pool, "bad", 1, 1);
  const out = choose(pool, wants(), from, none, true, 2);
  assert.match(out.dropped[0]?.why ?? "", /ejected for 4999 ms more: 5 failures in a row, the last: broken/);
  const probe = choose(pool, wants(), from, none, true, 5_001);
  assert.deepEqual([probe.pick?.agent, probe.how], ["bad", "probe"]);
  assert.equal(choose(pool, wants(), from, none, false, 5_001).pick?.agent, "good", "what cannot bear a failure is no probe");
  pool = poolSent(pool, "bad", "probe", 5_001);
  assert.match(choose(pool, wants(), from, none, true, 5_002).dropped[0]?.why ?? "", /a probe is under way/);
  const again = poolEnded(
    pool,
    "bad",
    "probe",
    "failed",
    { skill: "work", why: "still broken", times: undefined },
    5_003,
    defaultPolicy,
  );
  assert.match(choose(again, wants(), from, none, true, 5_004).dropped[0]?.why ?? "", /ejected for 9999 ms more/);
  const back = poolEnded(
    pool,
    "bad",
    "probe",
    "ok",
    { skill: "work", why: "", times: { firstMs: 1, totalMs: 5 } },
    5_006,
    defaultPolicy,
  );
  const closed = choose(back, wants(), from, none, true, 5_007);
  assert.deepEqual([closed.how, closed.dropped.length], ["two-choices", 0]);
});

test("when fewer than half are healthy, all are asked again", () => {
  const names = ["a", "b", "c"];
  let pool = failing(failing(emptyPool, "a", 5, 0), "b", 5, 0);
  const choice = choose(pool, wants(), among(names.map((name) => agent(name))), none, false, 1);
  assert.equal(choice.panic, true);
  assert.equal(choice.ranked.length, 3);
  pool = failing(emptyPool, "a", 5, 0);
  assert.equal(choose(pool, wants(), among(names.map((name) => agent(name))), none, false, 1).panic, false);
});

test("a newcomer is tried: it stands near enough to the proven ones", () => {
  let pool = emptyPool;
  for (let i = 0; i < 50; i++) pool = taken(pool, "proven", 100, i * 200);
  const { ranked } = choose(pool, wants(), among([agent("proven"), agent("newcomer")]), none, false, 10_001);
  assert.ok(
    ranked.every((one) => one.band),
    JSON.stringify(ranked.map(({ agent: name, total, cost }) => [name, total, cost])),
  );
});

test("an agent with too many calls under way is not given more", () => {
  let pool = emptyPool;
  for (let i = 0; i < 3; i++) pool = poolSent(pool, "a", String(i), 0);
  const choice = choose(pool, wants(), among([agent("a")], { policy: { maxOutstanding: 3 } }), none, false, 1);
  assert.deepEqual(choice.dropped[0], { agent: "a", filter: "busy", why: "has 3 calls under way" });
});

test("of very many agents the explanation keeps the best, the drawn, and says how many it leaves off", () => {
  const names = Array.from({ length: 300 }, (_, i) => `a${i}`);
  const many = [...names.map((name) => agent(name)), ...names.map((name) => agent(`x${name}`, {}, { skills: [] }))];
  const choice = choose(emptyPool, wants(), among(many, { random: () => 0.999 }), none, false, 0);
  const { ranked, dropped, left, drawn } = told(choice);
  assert.ok(ranked.length <= 52 && drawn.every((name) => ranked.some((one) => one.agent === name)));
  assert.deepEqual([ranked.length + left.ranked, dropped.length + left.dropped], [300, 300]);
  assert.match(whyChosen(choice), /Dropped: xa0, xa1, xa2 and 297 more \(wanted the skill/);
});
