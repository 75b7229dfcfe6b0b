import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Candidates,
  decodeSubset,
  energyOf,
  firstPenalty,
  greedyByCoverage,
  greedyByHerding,
  greedyByKCentre,
  greedyByScore,
  likenessMatrix,
  QuantumError,
  type SubsetInput,
  selectSubset,
  subsetModel,
  subsetProblem,
  subsetScore,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { clusteredEmbeddings } from "./embeddings.ts";

const dimensions = 16;
const input = (seed: number, n: number, budget: SubsetInput["budget"], rest: Partial<SubsetInput> = {}): SubsetInput => ({
  embeddings: clusteredEmbeddings(seed, n, dimensions, 8).embeddings,
  dimensions,
  budget,
  ...rest,
});
const sizes = (n: number) => Array.from({ length: n }, (_, i) => 50 + ((i * 7919) % 950));

async function candidatesOf(given: SubsetInput): Promise<Candidates> {
  const problem = await subsetProblem(given, 1);
  const items = Int32Array.from({ length: problem.size }, (_, i) => i);
  return { problem, items, budget: problem.budget, likeness: await likenessMatrix(problem, items) };
}

const near = (a: number, b: number, tolerance: number) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not near ${b}`);

test("the model's energy is minus the score plus the penalty of the missed budget, for count and size budgets", async () => {
  for (const given of [
    input(1, 12, { count: 4 }),
    input(1, 12, { size: 2000 }, { sizes: sizes(12), diversity: 1.7, weights: sizes(12) }),
  ]) {
    const candidates = await candidatesOf(given);
    const { problem } = candidates;
    const penalty = 0.3;
    const model = subsetModel(candidates, penalty);
    const random = new Random(3);
    const mean = problem.costs.reduce((a, b) => a + b, 0) / 12;
    for (let r = 0; r < 50; r++) {
      const x = Array.from({ length: 12 }, () => random.below(2));
      const chosen = x.flatMap((v, i) => (v ? [i] : []));
      const { score, cost } = await subsetScore(problem, chosen);
      near(energyOf(model, x), -score + penalty * ((cost - problem.budget) / mean) ** 2, 1e-6); // likeness is held in f32
    }
  }
});

test("for a small collection the selection is the best of all subsets", async () => {
  for (const seed of [1, 2, 3]) {
    for (const given of [input(seed, 13, { count: 4 }), input(seed, 13, { size: 1900 }, { sizes: sizes(13) })]) {
      const problem = await subsetProblem(given, 1);
      let best = Number.NEGATIVE_INFINITY;
      for (let bits = 0; bits < 2 ** 13; bits++) {
        const chosen = Array.from({ length: 13 }, (_, i) => i).filter((i) => (bits >> i) & 1);
        const cost = chosen.reduce((sum, i) => sum + problem.costs[i]!, 0);
        if (problem.exact ? cost !== problem.budget : cost > problem.budget) continue;
        best = Math.max(best, (await subsetScore(problem, chosen)).score);
      }
      const found = await selectSubset(given);
      near(found.score.score, best, problem.exact ? 1e-9 : 0.02 * best); // a size budget is a knapsack: the penalty is only near it
      assert.ok(found.score.score <= best + 1e-9);
    }
  }
});

test("on clustered collections the QUBO's choice scores at least as high as greedy on the same score, within the budget", async () => {
  for (const seed of [1, 2, 3]) {
    for (const given of [input(seed, 200, { count: 20 }), input(seed, 200, { size: 9000 }, { sizes: sizes(200) })]) {
      const { chosen, score, greedy, models } = await selectSubset(given, { reads: 2 });
      assert.ok(score.score >= greedy.score.score - 1e-9, `seed ${seed}: ${score.score} is below greedy's ${greedy.score.score}`);
      if ("count" in given.budget) assert.equal(chosen.length, 20);
      else assert.ok(score.cost <= 9000);
      assert.equal(models[0]!.provenance.solver, "tabu");
      assert.deepEqual(
        chosen,
        [...new Set(chosen)].sort((a, b) => a - b),
      );
    }
  }
});

test("the penalty is raised until the best sample itself keeps the count", async () => {
  const { models } = await selectSubset(input(4, 150, { count: 15 }, { diversity: 0.5 }));
  near(models[0]!.missedBy, 0, 1e-9);
});

test("any sample is repaired to the budget", async () => {
  for (const given of [input(1, 40, { count: 7 }), input(1, 40, { size: 4000 }, { sizes: sizes(40) })]) {
    const candidates = await candidatesOf(given);
    for (const ones of [0, 3, 20, 40]) {
      const sample = Int8Array.from({ length: 40 }, (_, i) => (i < ones ? 1 : 0));
      const { chosen, missedBy } = decodeSubset(candidates, sample);
      const { cost } = await subsetScore(candidates.problem, chosen);
      if (candidates.problem.exact) assert.equal(cost, 7);
      else assert.ok(cost <= 4000);
      assert.equal(missedBy < 0, ones <= 3);
    }
  }
});

test("copies of an item are not chosen twice while other topics wait", async () => {
  const { embeddings } = clusteredEmbeddings(9, 6, dimensions, 6, 0.2);
  const copies = new Float32Array(60 * dimensions);
  for (let i = 0; i < 60; i++) copies.set(embeddings.subarray((i % 6) * dimensions, ((i % 6) + 1) * dimensions), i * dimensions);
  const { chosen, greedy } = await selectSubset({ embeddings: copies, dimensions, budget: { count: 6 } });
  assert.equal(new Set(chosen.map((i) => i % 6)).size, 6);
  assert.equal(greedy.chosen.length, 6);
});

test("weights pull the choice towards the items that matter", async () => {
  const { embeddings, cluster } = clusteredEmbeddings(5, 120, dimensions, 4);
  const share = async (weights?: number[]) => {
    const { chosen } = await selectSubset({ embeddings, dimensions, budget: { count: 12 }, ...(weights ? { weights } : {}) });
    return chosen.filter((i) => cluster[i] === 3).length;
  };
  assert.ok((await share(cluster.map((g) => (g === 3 ? 20 : 1)))) > (await share()));
});

test("a collection larger than a shard is chosen in two rounds, near the score of one model, with the count met", async () => {
  const given = input(6, 400, { count: 30 });
  const whole = await selectSubset(given);
  const sharded = await selectSubset(given, { shardSize: 120 });
  assert.equal(whole.models.length, 1);
  assert.deepEqual(
    sharded.models.map((m) => m.items),
    [100, 100, 100, 100, 60],
  );
  assert.equal(sharded.chosen.length, 30);
  assert.ok(sharded.score.score > 0.97 * whole.score.score, `${sharded.score.score} against ${whole.score.score}`);
});

test("where two rounds would not fit, each shard chooses its share and the count is still met", async () => {
  const { chosen, models } = await selectSubset(input(6, 301, { count: 100 }), { shardSize: 110 });
  assert.deepEqual([chosen.length, models.length], [100, 3]);
  assert.equal(new Set(chosen).size, 100);
});

test("lazy greedy by coverage chooses what plain greedy does", async () => {
  const candidates = await candidatesOf(input(7, 60, { count: 8 }, { weights: sizes(60) }));
  const plain: number[] = [];
  while (plain.length < 8) {
    let [best, most] = [-1, -1];
    for (let i = 0; i < 60; i++) {
      if (plain.includes(i)) continue;
      const { coverage } = await subsetScore(candidates.problem, [...plain, i]);
      if (coverage > most) [most, best] = [coverage, i];
    }
    plain.push(best);
  }
  assert.deepEqual(
    greedyByCoverage(candidates),
    plain.sort((a, b) => a - b),
  );
  const byScore = await subsetScore(candidates.problem, greedyByScore(candidates));
  const byCoverage = await subsetScore(candidates.problem, greedyByCoverage(candidates));
  assert.ok(byCoverage.coverage >= byScore.coverage && byScore.score >= byCoverage.score);
});

test("the same seed gives the same selection", async () => {
  const given = input(8, 90, { count: 9 });
  const [a, b] = [await selectSubset(given, { seed: 3 }), await selectSubset(given, { seed: 3 })];
  assert.deepEqual(a.chosen, b.chosen);
  assert.deepEqual(a.score, b.score);
});

test("an empty collection, a count of 0 and a count of all are answered", async () => {
  assert.deepEqual((await selectSubset({ embeddings: new Float32Array(0), dimensions: 4, budget: { count: 0 } })).chosen, []);
  assert.deepEqual((await selectSubset(input(1, 10, { count: 0 }))).chosen, []);
  assert.equal((await selectSubset(input(1, 10, { count: 10 }))).chosen.length, 10);
  assert.deepEqual((await selectSubset(input(1, 10, { size: 10 }, { sizes: sizes(10) }))).chosen, []);
  assert.ok(firstPenalty(await candidatesOf(input(1, 10, { count: 10 })), [...Array(10).keys()]) > 0);
});

test("inputs that make no sense are refused with SUBSET_INVALID, naming the field", async () => {
  const good = input(1, 5, { count: 2 });
  const bad: [string, SubsetInput][] = [
    ["dimensions", { ...good, dimensions: 0 }],
    ["embeddings", { ...good, dimensions: 7 }],
    ["embeddings[0]", { ...good, embeddings: new Float32Array(5 * dimensions) }],
    ["embeddings[0]", { ...good, embeddings: new Float32Array(5 * dimensions).fill(Number.NaN) }],
    ["budget.count", { ...good, budget: { count: 6 } }],
    ["budget.count", { ...good, budget: { count: 1.5 } }],
    ["budget.size", { ...good, budget: { size: Number.NaN } }],
    ["weights", { ...good, weights: [1] }],
    ["weights[1]", { ...good, weights: [1, -1, 1, 1, 1] }],
    ["weights", { ...good, weights: [0, 0, 0, 0, 0] }],
    ["sizes[0]", { ...good, budget: { size: 5 }, sizes: [0, 1, 1, 1, 1] }],
    ["diversity", { ...good, diversity: -1 }],
    ["sharpness", { ...good, sharpness: 0 }],
  ];
  for (const [field, wrong] of bad) {
    await assert.rejects(
      selectSubset(wrong),
      (e: unknown) => e instanceof QuantumError && e.code === "SUBSET_INVALID" && e.details.field === field,
      field,
    );
  }
  await assert.rejects(
    selectSubset(good, { shardSize: 1 }),
    (e: unknown) => e instanceof QuantumError && e.details.field === "shardSize",
  );
});

test("selecting reports each model and stops when cancelled", async () => {
  const seen: number[] = [];
  await selectSubset(input(1, 60, { count: 6 }), { shardSize: 25, progress: (f) => seen.push(f) });
  assert.deepEqual(seen, [0.25, 0.5, 0.75, 1]);
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("changed my mind")), 20);
  await assert.rejects(selectSubset(input(1, 700, { count: 60 }), { reads: 1000, signal: controller.signal }), /changed my mind/);
});

test("k-centre adds what is least like any chosen, herding what the mean of the chosen lacks", async () => {
  for (const budget of [{ count: 6 }, { size: 2500 }] as const) {
    const given = input(4, 40, budget, { sizes: sizes(40) });
    const problem = await subsetProblem(given, 1);
    const { likeness } = await candidatesOf(given);
    const grow = (worth: (i: number, chosen: readonly number[]) => number) => {
      const chosen: number[] = [];
      const cost = () => chosen.reduce((sum, i) => sum + problem.costs[i]!, 0);
      for (;;) {
        const open = Array.from({ length: 40 }, (_, i) => i).filter(
          (i) => !chosen.includes(i) && cost() + problem.costs[i]! <= problem.budget,
        );
        if (open.length === 0) return chosen.sort((a, b) => a - b);
        chosen.push(open.reduce((best, i) => (worth(i, chosen) > worth(best, chosen) + 1e-9 ? i : best)));
      }
    };
    const alike = (i: number, chosen: readonly number[]) => chosen.map((j) => likeness[i * 40 + j]!);
    assert.deepEqual(
      await greedyByKCentre(problem),
      grow((i, chosen) => (chosen.length === 0 ? problem.representation[i]! : -Math.max(...alike(i, chosen)))),
    );
    assert.deepEqual(
      await greedyByHerding(problem),
      grow((i, chosen) => problem.representation[i]! - alike(i, chosen).reduce((a, b) => a + b, 0) / (chosen.length + 1)),
    );
  }
});

test("k-centre and herding are cancelled between slices", async () => {
  const problem = await subsetProblem(input(4, 3000, { count: 1000 }), 1);
  for (const choose of [greedyByKCentre, greedyByHerding]) {
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 5);
    await assert.rejects(choose(problem, abort.signal), /enough/);
  }
});

test("with the likeness of all pairs kept, choices and scores are those measured pair by pair; of very many items none is kept", async () => {
  for (const n of [1, 7, 150]) {
    const kept = await subsetProblem(input(9, n, { size: 40 * n }, { sizes: sizes(n) }), 1);
    const measured = { ...kept, pairs: undefined };
    assert.equal(kept.pairs?.length, n * n);
    const matrix = await likenessMatrix(measured, [...Array(n).keys()]);
    for (const [at, pair] of matrix.entries()) near(pair, kept.pairs![at]!, 1e-7);
    assert.deepEqual(await greedyByKCentre(kept), await greedyByKCentre(measured));
    const some = [...Array(n).keys()].filter((i) => i % 3 !== 1);
    const [one, other] = [await subsetScore(kept, some), await subsetScore(measured, some)];
    for (const mark of ["score", "coverage", "redundancy", "cost"] as const) near(one[mark], other[mark], 1e-6);
  }
  const embeddings = new Float32Array(2 * 4097).map((_, i) => (i % 2 === 0 ? 1 : 0));
  assert.equal((await subsetProblem({ embeddings, dimensions: 2, budget: { count: 5 } }, 1)).pairs, undefined);
});
