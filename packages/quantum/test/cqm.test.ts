import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Cqm,
  cqmBits,
  cqmFrom,
  energyOf,
  evaluated,
  firstPenalties,
  type Progress,
  penalised,
  QuantumError,
  solve,
  solveCqm,
  surePenalties,
  type VariableInput,
} from "../src/index.ts";
import { coefficientsOf } from "../src/models/bit-encoding.ts";
import { commonUnit } from "../src/models/common-unit.ts";
import { type CqmShape, everyCqmSample, randomCqm } from "./cqms.ts";

const coded = (code: string, text?: RegExp) => (e: unknown) =>
  e instanceof QuantumError && e.code === code && (text?.test(e.message) ?? true);
const close = (a: number, b: number) => assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

function optimum(cqm: Cqm): number {
  let best = Number.POSITIVE_INFINITY;
  for (const sample of everyCqmSample(cqm)) {
    const { feasible, energy } = evaluated(cqm, sample);
    if (feasible) best = Math.min(best, energy);
  }
  return best;
}

const binaries = (...labels: string[]): VariableInput[] => labels.map((label) => ({ label, kind: "binary" }));

test("an evaluation gives the objective, the price of soft constraints, and every violation with its size", () => {
  const cqm = cqmFrom({
    variables: [...binaries("x"), { label: "s", kind: "spin" }, { label: "n", kind: "integer", lower: -2, upper: 5 }],
    objective: {
      offset: 1,
      linear: [["x", 2]],
      quadratic: [
        ["n", "n", 1],
        ["x", "x", 3],
        ["s", "s", 4],
        ["n", "s", -1],
      ],
    },
    constraints: [
      { label: "small", linear: [["n", 1]], sense: "<=", right: 3 },
      { label: "wish", linear: [["n", 1]], sense: "==", right: 1, soft: { weight: 2, penalty: "quadratic" } },
      { label: "hope", linear: [["x", 1]], sense: "<=", right: 0, soft: { weight: 5, penalty: "linear" } },
    ],
  });
  const { objective, energy, feasible, violations } = evaluated(cqm, [1, -1, 4]);
  assert.deepEqual([objective, energy, feasible], [1 + 2 + 16 + 3 + 4 + 4, 30 + 2 * 9 + 5, false]);
  assert.deepEqual(violations, [
    { constraint: "small", soft: false, left: 4, by: 1 },
    { constraint: "wish", soft: true, left: 4, by: 3 },
    { constraint: "hope", soft: true, left: 1, by: 1 },
  ]);
  assert.equal(evaluated(cqm, [0, 1, 3]).feasible, true);
  assert.throws(() => evaluated(cqm, [0, 0, 3]), coded("SAMPLE_INVALID", /spin/));
  assert.throws(() => evaluated(cqm, [0, 1, 2.5]), coded("SAMPLE_INVALID", /integer from -2 to 5/));
  assert.throws(() => evaluated(cqm, [0, 1, Number.NaN]), coded("SAMPLE_INVALID"));
});

test("a violation within the tolerance is none", () => {
  const cqm = cqmFrom({
    variables: [{ label: "r", kind: "real", upper: 1000 }],
    constraints: [{ label: "c", linear: [["r", 1]], sense: "<=", right: 100 }],
  });
  assert.equal(evaluated(cqm, [100.00005]).feasible, true);
  assert.equal(evaluated(cqm, [100.001]).feasible, false);
  assert.equal(evaluated(cqm, [100.001], { absolute: 0.01 }).feasible, true);
});

const bad: [string, RegExp, () => Cqm][] = [
  ["a label given twice", /each label once/, () => cqmFrom({ variables: binaries("x", "x") })],
  ["an unknown kind", /kind/, () => cqmFrom({ variables: [{ label: "x", kind: "ternary" as "binary" }] })], // why: bad on purpose
  ["bounds the wrong way round", /upper/, () => cqmFrom({ variables: [{ label: "n", kind: "integer", lower: 2, upper: 1 }] })],
  [
    "an integer range without an integer",
    /upper/,
    () => cqmFrom({ variables: [{ label: "n", kind: "integer", lower: 0.2, upper: 0.8 }] }),
  ],
  ["a bound that is no number", /lower/, () => cqmFrom({ variables: [{ label: "r", kind: "real", lower: Number.NaN }] })],
  [
    "an unknown variable",
    /a variable of the model; got "y"/,
    () => cqmFrom({ variables: binaries("x"), objective: { linear: [["y", 1]] } }),
  ],
  [
    "an infinite bias",
    /finite/,
    () => cqmFrom({ variables: binaries("x"), objective: { linear: [["x", Number.POSITIVE_INFINITY]] } }),
  ],
  [
    "an unknown sense",
    /sense/,
    () => cqmFrom({ variables: binaries("x"), constraints: [{ label: "c", linear: [["x", 1]], sense: "<" as "<=", right: 1 }] }), // why: bad on purpose
  ],
  [
    "a soft weight of 0",
    /weight/,
    () =>
      cqmFrom({
        variables: binaries("x"),
        constraints: [{ label: "c", linear: [["x", 1]], sense: "<=", right: 0, soft: { weight: 0, penalty: "linear" } }],
      }),
  ],
  [
    "discrete groups that overlap",
    /no other discrete group/,
    () =>
      cqmFrom({
        variables: binaries("x", "y", "z"),
        discrete: [
          { label: 1, variables: ["x", "y"] },
          { label: 2, variables: ["y", "z"] },
        ],
      }),
  ],
  [
    "a discrete group of an integer",
    /binaries alone/,
    () => cqmFrom({ variables: [{ label: "n", kind: "integer", upper: 1 }], discrete: [{ label: 1, variables: ["n"] }] }),
  ],
];
for (const [what, text, make] of bad) test(`${what} is refused`, () => assert.throws(make, coded("CQM_INVALID", text)));

test("integer coefficients reach exactly the values of the range", () => {
  for (const range of [0, 1, 2, 5, 6, 7, 8, 100]) {
    const sums = new Set([0]);
    for (const c of coefficientsOf(range, 1)) for (const sum of [...sums]) sums.add(sum + c);
    assert.deepEqual(
      [...sums].sort((a, b) => a - b),
      Array.from({ length: range + 1 }, (_, k) => k),
    );
  }
  assert.deepEqual(
    coefficientsOf(1, 0.3).map((c) => c.toFixed(2)),
    ["0.30", "0.60", "0.10"],
  );
});

test("the common unit divides every value, and is undefined without one", () => {
  assert.deepEqual([[6, -9], [0.25, 1.5], [0, 4], []].map(commonUnit), [3, 0.25, 4, 1]);
  assert.equal(commonUnit([0.1, 0.2, 0.3]), 0.1);
  assert.equal(commonUnit([1, Math.PI]), undefined);
});

const shapes: [string, CqmShape][] = [
  ["linear constraints", {}],
  ["soft constraints", { soft: true }],
  ["a discrete group", { discrete: true }],
  ["a quadratic constraint", { quadraticConstraints: true }],
];

test("the bits under sure penalties have the constrained optimum as their lowest energy, for linear, soft and discrete constraints", async () => {
  let compared = 0;
  for (let seed = 0; seed < 25; seed++) {
    const cqm = randomCqm(seed, { soft: seed % 2 === 0, discrete: true });
    const bits = cqmBits(cqm);
    if (bits.names.length > 22) continue;
    compared++;
    const model = penalised(bits, surePenalties(bits));
    close(await lowestByGrayCode(model), optimum(cqm));
  }
  assert.ok(compared >= 8, `only ${compared} models were small enough`);
});

for (const [what, shape] of shapes) {
  test(`solving with ${what} gives the optimum that trying every sample gives`, async () => {
    for (let seed = 0; seed < 8; seed++) {
      const cqm = randomCqm(seed, shape);
      const solution = await solveCqm(cqm, { seed: 3, reads: 40 });
      assert.equal(solution.feasible, true, `seed ${seed}`);
      close(solution.energy, optimum(cqm));
      assert.deepEqual(evaluated(cqm, solution.sample).violations, solution.violations);
    }
  });
}

test("penalties that are too small are raised, for the broken constraints alone, until the lowest sample is feasible", async () => {
  // Taking two of the near-worthless and none of the dear would pay under the first penalty: the quadratic reward is a sum of many terms.
  const labels = Array.from({ length: 12 }, (_, i) => `x${i}`);
  const cqm = cqmFrom({
    variables: binaries(...labels, "free"),
    objective: {
      linear: [["free", -1]],
      quadratic: labels.flatMap((u, i) => labels.slice(i + 1).map((v): [string, string, number] => [u, v, -1])),
    },
    constraints: [
      { label: "three", linear: labels.map((v) => [v, 1]), sense: "==", right: 3 },
      {
        label: "free",
        linear: [
          ["free", 1],
          ["x0", 1],
        ],
        sense: "<=",
        right: 2,
      },
    ],
  });
  const solution = await solveCqm(cqm, { solver: "exact" });
  assert.deepEqual([solution.feasible, solution.energy], [true, -4]);
  assert.ok(solution.rounds.length > 1);
  assert.deepEqual(solution.rounds[0]!.broken, ["three"]);
  assert.ok(solution.rounds.at(-1)!.penalties.get("three")! >= 2 * solution.rounds[0]!.penalties.get("three")!);
  assert.equal(solution.rounds.at(-1)!.lowestFeasible, true);
  assert.equal(solution.provenance.solver, "exact");
});

test("a problem without a feasible sample ends as impossible once every sample was tried, naming the broken constraint", async () => {
  const cqm = cqmFrom({
    variables: binaries("x", "y"),
    objective: { linear: [["x", -1]] },
    constraints: [
      {
        label: "both",
        linear: [
          ["x", 1],
          ["y", 1],
        ],
        sense: "==",
        right: 2,
      },
      {
        label: "not both",
        linear: [
          ["x", 1],
          ["y", 1],
        ],
        sense: "<=",
        right: 1,
      },
    ],
  });
  const solution = await solveCqm(cqm);
  assert.deepEqual([solution.feasible, solution.impossible, solution.violations.length], [false, true, 1]);
  const guessed = await solveCqm(cqm, { solver: "simulated-annealing", rounds: 3 });
  assert.deepEqual([guessed.feasible, guessed.impossible, guessed.rounds.length], [false, false, 3]);
});

test("constraints that no sample within the bounds keeps, reals without a resolution and endless integers are refused", () => {
  const one = (sense: "<=" | ">=" | "==", right: number, bias = 2) =>
    cqmFrom({
      variables: binaries("x", "y"),
      constraints: [
        {
          label: "c",
          linear: [
            ["x", bias],
            ["y", bias],
          ],
          sense,
          right,
        },
      ],
    });
  assert.throws(() => cqmBits(one(">=", 5)), coded("CQM_CONSTRAINT_IMPOSSIBLE", /"c".*>= 5.*from 0 to 4/));
  assert.throws(() => cqmBits(one("==", 3)), coded("CQM_CONSTRAINT_IMPOSSIBLE"));
  assert.throws(() => cqmBits(one("<=", -1)), coded("CQM_CONSTRAINT_IMPOSSIBLE"));
  assert.equal(cqmBits(one("<=", 4)).requirements.length, 0, "what holds everywhere costs nothing");
  assert.equal(cqmBits(one("<=", 3)).names.length, 2, "at most one needs no slack");
  assert.throws(
    () => cqmBits(cqmFrom({ variables: [{ label: "r", kind: "real", upper: 1 }] })),
    coded("CQM_CANNOT_CONVERT", /resolution/),
  );
  assert.throws(() => cqmBits(cqmFrom({ variables: [{ label: "n", kind: "integer" }] })), coded("CQM_CANNOT_CONVERT", /bounds/));
  assert.throws(() => cqmBits(one("<=", 3), { resolution: 0 }), coded("OPTION_INVALID"));
});

test("a constraint of so many variables that its square would not fit is refused before it is written out", () => {
  const labels = Array.from({ length: 10_000 }, (_, i) => i);
  const cqm = cqmFrom({
    variables: labels.map((label) => ({ label, kind: "binary" })),
    constraints: [{ label: "half", linear: labels.map((i) => [i, 1]), sense: "==", right: 5000 }],
  });
  const bits = cqmBits(cqm);
  assert.throws(() => penalised(bits, surePenalties(bits)), coded("CQM_CANNOT_CONVERT", /couplings; .*got 49995000/));
});

test("a real variable is found to its resolution, and slack without a common unit is named as approximate", async () => {
  const cqm = cqmFrom({
    variables: [{ label: "r", kind: "real", lower: -1, upper: 2 }, ...binaries("x")],
    objective: { linear: [["r", -1.3]], quadratic: [["r", "r", 1]] }, // least at 0.65
    constraints: [
      {
        label: "c",
        linear: [
          ["r", 1],
          ["x", Math.SQRT2],
        ],
        sense: ">=",
        right: 1,
      },
    ],
  });
  const solution = await solveCqm(cqm, { resolution: 0.05, reads: 50 });
  assert.deepEqual(solution.approximate, ["c"]);
  assert.equal(solution.feasible, true);
  assert.ok(Math.abs(solution.sample[0]! - 0.65) <= 0.2, `${solution.sample[0]}`);
});

test("first penalties never exceed the sure ones, and the same seed gives the same solution", async () => {
  const cqm = randomCqm(5, { soft: true });
  const bits = cqmBits(cqm);
  const sure = surePenalties(bits);
  assert.ok(firstPenalties(bits).every((p, i) => p > 0 && p <= sure[i]!));
  const [a, b] = [await solveCqm(cqm, { seed: 9 }), await solveCqm(cqm, { seed: 9 })];
  assert.deepEqual(a.sample, b.sample);
});

test("a solution can be cancelled and keeps to its time limit", async () => {
  const cqm = randomCqm(2, { soft: true, quadraticConstraints: true });
  const started = performance.now();
  await solveCqm(cqm, { timeLimitMs: 150, solver: "simulated-annealing" });
  assert.ok(performance.now() - started < 600);
  await assert.rejects(solveCqm(cqm, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("progress over the rounds never falls, ends at 1 and tells the best feasible energy", async () => {
  for (const timeLimitMs of [undefined, 120]) {
    const seen: Progress[] = [];
    const { energy, provenance } = await solveCqm(randomCqm(2, { soft: true }), {
      solver: "simulated-annealing",
      progress: (p) => seen.push(p),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    });
    assert.ok(seen.every((p, k) => k === 0 || (p.fraction >= seen[k - 1]!.fraction && p.energy <= seen[k - 1]!.energy)));
    assert.deepEqual(seen.at(-1), { fraction: 1, energy, reads: provenance.reads });
    assert.equal(seen[0]!.energy, Number.POSITIVE_INFINITY);
  }
});

test("a model without variables or constraints is solved too", async () => {
  const solution = await solveCqm(cqmFrom({ variables: [], objective: { offset: 4 } }));
  assert.deepEqual([solution.energy, solution.feasible, solution.sample.length], [4, true, 0]);
  assert.equal(energyOf(penalised(cqmBits(cqmFrom({ variables: binaries("x") })), []), [1]), 0);
});

// The exact sampler on models of up to 22 bits.
function lowestByGrayCode(model: Parameters<typeof solve>[0]): Promise<number> {
  return solve(model, { solver: "exact", reads: 1 }).then((s) => s.samples.energies[0]!);
}
