import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import fc from "fast-check";
import { drawing } from "../src/draw.ts";
import {
  type AdditivePreferences,
  bestOf,
  bilateralFront,
  distanceTo,
  frontByEnumeration,
  NegotiationError,
  oppositionOf,
  type Preferences,
  paretoFront,
  readScenarios,
  reservationOf,
  type Scenario,
  type ScenarioFile,
  solutionsOf,
  utilityOf,
} from "../src/index.ts";
import { sharedData } from "./shared-data.ts";

const share = fc.integer({ min: 0, max: 20 }).map((one) => one / 20); // coarse, so that ties are common
const scenario = (parties: number): fc.Arbitrary<Scenario> =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }).chain((sizes) =>
    fc
      .array(
        fc.tuple(
          fc.tuple(...sizes.map(() => share)),
          fc.tuple(...sizes.map((size) => fc.array(share, { minLength: size, maxLength: size }))),
        ),
        {
          minLength: parties,
          maxLength: parties,
        },
      )
      .map((given) => ({
        name: "random",
        domain: { issues: sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) })) },
        profiles: given.map(([weights, evaluations], p) => ({
          name: `${p}`,
          preferences: { kind: "additive" as const, weights, evaluations },
        })),
      })),
  );

describe("the Pareto front", () => {
  for (const parties of [2, 3, 4])
    test(`by merging is the front by enumeration, for ${parties} parties, and its outcomes have its utilities`, () => {
      fc.assert(
        fc.property(scenario(parties), (given) => {
          const preferences = given.profiles.map((one) => one.preferences);
          const [merged, all] = [paretoFront(given), frontByEnumeration(given.domain, preferences)];
          const sorted = (points: readonly (readonly number[])[]) =>
            points.map((one) => one.map((u) => u.toFixed(9)).join()).toSorted();
          assert.deepEqual(sorted(merged.points), sorted(all.points));
          assert.equal(merged.error, 0);
          for (const [i, point] of merged.points.entries())
            for (const [p, one] of preferences.entries())
              assert.ok(Math.abs(utilityOf(one)(merged.outcome(i)) - point[p]!) < 1e-9);
        }),
        { seed: 41, numRuns: 300 },
      );
    });

  test("is thinned where it would explode, and lies nowhere further below the true one than it says", () => {
    const draw = drawing(42);
    const draws = Array.from({ length: 200 }, draw);
    const weights = draws.slice(0, 6).map((one) => one / 6);
    const rows = weights.map((_, k) => draws.slice(20 + k * 6, 26 + k * 6));
    const a: AdditivePreferences = { kind: "additive", weights, evaluations: rows };
    const b: AdditivePreferences = { kind: "additive", weights, evaluations: rows.map((row) => row.map((one) => 1 - one)) };
    const [exact, thin] = [bilateralFront(a, b), bilateralFront(a, b, 500)];
    assert.ok(exact.first.length > 10_000 && thin.first.length <= 1000, `${exact.first.length}, ${thin.first.length}`);
    assert.ok(exact.error === 0 && thin.error > 0);
    for (let i = 0; i < exact.first.length; i += 97) {
      const near = thin.first.some(
        (one, at) => one >= exact.first[i]! - thin.error - 1e-9 && thin.second[at]! >= exact.second[i]! - thin.error - 1e-9,
      );
      assert.ok(near, `${exact.first[i]}, ${exact.second[i]}`);
    }
  });

  test("of preferences that are not additive is found by enumeration, and refused where that would never end", () => {
    const domain = { issues: [{ name: "x", values: ["0", "1", "2"] }] };
    const boxes: Preferences = {
      kind: "constraints",
      constraints: [
        { low: [1], high: [2], worth: 3 },
        { low: [2], high: [2], worth: 1 },
      ],
    };
    const other: Preferences = { kind: "function", utility: ([x = 0]) => 1 - x / 2 };
    const front = paretoFront({
      name: "mixed",
      domain,
      profiles: [
        { name: "a", preferences: boxes },
        { name: "b", preferences: other },
      ],
    });
    assert.deepEqual(front.points, [
      [1, 0],
      [0.75, 0.5],
      [0, 1],
    ]);
    const large = { issues: Array.from({ length: 30 }, (_, k) => ({ name: `${k}`, values: ["0", "1"] })) };
    assert.throws(
      () => frontByEnumeration(large, [other]),
      (thrown: unknown) => thrown instanceof NegotiationError && thrown.code === "TOO_MANY_OUTCOMES",
    );
  });
});

test("solution points of a known problem: Nash, Kalai, Kalai-Smorodinsky and welfare differ and are where they belong", () => {
  const points = [
    [1, 0.1],
    [0.8, 0.5],
    [0.6, 0.6],
    [0.1, 0.9],
  ];
  const front = { points, outcome: () => [], error: 0 };
  const found = solutionsOf(front, [0, 0], [1, 0.9])!;
  assert.deepEqual([found.nash.places, found.kalai.places, found.welfare.places], [[1], [2], [1]]);
  assert.deepEqual(found.kalaiSmorodinsky.places, [2]);
  assert.equal(solutionsOf(front, [0.9, 0.9], [1, 0.9]), undefined, "nothing is rational for both");
  assert.equal(distanceTo(front, [0.8, 0.5]), 0);
  assert.ok(Math.abs(oppositionOf(front) - Math.hypot(0.2, 0.5)) < 1e-12);
});

// In the data these two variants carry the preferences of variant A, but their answers were computed from others: full enumeration of the
// data itself gives our values.
const inconsistent = new Set(["anac2012-Camera B", "anac2012-Camera C"]);

for (const name of ["anac-2010-2012", "negolog", "generated"]) {
  const [file, answers] = [sharedData(`negotiation/scenarios-${name}.json`), sharedData(`negotiation/expected-${name}.json`)];
  test(`solution points and opposition of every scenario of ${name} are the reference's`, {
    skip: file === undefined && "no shared data here",
  }, () => {
    const expected = JSON.parse(readFileSync(answers!, "utf8"));
    for (const one of JSON.parse(readFileSync(file!, "utf8")) as ScenarioFile[])
      for (const given of readScenarios(one)) {
        const answer = expected.find((x: { id: string; variant: string }) => x.id === one.id && x.variant === given.name);
        const preferences = given.profiles.map((profile) => profile.preferences as AdditivePreferences); // why: the file's are additive
        const front = paretoFront(given);
        const found = solutionsOf(front, preferences.map(reservationOf), preferences.map(bestOf));
        const ours = [
          found?.nash.value,
          found?.kalai.value,
          found?.kalaiSmorodinsky.value,
          found?.welfare.value,
          oppositionOf(front),
        ];
        const theirs = [
          answer.nash?.product,
          answer.kalai?.min_gain,
          answer.kalai_smorodinsky?.min_relative_gain,
          answer.max_welfare?.sum,
          answer.opposition,
        ];
        const alike = ours.every((value, i) =>
          value === undefined ? theirs[i] === undefined : Math.abs(value - theirs[i]) < 1.01e-6,
        );
        assert.equal(alike, !inconsistent.has(`${one.id} ${given.name}`), `${one.id} ${given.name}: ${ours} for ${theirs}`);
      }
  });
}
