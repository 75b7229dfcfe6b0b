import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { assess, type Scenario, shippedStrategies, surveyOf, worthOf, yieldOf } from "../src/index.ts";

// Two issues of two values; each party cares most for another one.
const scenario: Scenario = {
  name: "logrolling",
  domain: {
    issues: [
      { name: "x", values: ["0", "1"] },
      { name: "y", values: ["0", "1"] },
    ],
  },
  profiles: [
    {
      name: "a",
      preferences: {
        kind: "additive",
        weights: [0.8, 0.2],
        evaluations: [
          [1, 0],
          [1, 0],
        ],
        reservation: 0.1,
      },
    },
    {
      name: "b",
      preferences: {
        kind: "additive",
        weights: [0.2, 0.8],
        evaluations: [
          [0, 1],
          [0, 1],
        ],
      },
    },
  ],
};

describe("a survey", () => {
  const survey = surveyOf(scenario);

  test("knows the best of each party, its reservation, and what yielding fully would leave it", () => {
    assert.deepEqual(
      [survey.best, survey.reservation],
      [
        [1, 1],
        [0.1, 0],
      ],
    );
    assert.deepEqual(yieldOf(survey, 0), { best: 1, full: 0 });
    assert.deepEqual(worthOf(survey, [0, 1]), [0.8, 0.8]);
  });

  test("gives optimality 1 at a solution, 0 at what is farthest from it, and what lies between in proportion", () => {
    const at = (utilities: readonly number[]) => assess(survey, utilities).nash!;
    assert.deepEqual(at([0.8, 0.8]), { distance: 0, optimality: 1 });
    // Of the outcomes (1, 0), (0.8, 0.8), (0.2, 0.2), (0, 1) these are the two farthest from (0.8, 0.8), and (0.2, 0.2) is farther still.
    assert.ok(Math.abs(at([0.2, 0.2]).optimality) < 1e-12);
    assert.ok(Math.abs(at([1, 0]).optimality - (1 - Math.hypot(0.2, 0.8) / Math.hypot(0.6, 0.6))) < 1e-12);
    assert.equal(assess(survey, [1, 0]).pareto.optimality, 1);
  });

  test("of a space too large to enumerate never claims more than it has: 1 at the point, and below 1 elsewhere", () => {
    const issues = Array.from({ length: 20 }, (_, k) => ({ name: `${k}`, values: ["0", "1", "2"] }));
    const row = (p: number) => (p === 0 ? [1, 0.6, 0] : [0, 0.6, 1]);
    const large: Scenario = {
      name: "large",
      domain: { issues },
      profiles: [0, 1].map((p) => ({
        name: `${p}`,
        preferences: { kind: "additive", weights: issues.map(() => 1 / 20), evaluations: issues.map(() => row(p)) },
      })),
    };
    const survey = surveyOf(large);
    const nash = survey.front.points[survey.solutions!.nash.places[0]!]!;
    assert.equal(assess(survey, nash).nash!.optimality, 1);
    const { optimality } = assess(survey, [1, 0]).nash!;
    assert.ok(optimality > 0 && optimality < 1, `${optimality}`);
  });
});

test("every strategy of the folder is shipped", () => {
  const files = readdirSync(join(import.meta.dirname, "../src/strategies"))
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -3));
  assert.deepEqual(
    shippedStrategies.map(({ name }) => name),
    files.toSorted(),
  );
});
