import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { drawing } from "../src/draw.ts";
import { solveGame } from "../src/elicitation/matrix-game.ts";
import {
  type AdditivePreferences,
  answered,
  type Elicitation,
  elicited,
  elicitedPreferences,
  NegotiationError,
  nextQuestion,
  scoreModel,
  startElicitation,
  utilityOf,
} from "../src/index.ts";

const sizes = [5, 4, 3, 5];
const domain = { issues: sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) })) };
const evaluations = sizes.map((size) => Array.from({ length: size }, (_, v) => v / (size - 1)));
const person = (weights: readonly number[]): AdditivePreferences => ({ kind: "additive", weights, evaluations });

// Answers as somebody with these preferences does.
function asked(state: Elicitation, preferences: AdditivePreferences, questions: number): Elicitation {
  const worth = utilityOf(preferences);
  let now = state;
  for (let i = 0; i < questions; i++) {
    const question = nextQuestion(now);
    if (question === undefined) break;
    const { a, b } = question;
    now = answered(now, worth(a) >= worth(b) ? { better: a, worse: b } : { better: b, worse: a });
  }
  return now;
}

function randomWeights(draw: () => number): readonly number[] {
  const raw = sizes.map(() => -Math.log(1 - draw()));
  const total = raw.reduce((sum, one) => sum + one, 0);
  return raw.map((one) => one / total);
}

describe("elicitation", () => {
  test("keeps only weights that add up to 1 and explain every answer", () => {
    const draw = drawing(101);
    for (let i = 0; i < 10; i++) {
      const { sample, answers } = asked(startElicitation(domain, evaluations, i), person(randomWeights(draw)), 12);
      for (const weights of sample) {
        assert.ok(Math.abs(weights.reduce((sum, one) => sum + one, 0) - 1) < 1e-9 && weights.every((one) => one >= 0));
        const worth = utilityOf(person(weights));
        for (const { better, worse } of answers) assert.ok(worth(better) >= worth(worse) - 1e-9);
      }
    }
  });

  test("finds out what somebody wants: after 15 answers outcomes are ordered as they order them, and it knows how sure it is", () => {
    const draw = drawing(102);
    let [worst, off] = [1, 0];
    for (let i = 0; i < 10; i++) {
      const truth = person(randomWeights(draw));
      const opened = startElicitation(domain, evaluations, i);
      const state = asked(opened, truth, 15);
      const { weights, spread, agreement } = elicited(state);
      const { spearman = 0 } = scoreModel(domain, utilityOf(elicitedPreferences(state)), utilityOf(truth));
      worst = Math.min(worst, spearman);
      for (const [k, weight] of weights.entries()) off += Math.abs(weight - truth.weights[k]!) / 40;
      assert.ok(agreement > 0.9 && agreement > elicited(opened).agreement, `${agreement}`);
      assert.ok(Math.max(...spread) < Math.max(...elicited(opened).spread) / 2);
    }
    assert.ok(worst > 0.97, `Spearman ${worst}`);
    // Where one issue is worth more than all others together, no answer tells by how much: the order is known, the weights are not.
    assert.ok(off < 0.02, `${off} off in the mean`);
  });

  test("asks what splits the possible weights nearly in half, and nothing that is known already", () => {
    let state = startElicitation(domain, evaluations, 3);
    const truth = person([0.4, 0.3, 0.2, 0.1]);
    for (let i = 0; i < 8; i++) {
      const { share } = nextQuestion(state)!;
      assert.ok(share > 0.4 && share < 0.6, `${share}`);
      state = asked(state, truth, 1);
    }
    const one = { issues: domain.issues.slice(0, 1) };
    assert.equal(nextQuestion(startElicitation(one, evaluations.slice(0, 1))), undefined, "one issue has all the weight");
  });

  test("of two issues the answer is exact: better with twice the first than once the second", () => {
    const two = {
      issues: [
        { name: "x", values: ["0", "1", "2"] },
        { name: "y", values: ["0", "1", "2"] },
      ],
    };
    const rows = [
      [0, 0.5, 1],
      [0, 0.5, 1],
    ];
    let state = startElicitation(two, rows);
    state = answered(state, { better: [1, 0], worse: [0, 2] }); // w/2 >= 1 - w: w is at least 2/3
    const { weights, spread } = elicited(state);
    assert.ok(state.sample.every(([w = 0]) => w >= 2 / 3 - 1e-9));
    assert.ok(
      Math.abs(weights[0]! - 5 / 6) < 0.02 && Math.abs(spread[0]! - 1 / 3 / Math.sqrt(12)) < 0.02,
      "uniform from 2/3 to 1",
    );
  });

  test("refuses an answer that contradicts those before, and goes on from where it was", () => {
    const state = answered(startElicitation(domain, evaluations), { better: [4, 0, 0, 0], worse: [0, 3, 0, 0] });
    const contradicts = (answer: Parameters<typeof answered>[1]) =>
      assert.throws(
        () => answered(state, answer),
        (thrown) => thrown instanceof NegotiationError && thrown.code === "ANSWER_CONTRADICTS",
      );
    contradicts({ better: [0, 3, 0, 0], worse: [4, 0, 0, 0] });
    contradicts({ better: [0, 0, 0, 0], worse: [1, 1, 1, 1] });
    assert.equal(answered(state, { better: [0, 3, 0, 0], worse: [0, 0, 2, 0] }).answers.length, 2);
    assert.equal(answered(state, { better: [1, 1, 1, 1], worse: [1, 1, 1, 1] }).answers.length, 2, "of equals either is better");
    assert.throws(
      () => answered(state, { better: [9, 9, 9, 9], worse: [0, 0, 0, 0] }),
      (thrown) => thrown instanceof NegotiationError && thrown.code === "OUTCOME_INVALID",
    );
  });

  test("is plain JSON, and the same seed and answers give the same questions", () => {
    const truth = person([0.1, 0.2, 0.3, 0.4]);
    const [once, again] = [1, 1].map((seed) => asked(startElicitation(domain, evaluations, seed), truth, 6));
    assert.deepEqual(once, again);
    assert.deepEqual(nextQuestion(JSON.parse(JSON.stringify(once))), nextQuestion(once!));
  });
});

test("a matrix game is solved: no row mixture that was tried is surer, and no column holds it below its value", () => {
  assert.deepEqual(solveGame([[3]]), { mixture: [1], value: 3 });
  const pennies = solveGame([
    [1, -1],
    [-1, 1],
  ]);
  assert.ok(Math.abs(pennies.value) < 1e-12 && pennies.mixture.every((one) => Math.abs(one - 0.5) < 1e-12));
  const payoff = fc.double({ min: -2, max: 2, noNaN: true });
  const game = fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 }))
    .chain(([rows, columns]) =>
      fc.array(fc.array(payoff, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
    );
  fc.assert(
    fc.property(game, fc.integer({ min: 1, max: 1e6 }), (payoffs, seed) => {
      const sure = (mixture: readonly number[]) =>
        Math.min(...payoffs[0]!.map((_, j) => mixture.reduce((sum, one, i) => sum + one * payoffs[i]![j]!, 0)));
      const { mixture, value } = solveGame(payoffs);
      assert.ok(Math.abs(mixture.reduce((sum, one) => sum + one, 0) - 1) < 1e-9);
      assert.ok(Math.abs(sure(mixture) - value) < 1e-8, `${sure(mixture)} for ${value}`);
      const draw = drawing(seed);
      for (let i = 0; i < 50; i++) {
        const raw = payoffs.map(() => draw() ** 3);
        const total = raw.reduce((sum, one) => sum + one, 0) || 1;
        assert.ok(sure(raw.map((one) => one / total)) <= value + 1e-8);
      }
    }),
    { seed: 103, numRuns: 300 },
  );
});
