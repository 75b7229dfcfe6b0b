import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { drawing } from "../src/draw.ts";
import { bargain, deadlineMicro, rankOutcomes, type Scenario, type Strategy, tournament, utilityOf } from "../src/index.ts";

const folder = join(import.meta.dirname, "../src/strategies");
const strategies: Strategy[] = [];
for (const file of readdirSync(folder).filter((one) => one.endsWith(".ts"))) {
  const { default: strategy } = (await import(join(folder, file))) as { default: Strategy }; // why: a glob has no static type
  assert.equal(strategy.name, file.slice(0, -3), "a strategy has the name of its file");
  strategies.push(strategy);
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const scenario: fc.Arbitrary<Scenario> = fc
  .tuple(fc.integer({ min: 2, max: 3 }), fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }))
  .chain(([parties, sizes]) =>
    fc
      .array(
        fc.tuple(
          fc.tuple(...sizes.map(() => unit)),
          fc.tuple(...sizes.map((size) => fc.array(unit, { minLength: size, maxLength: size }))),
          unit,
        ),
        {
          minLength: parties,
          maxLength: parties,
        },
      )
      .map((given) => ({
        name: "random",
        domain: { issues: sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) })) },
        profiles: given.map(([weights, evaluations, reservation], p) => ({
          name: `${p}`,
          preferences: { kind: "additive" as const, weights, evaluations, reservation: reservation * 0.8 },
        })),
      })),
  );

for (const strategy of strategies)
  test(`${strategy.name}: never offers or accepts below its reservation, ends in time, and the same seed plays the same session`, () => {
    fc.assert(
      fc.property(
        scenario,
        fc.array(fc.nat(strategies.length - 1), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat(1000),
        (given, others, rounds, seed) => {
          const seats = given.profiles.map((_, p) => (p === 0 ? strategy : strategies[others[p]!]!));
          const first = bargain(given, seats, { rounds, seed });
          const { preferences } = given.profiles[0]!;
          const [worth, least] = [utilityOf(preferences), preferences.reservation ?? 0];
          for (const step of first.path) if (step.by === 0) assert.ok(worth(step.outcome) >= least - 1e-9);
          if (first.result.agreed !== undefined) assert.ok(worth(first.result.agreed) >= least - 1e-9);
          assert.ok(first.result.round <= rounds);
          assert.deepEqual(bargain(given, seats, { rounds, seed }), first);
        },
      ),
      { seed: 51, numRuns: 150 },
    );
  });

test("a party for whom nothing is rational ends the session", () => {
  const [given] = fc.sample(scenario, { seed: 52, numRuns: 1 });
  const hopeless = {
    ...given!,
    profiles: given!.profiles.map((one) => ({ ...one, preferences: { ...one.preferences, reservation: 99 } })),
  };
  const { result } = bargain(
    hopeless,
    hopeless.profiles.map(() => deadlineMicro),
  );
  assert.deepEqual(result, { outcome: "no-deal", reason: "ended", by: "0", round: 0 });
});

test("a bidder finds outcomes near every utility also where there are 10^30", () => {
  const issues = Array.from({ length: 30 }, (_, k) => ({ name: `${k}`, values: Array.from({ length: 10 }, (_x, v) => `${v}`) }));
  const draws = Array.from({ length: 330 }, drawing(53));
  const weights = draws.slice(0, 30).map((one) => one / 30);
  const evaluations = weights.map((_, k) => draws.slice(30 + k * 10, 40 + k * 10));
  const preferences = { kind: "additive" as const, weights, evaluations };
  const ranking = rankOutcomes({ issues }, preferences);
  const worth = utilityOf(preferences);
  const [best, least] = [ranking.utility(0), ranking.utility(ranking.count - 1)];
  assert.ok(Math.abs(best - evaluations.reduce((sum, row, k) => sum + weights[k]! * Math.max(...row), 0)) < 0.01);
  for (let share = 0.01; share < 1; share += 0.01) {
    const target = least + (best - least) * share;
    const place = ranking.lastAtLeast(target);
    assert.ok(ranking.utility(place) >= target && ranking.utility(place) < target + 0.01, `${target}: ${ranking.utility(place)}`);
    assert.ok(Math.abs(worth(ranking.outcome(place)) - ranking.utility(place)) < 1e-9);
  }
});

test("the default makes deals with every strategy, near the front, and no worse for itself than Boulware", () => {
  const draw = drawing(54);
  const sizes = [5, 4, 6, 3];
  const profile = (name: string) => ({
    name,
    preferences: {
      kind: "additive" as const,
      weights: sizes.map(() => draw() / 2),
      evaluations: sizes.map((size) => Array.from({ length: size }, draw)),
      reservation: draw() * 0.3,
    },
  });
  const issues = sizes.map((size, k) => ({ name: `${k}`, values: Array.from({ length: size }, (_, v) => `${v}`) }));
  const scenarios = Array.from({ length: 60 }, (_, i) => ({
    name: `${i}`,
    domain: { issues },
    profiles: [profile("a"), profile("b")],
  }));
  const { rows, seats } = tournament(scenarios, strategies, { rounds: 50 });
  const of = (name: string) => rows.find((row) => row.strategy === name)!;
  const ours = of("deadline-micro");
  assert.equal(seats.length, 2 * scenarios.length * strategies.length ** 2);
  assert.ok(ours.agreement >= 0.95, `${ours.agreement}`);
  assert.ok(ours.paretoDistance.mean <= 0.02, `${ours.paretoDistance.mean}`);
  assert.ok(ours.utility.mean >= of("boulware").utility.mean, `${ours.utility.mean}, ${of("boulware").utility.mean}`);
  assert.ok(ours.utility.low < ours.utility.mean && ours.utility.mean < ours.utility.high);
});
