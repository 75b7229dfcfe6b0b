import {
  type AdditivePreferences,
  bestOf,
  bilateralFront,
  frontByEnumeration,
  oppositionOf,
  paretoFront,
  reservationOf,
  solutionsOf,
} from "@entente/negotiation";
import { type Row, row } from "../contract.ts";
import { drawing } from "./drawing.ts";
import type { Case } from "./pairs.ts";

/** Solution points against the reference, and merging against enumeration, in turns. */
export function frontRows(cases: readonly Case[]): readonly Row[] {
  let [wrong, unlike, merging, enumerating] = [0, 0, 0, 0];
  for (const { id, scenario, expected } of cases) {
    const preferences = scenario.profiles.map((profile) => profile.preferences);
    const additive = preferences.filter((one): one is AdditivePreferences => one.kind === "additive");
    let start = performance.now();
    const front = paretoFront(scenario);
    merging += performance.now() - start;
    start = performance.now();
    const all = frontByEnumeration(scenario.domain, preferences);
    enumerating += performance.now() - start;
    if (front.points.length !== all.points.length) unlike += 1;
    const solutions = solutionsOf(front, preferences.map(reservationOf), additive.map(bestOf));
    const pairs: readonly (readonly [number | undefined, number | undefined])[] = [
      [solutions?.nash.value, expected.nash?.product],
      [solutions?.kalai.value, expected.kalai?.min_gain],
      [solutions?.kalaiSmorodinsky.value, expected.kalai_smorodinsky?.min_relative_gain],
      [solutions?.welfare.value, expected.max_welfare?.sum],
      [oppositionOf(front), expected.opposition],
    ];
    if (pairs.every(([ours, theirs]) => alike(ours, theirs))) continue;
    wrong += 1;
    console.log(`${id}, ${scenario.name}: ${pairs.map(([ours, theirs]) => `${ours} (expected ${theirs})`).join(", ")}`);
  }
  return [
    row("scenarios whose solution points are as expected", cases.length - wrong, `of ${cases.length}`, ">=", cases.length),
    row("scenarios whose front differs from full enumeration", unlike, "", "<=", 0),
    row("fronts by merging, all scenarios", merging, "ms"),
    row("fronts by enumeration / by merging", enumerating / merging, "x", ">=", 40),
    row(
      "front of 10^10 outcomes",
      best(() => random(10, 10)),
      "ms",
      "<=",
      1,
    ),
    row(
      "front of 10^50 outcomes",
      best(() => random(50, 10)),
      "ms",
      "<=",
      20,
    ),
  ];
}

// The reference states six digits.
function alike(ours: number | undefined, theirs: number | undefined): boolean {
  if (ours === undefined || theirs === undefined) return ours === theirs;
  return Math.abs(Math.round(ours * 1e6) - Math.round(theirs * 1e6)) <= 1;
}

function best(make: () => readonly [AdditivePreferences, AdditivePreferences]): number {
  const [a, b] = make();
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 9; turn++) {
    const start = performance.now();
    bilateralFront(a, b);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function random(issues: number, values: number): readonly [AdditivePreferences, AdditivePreferences] {
  const draw = drawing(20261124);
  const one = (): AdditivePreferences => {
    const weights = Array.from({ length: issues }, draw);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return {
      kind: "additive",
      weights: weights.map((weight) => weight / sum),
      evaluations: weights.map(() => Array.from({ length: values }, draw)),
    };
  };
  return [one(), one()];
}
