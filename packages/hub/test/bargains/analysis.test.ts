/** What a session's analysis shows to whom. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utilityOf } from "@entente/negotiation";
import { type Analysis, analysisOf } from "../../src/negotiation/bargains/analysis.ts";
import { advanceBargain, type BargainSession, openBargain } from "../../src/negotiation/bargains/session.ts";
import { jobIssues, wants } from "./house.ts";

const seats = { ada: wants("buyer"), bob: wants("seller") };

function session(offers: readonly (readonly number[])[], accepted = false): BargainSession {
  let open = openBargain({
    subject: "the job",
    issues: jobIssues,
    parties: [
      { name: "ada", by: "self" },
      { name: "bob", by: "self" },
    ],
    rounds: 20,
    startAt: 0,
    moveWithinMs: 1000,
    provider: "bob",
    tasks: 1,
    validMs: 1000,
    onBreach: "nothing",
  });
  const from = () => (open.entries.length % 2 === 0 ? "ada" : "bob");
  const events = [
    ...offers.map((outcome) => ({ type: "offer" as const, outcome })),
    ...(accepted ? [{ type: "accept" as const }] : []),
  ];
  for (const event of events) {
    const advance = advanceBargain(open, { event: { ...event, from: from() } }, open.entries.length);
    if ("refused" in advance) assert.fail(`refused: ${advance.refused}`);
    open = advance.session;
  }
  return open;
}

const talks = [
  [0, 0, 0],
  [4, 2, 1],
  [1, 0, 0],
  [3, 1, 1],
  [2, 1, 0],
];

test("with everybody's preferences each offer has its exact worth, and the deal its distances", () => {
  const { knowledge, offers, picture } = analysisOf(session(talks, true), seats, () => true);
  assert.deepEqual(knowledge, ["known", "known"]);
  const worth = [seats.ada, seats.bob].map(({ preferences }) => utilityOf(preferences ?? assert.fail()));
  for (const [k, { outcome, utilities, by, round, seq }] of offers.entries()) {
    assert.deepEqual(
      utilities,
      worth.map((utility) => utility(outcome)),
    );
    assert.deepEqual([seq, by, round], [k + 1, k % 2, Math.floor(k / 2)]);
  }
  const agreed = picture?.agreed ?? assert.fail();
  assert.deepEqual(
    agreed.utilities,
    worth.map((utility) => utility([2, 1, 0])),
  );
  assert.ok(agreed.assessment.pareto.distance >= 0 && agreed.assessment.nash !== undefined);
  const [ada] = picture?.concessions ?? [];
  assert.equal(ada?.offers, 3);
  assert.ok((ada?.first ?? 0) > (ada?.last ?? 1));
  assert.match(picture?.space ?? "", /<svg .*agreement/s);
});

test("what another wants is estimated from its offers alone: the same, whatever it secretly wants", () => {
  const seen = (bob: object) => analysisOf(session(talks), { ...seats, bob }, (name) => name === "ada");
  const estimated = seen(seats.bob);
  assert.deepEqual(estimated.knowledge, ["known", "estimated"]);
  const told = ({ offers, picture }: Analysis) => [offers, picture?.concessions, picture?.space];
  assert.deepEqual(told(seen(wants("buyer"))), told(estimated));
  assert.deepEqual(told(seen({})), told(estimated));
  assert.match(estimated.picture?.space ?? "", /bob \(estimated\)/);
  // Its first offers are what it likes best.
  const [, first] = estimated.offers;
  assert.ok((first?.utilities[1] ?? 0) > 0.7);
});

test("before somebody's first offer nothing is drawn, and among many with much to agree on neither", () => {
  const early = analysisOf(session(talks.slice(0, 1)), { ada: seats.ada }, (name) => name === "ada");
  assert.deepEqual([early.knowledge, early.picture, early.offers.length], [["known", "unknown"], undefined, 1]);
  const names = ["ada", "bob", "cyd"];
  const many = openBargain({
    ...session([]).terms,
    issues: Array.from({ length: 8 }, (_, k) => ({ name: `i${k}`, values: ["a", "b", "c", "d"] })),
    parties: names.map((name) => ({ name, by: "self" as const })),
  });
  const preferences = {
    kind: "additive" as const,
    weights: Array.from({ length: 8 }, () => 1 / 8),
    evaluations: Array.from({ length: 8 }, () => [0, 0.3, 0.6, 1]),
  };
  const all = Object.fromEntries(names.map((name) => [name, { preferences }]));
  assert.equal(analysisOf(many, all, () => true).picture, undefined);
});
