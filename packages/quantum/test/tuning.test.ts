import assert from "node:assert/strict";
import { test } from "node:test";
import { type Configuration, type Observation, type Space, suggest } from "../src/index.ts";
import { Pauses } from "../src/pauses.ts";
import { Random } from "../src/random.ts";
import { drawn, posterior } from "../src/training/bayesian-quadratic.ts";
import { factorisationMachine } from "../src/training/factorisation-machine.ts";
import { Grid } from "../src/training/hyper-space.ts";
import { type Evidence, normal, thought } from "../src/training/surrogate.ts";

const space: Space = [
  { name: "rate", kind: "real", lower: 1e-5, upper: 1, scale: "log" },
  { name: "layers", kind: "integer", lower: 1, upper: 6 },
  { name: "optimiser", kind: "categorical", values: ["sgd", "adam"] },
  { name: "momentum", kind: "real", lower: 0, upper: 0.99, levels: 8, when: { parameter: "optimiser", is: ["sgd"] } },
];

function loss({ rate, layers, optimiser, momentum }: Configuration): number {
  const best = optimiser === "sgd" ? -1.5 : -3;
  return (
    (Math.log10(Number(rate)) - best) ** 2 +
    0.2 * (Number(layers) - 4) ** 2 +
    (optimiser === "sgd" ? 2 - 2 * Number(momentum) : 1)
  );
}

async function tuned(evaluations: number, options: Parameters<typeof suggest>[2]): Promise<Observation[]> {
  const observations: Observation[] = [];
  while (observations.length < evaluations) {
    const { configurations } = await suggest(space, observations, options);
    for (const configuration of configurations) observations.push({ configuration, value: loss(configuration) });
  }
  return observations;
}

function evidence(seed: number, count: number): Evidence & { readonly truth: (features: Float64Array) => number } {
  const random = new Random(seed);
  const n = 8;
  const weights = Array.from({ length: n * n }, () => normal(() => random.unit()));
  const truth = (f: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) sum += weights[i * n + j]! * f[i]! * f[j]!;
    return sum;
  };
  const features = Array.from({ length: count }, () => Float64Array.from({ length: n }, () => random.below(2) * 2 - 1));
  const raw = Float64Array.from(features, truth);
  const mean = raw.reduce((a, b) => a + b, 0) / count;
  const spread = Math.sqrt(raw.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count);
  return {
    features,
    values: raw.map((v) => (v - mean) / spread),
    parameter: Int32Array.from({ length: n }, (_, i) => i),
    truth: (f) => (truth(f) - mean) / spread,
  };
}

for (const surrogate of ["bayesian", "factorisation-machine"] as const) {
  test(`the ${surrogate} model learns interactions that it has not seen`, async () => {
    const known = evidence(1, 120);
    const model =
      surrogate === "bayesian"
        ? await drawn(await posterior(known, new Pauses(undefined)), new Random(1), 0, new Pauses(undefined))
        : await factorisationMachine(known, new Random(1), new Pauses(undefined));
    const random = new Random(99);
    let [error, spread] = [0, 0];
    const tests = Array.from({ length: 60 }, () => Float64Array.from({ length: 8 }, () => random.below(2) * 2 - 1));
    const shift = tests.reduce((sum, f) => sum + known.truth(f) - thought(model, f), 0) / tests.length;
    for (const f of tests) {
      error += (known.truth(f) - thought(model, f) - shift) ** 2;
      spread += known.truth(f) ** 2;
    }
    assert.ok(error < 0.3 * spread, `${error} of ${spread}`);
  });

  test(`30 evaluations of ${surrogate} suggestions come near the best of a space with a condition`, async () => {
    const best = Math.min(...(await tuned(30, { surrogate })).map(({ value }) => value!));
    assert.ok(best < 0.15, `${best}`);
  });
}

test("draws from the posterior differ where nothing was observed and agree where much was", async () => {
  const known = evidence(2, 30);
  const pauses = new Pauses(undefined);
  const post = await posterior(known, pauses);
  const [a, b] = [await drawn(post, new Random(1), 1, pauses), await drawn(post, new Random(2), 1, pauses)];
  const gap = (f: Float64Array) => thought(a, f) - thought(b, f);
  const seen = known.features.map(gap);
  const centre = seen.reduce((x, y) => x + y, 0) / seen.length;
  assert.ok(seen.every((g) => Math.abs(g - centre) < 0.8));
  const far = Float64Array.from({ length: 8 }, () => 6); // pairs of 36: nothing says how they go on
  assert.ok(Math.abs(gap(far)) > 1);
});

test("suggestions depend on nothing but space, observations and seed, are new, and keep conditions", async () => {
  const observations = await tuned(12, { seed: 5 });
  const [a, b] = [
    await suggest(space, observations, { seed: 7, count: 4 }),
    await suggest(space, observations, { seed: 7, count: 4 }),
  ];
  assert.deepEqual(a, b);
  const all = [...observations.map(({ configuration }) => configuration), ...a.configurations];
  assert.equal(new Set(all.map((c) => JSON.stringify(c))).size, all.length);
  for (const c of all) assert.equal("momentum" in c, c.optimiser === "sgd");
  assert.ok(a.from.every((way) => way === "model"));
});

test("the first suggestions stand in different layers of every parameter", async () => {
  const { configurations, from } = await suggest(space, [], { count: 8, initial: 8 });
  assert.ok(from.every((way) => way === "initial"));
  const layers = configurations.map(({ rate }) => Math.floor((Math.log10(Number(rate)) + 5) * 1.6 - 1e-9));
  assert.ok(new Set(layers).size >= 7);
  assert.equal(configurations.filter(({ optimiser }) => optimiser === "sgd").length, 4);
});

test("bits and points of a space are the same thing, also with conditions", () => {
  const grid = new Grid(space);
  const random = new Random(4);
  for (let t = 0; t < 200; t++) {
    const point = grid.any(random);
    assert.deepEqual(
      grid.pointOf(grid.bitsOf(point), () => 0),
      point,
    );
    assert.deepEqual(grid.nearest("here", grid.configurationOf(point)), point);
  }
});

test("a small space is told to its end and then no more is suggested", async () => {
  const small: Space = [{ name: "x", kind: "integer", lower: 0, upper: 4 }];
  const observations: Observation[] = [];
  for (;;) {
    const { configurations } = await suggest(small, observations, { count: 2 });
    if (configurations.length === 0) break;
    for (const configuration of configurations) observations.push({ configuration, value: Number(configuration.x) });
  }
  assert.deepEqual(observations.map(({ configuration }) => configuration.x).sort(), [0, 1, 2, 3, 4]);
});

test("failed runs count as the worst", async () => {
  const one: Space = [{ name: "x", kind: "real", lower: 0, upper: 1 }];
  const observations: Observation[] = Array.from({ length: 12 }, (_, i) => ({
    configuration: { x: i / 11 },
    value: i < 6 ? null : 1 - i / 11,
  }));
  const { configurations } = await suggest(one, observations, { heat: 0 });
  assert.ok(Number(configurations[0]!.x) > 0.6);
});

test("odd spaces, observations and options are refused", async () => {
  const refused = (s: Space, o: readonly Observation[] = [], code = "TUNING_INVALID") => assert.rejects(suggest(s, o), { code });
  await refused([]);
  await refused([space[0]!, space[0]!]);
  await refused([{ name: "x", kind: "real", lower: 1, upper: 0 }]);
  await refused([{ name: "x", kind: "real", lower: 0, upper: 1, scale: "log" }]);
  await refused([{ name: "x", kind: "integer", lower: 0.5, upper: 2 }]);
  await refused([{ name: "x", kind: "real", lower: 0, upper: 1, levels: 1 }]);
  await refused([{ name: "x", kind: "categorical", values: [] }]);
  await refused([{ name: "x", kind: "categorical", values: ["a", "a"] }]);
  await refused([space[3]!]);
  await refused(space, [{ configuration: { rate: 0.1, layers: 2 }, value: 1 }]);
  await refused(space, [{ configuration: { rate: 0, layers: 2, optimiser: "adam" }, value: 1 }]);
  await refused(space, [{ configuration: { rate: 0.1, layers: 2, optimiser: "adam" }, value: Number.NaN }]);
  await assert.rejects(suggest(space, [], { count: 0 }), { code: "OPTION_INVALID" });
  await assert.rejects(suggest(space, [], { heat: -1 }), { code: "OPTION_INVALID" });
});

test("suggesting is cancelled on the way", async () => {
  const observations = await tuned(20, {});
  const abort = new AbortController();
  const running = suggest(space, observations, {
    count: 50,
    signal: abort.signal,
    progress: () => abort.abort(new Error("enough")),
  });
  await assert.rejects(running, /enough/);
});
