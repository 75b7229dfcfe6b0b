import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Ballot,
  condorcetWinner,
  isBallot,
  NegotiationError,
  pairwiseVotes,
  strongestPaths,
  tally,
  type VoteEvent,
  type VoteTerms,
  vote,
  votingRules,
  type WeightedBallot,
} from "../src/index.ts";

const seed = 20261125;
const ranked = (order: string, weight = 1): WeightedBallot => ({ ranking: [...order].map((option) => [option]), weight });

// Schulze's own first example (2011, section 3): 45 voters, 5 options.
const letters = [..."ABCDE"];
const schulzes = [
  ranked("ACBED", 5),
  ranked("ADECB", 5),
  ranked("BEDAC", 8),
  ranked("CABED", 3),
  ranked("CAEBD", 7),
  ranked("CBADE", 2),
  ranked("DCEBA", 7),
  ranked("EBADC", 8),
];

test("Schulze: the published example of 45 voters gives E, A, C, B, D, by the published strengths of paths", () => {
  assert.deepEqual(tally("schulze", letters, schulzes), {
    ranking: [["E"], ["A"], ["C"], ["B"], ["D"]],
    winner: "E",
    scores: [3, 1, 2, 0, 4],
  });
  assert.deepEqual(strongestPaths(letters, schulzes), [
    [0, 28, 28, 30, 24],
    [25, 0, 28, 33, 24],
    [25, 29, 0, 29, 24],
    [25, 28, 28, 0, 24],
    [25, 28, 28, 31, 0],
  ]);
  assert.equal(condorcetWinner(letters, schulzes), undefined);
  assert.deepEqual(pairwiseVotes(letters, schulzes)[0], [0, 20, 26, 30, 22]);
});

// The textbook example of where to put Tennessee's capital, in percent of the voters.
const cities = ["Memphis", "Nashville", "Chattanooga", "Knoxville"];
const byCities = (order: readonly number[], weight: number) => ({ ranking: order.map((i) => [cities[i]!]), weight });
const tennessee = [
  byCities([0, 1, 2, 3], 42),
  byCities([1, 2, 3, 0], 26),
  byCities([2, 3, 1, 0], 15),
  byCities([3, 2, 1, 0], 17),
];

test("Tennessee: plurality takes Memphis, which most like least; Borda and Schulze take Nashville", () => {
  assert.deepEqual(tally("plurality", cities, tennessee).scores, [42, 26, 15, 17]);
  assert.equal(tally("plurality", cities, tennessee).winner, "Memphis");
  assert.deepEqual(tally("borda", cities, tennessee).scores, [126, 194, 173, 107]);
  assert.equal(tally("borda", cities, tennessee).winner, "Nashville");
  assert.equal(tally("schulze", cities, tennessee).winner, "Nashville");
  assert.equal(condorcetWinner(cities, tennessee), "Nashville");
});

test("Borda need not take a Condorcet winner, Schulze must", () => {
  const ballots = [ranked("ABC", 3), ranked("BCA", 2)];
  assert.equal(condorcetWinner([..."ABC"], ballots), "A");
  assert.deepEqual(tally("borda", [..."ABC"], ballots).scores, [6, 7, 2]);
  assert.equal(tally("schulze", [..."ABC"], ballots).winner, "A");
});

test("approval: each ballot counts in full for every option it approves", () => {
  const ballots = [
    { ranking: [["A", "B"]], weight: 3 },
    { ranking: [["B"]], weight: 1 },
    { ranking: [["C"]], weight: 2.5 },
  ];
  assert.deepEqual(tally("approval", [..."ABC"], ballots), { ranking: [["B"], ["A"], ["C"]], winner: "B", scores: [3, 4, 2.5] });
});

test("Borda: options liked alike, and those left out, share the points between them", () => {
  assert.deepEqual(tally("borda", [..."ABCD"], [{ ranking: [["A"], ["B", "C"]], weight: 2 }]).scores, [6, 3, 3, 0]);
  assert.deepEqual(tally("borda", [..."ABCD"], [{ ranking: [["A"]], weight: 1 }]).scores, [3, 1, 1, 1]);
});

test("of tied options the first given wins, under every rule, and without votes nobody does", () => {
  for (const rule of votingRules) {
    const ballots = [ranked("A"), ranked("B")];
    assert.equal(tally(rule, ["B", "A", "C"], ballots).winner, "B");
    assert.equal(tally(rule, ["A", "B", "C"], ballots).winner, "A");
    assert.deepEqual(tally(rule, ["A", "B", "C"], ballots).ranking[0], ["A", "B"]);
    assert.equal(tally(rule, ["A", "B"], []).winner, undefined);
  }
});

test("a ballot names known options, each once, in groups that are not empty, and no more than its rule reads", () => {
  const check = (ballot: unknown, rule: (typeof votingRules)[number]) => isBallot(ballot, ["A", "B", "C"], rule);
  assert.ok(check([["A"], ["B", "C"]], "schulze") && check([["B"]], "borda"));
  assert.ok(check([["A", "B"]], "approval") && !check([["A"], ["B"]], "approval"));
  assert.ok(check([["A"]], "plurality") && !check([["A", "B"]], "plurality") && !check([["A"], ["B"]], "plurality"));
  for (const bad of [[], [[]], [["A"], ["A"]], [["D"]], "A", [["A"], "B"], undefined, [[["A"]]]])
    assert.ok(!check(bad, "schulze"), JSON.stringify(bad));
});

const orders = fc.shuffledSubarray(letters, { minLength: 5, maxLength: 5 });
const ballot = fc
  .tuple(orders, fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), fc.integer({ min: 1, max: 4 }))
  .map(([order, joins, weight]): WeightedBallot => {
    const ranking: string[][] = [];
    for (const [i, option] of order.entries()) {
      if (i > 0 && joins[i]) ranking.at(-1)!.push(option);
      else ranking.push([option]);
    }
    return { ranking, weight };
  });
const elections = fc.array(ballot, { minLength: 1, maxLength: 9 });
const first = (ballots: readonly WeightedBallot[], options = letters) => new Set(tally("schulze", options, ballots).ranking[0]);

test("Schulze: a Condorcet winner wins alone", () => {
  let found = 0;
  fc.assert(
    fc.property(elections, (ballots) => {
      const best = condorcetWinner(letters, ballots);
      if (best === undefined) return;
      found++;
      assert.deepEqual([...first(ballots)], [best]);
    }),
    { seed, numRuns: 2000 },
  );
  assert.ok(found > 500, `only ${found} elections had one`);
});

test("monotone: a winner that some voter comes to like better stays a winner, under every rule", () => {
  fc.assert(
    fc.property(elections, fc.nat(), fc.constantFrom(...votingRules), (ballots, which, rule) => {
      const winner = tally(rule, letters, ballots).winner!;
      const at = which % ballots.length;
      const raised = ballots.map((one, i) => (i === at ? { ...one, ranking: onTop(winner, one.ranking) } : one));
      assert.ok(tally(rule, letters, raised).ranking[0]!.includes(winner));
    }),
    { seed, numRuns: 3000 },
  );
});

test("Schulze: a copy of an option, next to it on every ballot, changes nothing for the others (independence of clones)", () => {
  fc.assert(
    fc.property(elections, fc.constantFrom(...letters), (ballots, cloned) => {
      const doubled = ballots.map(({ ranking, weight }, i) => ({
        ranking: ranking.flatMap((group): string[][] => {
          const others = group.filter((option) => option !== cloned);
          if (others.length === group.length) return [group as string[]];
          const pair = i % 2 === 0 ? [[cloned], ["copy"]] : [["copy"], [cloned]];
          return others.length === 0 ? pair : [[...group, "copy"]];
        }),
        weight,
      }));
      const before = first(ballots);
      const after = first(doubled, [...letters, "copy"]);
      for (const option of letters) if (option !== cloned) assert.equal(after.has(option), before.has(option));
      assert.equal(after.has(cloned) || after.has("copy"), before.has(cloned));
    }),
    { seed, numRuns: 2000 },
  );
});

test("every rule: names and the order of ballots do not matter, and a weight is that many voters", () => {
  fc.assert(
    fc.property(elections, fc.constantFrom(...votingRules), (ballots, rule) => {
      const told = tally(rule, letters, ballots);
      assert.deepEqual(tally(rule, letters, ballots.toReversed()), told);
      const single = ballots.flatMap(({ ranking, weight }) => Array(weight).fill({ ranking, weight: 1 }));
      assert.deepEqual(tally(rule, letters, single), told);
      const renamed = ballots.map(({ ranking, weight }) => ({ ranking: ranking.map((g) => g.map((o) => `${o}!`)), weight }));
      const names = letters.map((option) => `${option}!`);
      assert.deepEqual(tally(rule, names, renamed).scores, told.scores);
    }),
    { seed, numRuns: 500 },
  );
});

// The protocol

const terms: VoteTerms = { participants: ["ada", "bob", "cy"], options: ["red", "green"], closesAt: 100 };
const ballotOf = (from: string, ...order: readonly string[]): VoteEvent => ({
  type: "ballot",
  from,
  ranking: order.map((option) => [option]),
});

function play(given: VoteTerms, steps: readonly (readonly [number, VoteEvent])[]) {
  let [state, effects] = vote.start(given);
  const opening = effects;
  const sent: string[] = [];
  for (const [now, event] of steps) {
    [state, effects] = vote.step(state, event, now);
    for (const { to, message } of effects)
      sent.push(`${now} ${to} ${message.act}${"reason" in message ? ` ${message.reason}` : ""}`);
  }
  return { state, opening, sent, result: vote.result(state) };
}

test("a vote closes when all have answered, and everybody gets the counts but nobody's ballot", () => {
  const { sent, result, opening } = play({ ...terms, weights: { cy: 3 }, question: "which?" }, [
    [1, ballotOf("ada", "red", "green")],
    [2, ballotOf("bob", "red")],
    [3, ballotOf("cy", "green")],
  ]);
  assert.deepEqual(opening[2]?.message, {
    act: "open",
    weight: 3,
    options: ["red", "green"],
    rule: "schulze",
    quorum: 0,
    closesAt: 100,
    question: "which?",
  });
  assert.deepEqual(sent, ["3 ada closed", "3 bob closed", "3 cy closed"]);
  assert.deepEqual(result, {
    outcome: "decided",
    winner: "green",
    tied: ["green"],
    ranking: [["green"], ["red"]],
    scores: [0, 1],
    turnout: 1,
  });
});

test("below the quorum nothing is decided; an abstention counts towards it, by weight", () => {
  const half = { ...terms, quorum: 0.5 };
  const one: readonly [number, VoteEvent] = [1, ballotOf("ada", "red")];
  assert.equal(play(half, [one, [100, { type: "timer" }]]).result?.outcome, "no-quorum");
  const abstained = play(half, [one, [2, { type: "abstain", from: "bob" }], [100, { type: "timer" }]]).result!;
  assert.equal(abstained.outcome, "decided");
  assert.equal(abstained.turnout, 2 / 3);
  assert.equal(play({ ...half, weights: { ada: 2 } }, [one, [100, { type: "timer" }]]).result?.outcome, "decided");
});

test("when all abstain there are no votes, and a tie is told as one", () => {
  const abstain = (from: string): readonly [number, VoteEvent] => [1, { type: "abstain", from }];
  assert.equal(play(terms, [abstain("ada"), abstain("bob"), abstain("cy")]).result?.outcome, "no-votes");
  const { result } = play(terms, [[1, ballotOf("ada", "green")], [2, ballotOf("bob", "red")], abstain("cy")]);
  assert.equal(result?.winner, "red");
  assert.deepEqual(result?.tied, ["red", "green"]);
});

test("a second ballot, a stranger's, a wrong one and a late one count nothing", () => {
  const { sent, result } = play({ ...terms, rule: "plurality" }, [
    [1, ballotOf("ada", "red")],
    [2, ballotOf("ada", "green")],
    [3, ballotOf("eve", "green")],
    [4, ballotOf("bob", "green", "red")],
    [100, ballotOf("bob", "green")],
  ]);
  assert.deepEqual(sent, [
    "2 ada not-understood out-of-sequence",
    "3 eve not-understood not-a-participant",
    "4 bob not-understood invalid-ballot",
    "100 ada closed",
    "100 bob closed",
    "100 cy closed",
    "100 bob refused late",
  ]);
  assert.equal(result?.winner, "red");
});

test("a vote with one option, a weight for nobody, or a quorum above 1 is refused", () => {
  for (const bad of [{ options: ["red"] }, { weights: { eve: 1 } }, { quorum: 2 }, { weights: { ada: 0, bob: 0, cy: 0 } }])
    assert.throws(
      () => vote.start({ ...terms, ...bad }),
      (e: unknown) => e instanceof NegotiationError && e.code === "TERMS_INVALID",
    );
});

// The option alone above all others, whose order stays.
function onTop(option: string, ranking: Ballot): Ballot {
  return [[option], ...ranking.map((group) => group.filter((other) => other !== option)).filter((group) => group.length > 0)];
}
