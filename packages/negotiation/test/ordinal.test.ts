import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fairnessOf, NegotiationError, ordinalSurveyOf, regretOf, type Scenario, surveyOf } from "../src/index.ts";

const scenario = (evaluations: readonly (readonly number[])[], reservation = [0, 0]): Scenario => ({
  name: "one issue",
  domain: { issues: [{ name: "x", values: evaluations[0]!.map((_, v) => `${v}`) }] },
  profiles: evaluations.map((row, p) => ({
    name: `${p}`,
    preferences: { kind: "additive", weights: [1], evaluations: [row], reservation: reservation[p]! },
  })),
});

describe("solution points by rank", () => {
  test("do not change when a party stretches its utilities, as the cardinal ones do", () => {
    const even = surveyOf(
      scenario([
        [1, 0.75, 0.5, 0.25, 0],
        [0, 0.25, 0.5, 0.75, 1],
      ]),
    );
    const stretched = surveyOf(
      scenario([
        [1, 0.15, 0.1, 0.05, 0],
        [0, 0.25, 0.5, 0.75, 1],
      ]),
    );
    const middle = (survey: typeof even) => {
      const ordinal = ordinalSurveyOf(survey);
      return ordinal.solutions!.kalai.places.map((at) => ordinal.front.outcome(at));
    };
    assert.deepEqual(middle(even), [[2]]);
    assert.deepEqual(middle(stretched), [[2]]);
    assert.deepEqual(stretched.front.outcome(stretched.solutions!.kalai.places[0]!), [1], "by utilities it moved");
  });

  test("rank the share of the others that is liked less, ties counting half, and the reservation as it stands among them", () => {
    const ordinal = ordinalSurveyOf(
      surveyOf(
        scenario(
          [
            [1, 0.5, 0.5, 0],
            [0, 0.2, 0.9, 1],
          ],
          [0.5, 0.2],
        ),
      ),
    );
    assert.deepEqual(ordinal.ranked([0.5, 1]), [0.5, 1]);
    assert.deepEqual(ordinal.reservation, [1 / 3, 1 / 3]);
    const rational = ordinal.solutions!.welfare.places.map((at) => ordinal.front.outcome(at));
    assert.deepEqual(rational, [[2]]);
  });

  test("are refused where outcomes cannot be counted", () => {
    const issues = Array.from({ length: 30 }, (_, k) => ({ name: `${k}`, values: ["0", "1"] }));
    const profile = (name: string, row: number[]) => ({
      name,
      preferences: { kind: "additive" as const, weights: issues.map(() => 1 / 30), evaluations: issues.map(() => row) },
    });
    const large = surveyOf({ name: "large", domain: { issues }, profiles: [profile("a", [0, 1]), profile("b", [1, 0])] });
    assert.throws(
      () => ordinalSurveyOf(large),
      (thrown) => thrown instanceof NegotiationError && thrown.code === "TOO_MANY_OUTCOMES",
    );
  });
});

test("a deal at any of the fair points is wholly fair, and regret is what a rational outcome would have brought at best", () => {
  const survey = surveyOf(
    scenario(
      [
        [1, 0.7, 0.4, 0],
        [0, 0.6, 0.8, 1],
      ],
      [0.3, 0.3],
    ),
  );
  assert.equal(fairnessOf(survey, [0.7, 0.6]), 1);
  assert.ok(fairnessOf(survey, [0, 1])! < 0.5);
  const regret = regretOf(survey, [0.4, 0.8])!;
  assert.ok(Math.abs(regret[0]! - 0.3) < 1e-12 && regret[1] === 0, "the outcomes at the ends are rational for one alone");
  const hopeless = surveyOf(
    scenario(
      [
        [1, 0],
        [0, 1],
      ],
      [0.9, 0.9],
    ),
  );
  assert.equal(fairnessOf(hopeless, [0, 1]), undefined);
  assert.equal(regretOf(hopeless, [0, 1]), undefined);
});
