import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { chiSquareTail, upperGamma } from "../src/bargaining/chi-square.ts";
import { drawing } from "../src/draw.ts";
import {
  type AdditivePreferences,
  bargain,
  boulware,
  FrequencyModel,
  kendall,
  linear,
  scoreModel,
  spearman,
  utilityOf,
  WindowedFrequencyModel,
} from "../src/index.ts";

const near = (value: number | undefined, wanted: number, within = 1e-9) =>
  assert.ok(value !== undefined && Math.abs(value - wanted) <= within, `${value} for ${wanted}`);

describe("the chi-square test", () => {
  test("gives the tail of known values", () => {
    // The 5 % points of the tables, and two closed forms: Q(1, x) = e^-x, and Q(1/2, x) at the normal distribution's 1.96.
    for (const [freedom, point] of [
      [1, 3.841459],
      [2, 5.991465],
      [3, 7.814728],
      [10, 18.307038],
      [30, 43.772972],
    ] as const)
      near(upperGamma(freedom / 2, point / 2), 0.05, 1e-7);
    for (const x of [0.1, 1, 3, 20]) near(upperGamma(1, x), Math.exp(-x), 1e-12);
    near(upperGamma(0.5, 1.959963985 ** 2 / 2), 0.05, 1e-8);
  });

  test("finds what is as expected likely, and what is not unlikely", () => {
    assert.equal(chiSquareTail([5, 5], [5, 5]), 1);
    near(chiSquareTail([8, 2], [5, 5]), 0.0577795711, 1e-8);
    assert.equal(chiSquareTail([9], [9]), 1, "one value says nothing");
  });
});

describe("rank correlation", () => {
  test("is 1 for the same order, -1 for the opposite one, and as published with ties", () => {
    near(spearman([1, 2, 3, 4], [10, 20, 30, 400]), 1);
    near(kendall([1, 2, 3, 4], [4, 3, 2, 1]), -1);
    near(kendall([1, 2, 2, 3], [1, 3, 2, 2]), (3 - 1) / Math.sqrt(5 * 5));
    // Ranks 1, 2.5, 2.5, 4 and 1, 2, 3.5, 3.5: their deviations multiply to 3.75 and square to 4.5 each.
    near(spearman([1, 2, 2, 3], [1, 2, 3, 3]), 3.75 / 4.5);
    assert.equal(kendall([1, 1, 1], [1, 2, 3]), undefined);
    assert.equal(spearman([1, 1, 1], [1, 2, 3]), undefined);
  });

  test("by merging is Kendall's by counting all pairs", () => {
    const value = fc.integer({ min: 0, max: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 40 }), (pairs) => {
        const [x, y] = [pairs.map(([one]) => one), pairs.map(([, one]) => one)];
        let [agree, tiedX, tiedY, all] = [0, 0, 0, 0];
        for (let i = 0; i < x.length; i++)
          for (let j = 0; j < i; j++) {
            all += 1;
            agree += Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!);
            if (x[i] === x[j]) tiedX += 1;
            if (y[i] === y[j]) tiedY += 1;
          }
        const scale = Math.sqrt((all - tiedX) * (all - tiedY));
        const found = kendall(x, y);
        if (scale === 0) assert.equal(found, undefined);
        else near(found, agree / scale);
      }),
      { seed: 91, numRuns: 500 },
    );
  });
});

const sizes = [4, 3, 5, 3];
const domain = { issues: sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) })) };

test("the frequency model's estimate as preferences is worth what it says of any outcome", () => {
  const domain = {
    issues: [2, 3, 4].map((count, k) => ({ name: `i${k}`, values: Array.from({ length: count }, (_, v) => `${v}`) })),
  };
  const model = new FrequencyModel(domain);
  const draw = drawing(5);
  const random = () => domain.issues.map(({ values }) => Math.floor(draw() * values.length));
  for (let k = 0; k < 30; k++) model.heard(random(), k / 30);
  const utility = utilityOf(model.preferences());
  for (let k = 0; k < 100; k++) {
    const outcome = random();
    near(utility(outcome), model.utility(outcome), 1e-12);
  }
});

describe("the windowed frequency model", () => {
  test("raises the weights of issues that stay while others are conceded", () => {
    const model = new WindowedFrequencyModel(domain);
    for (let i = 0; i < 5; i++) model.heard([0, 0, 0, 0], 0.1);
    for (let i = 0; i < 5; i++) model.heard([0, 0, 4, 0], 0.2);
    const { weights } = model;
    near(
      weights.reduce((sum, one) => sum + one, 0),
      1,
    );
    assert.ok(weights[0]! > 0.3 && weights[2]! < 0.02, `${weights}`);
    near(weights[0], weights[1]!);
  });

  test("takes repeated offers for nothing, where the plain model takes them for importance; and learns less as time passes", () => {
    const model = new WindowedFrequencyModel(domain);
    for (let i = 0; i < 40; i++) model.heard([0, 0, 0, 0], i / 40);
    for (const weight of model.weights) near(weight, 0.25);
    const at = (t: number) => {
      const one = new WindowedFrequencyModel(domain);
      for (let i = 0; i < 5; i++) one.heard([0, 0, 0, 0], 0);
      for (let i = 0; i < 5; i++) one.heard([0, 0, 4, 0], t);
      return one.weights[2]!;
    };
    assert.ok(at(0.1) < at(0.99) && at(0.99) < at(1));
    near(at(1), 0.25);
  });

  test("estimates 1 for what was always offered, and at least 0 for anything", () => {
    const model = new WindowedFrequencyModel(domain);
    for (let i = 0; i < 10; i++) model.heard([1, 1, 1, 1], 0.5);
    near(model.utility([1, 1, 1, 1]), 1);
    assert.ok(model.utility([0, 0, 0, 0]) < model.utility([1, 0, 0, 0]) && model.utility([0, 0, 0, 0]) > 0);
  });
});

test("both models order the outcomes of opponents that concede as these do, far above chance, and knowing scores 1", () => {
  const draw = drawing(92);
  const scores: Record<string, number[]> = { plain: [], windowed: [] };
  for (let i = 0; i < 12; i++) {
    const profile = (): AdditivePreferences => ({
      kind: "additive",
      weights: [0.5, 0.3, 0.15, 0.05].toSorted(() => draw() - 0.5),
      evaluations: sizes.map((size) => Array.from({ length: size }, draw)),
    });
    const preferences = [profile(), profile()];
    const scenario = { name: `${i}`, domain, profiles: preferences.map((one, p) => ({ name: `${p}`, preferences: one })) };
    const { path } = bargain(scenario, [boulware, linear], { rounds: 100 });
    const truth = utilityOf(preferences[1]!);
    for (const [name, model] of [
      ["plain", new FrequencyModel(domain)],
      ["windowed", new WindowedFrequencyModel(domain)],
    ] as const) {
      for (const { by, outcome, round } of path) if (by === 1) model.heard(outcome, round / 100);
      const score = scoreModel(domain, (outcome) => model.utility(outcome), truth);
      scores[name]!.push(score.spearman ?? 0);
      assert.ok(score.rmse < 0.6);
    }
    const known = scoreModel(domain, truth, truth);
    near(known.spearman, 1);
    near(known.kendall, 1);
    assert.equal(known.rmse, 0);
  }
  for (const [name, found] of Object.entries(scores)) {
    const mean = found.reduce((sum, one) => sum + one, 0) / found.length;
    assert.ok(mean > 0.6, `${name}: ${mean}`);
  }
});
