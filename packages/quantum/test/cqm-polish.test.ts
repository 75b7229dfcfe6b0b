import assert from "node:assert/strict";
import { test } from "node:test";
import { cqmFrom, evaluated, loadProblem } from "../src/index.ts";
import { polisher } from "../src/models/cqm-polish.ts";
import { Pauses } from "../src/pauses.ts";
import { Random } from "../src/random.ts";
import { everyCqmSample, randomCqm } from "./cqms.ts";

const worth = (cqm: Parameters<typeof evaluated>[0], sample: ArrayLike<number>) => {
  const { energy, violations } = evaluated(cqm, sample);
  return { energy, broken: violations.reduce((sum, v) => sum + (v.soft ? 0 : v.by), 0) };
};

test("polishing never makes a sample worse, and leaves none that one step would better", async () => {
  const random = new Random(1);
  for (let seed = 0; seed < 20; seed++) {
    const cqm = randomCqm(seed, { soft: true, quadraticConstraints: true, discrete: true });
    const all = [...everyCqmSample(cqm)];
    for (let k = 0; k < 10; k++) {
      const from = all[random.below(all.length)]!;
      const to = await polisher(cqm)(from, new Pauses(undefined));
      const [before, after] = [worth(cqm, from), worth(cqm, to)];
      assert.ok(after.broken <= before.broken + 1e-9);
      if (after.broken > before.broken - 1e-9) assert.ok(after.energy <= before.energy + 1e-6);
      const near = all.filter(
        (s) => s.filter((v, i) => v !== to[i]).length === 1 && s.every((v, i) => Math.abs(v - to[i]!) <= 2),
      );
      for (const s of near.filter((s) => s.every((v, i) => cqm.variables[i]!.kind !== "integer" || Math.abs(v - to[i]!) <= 1))) {
        const other = worth(cqm, s);
        assert.ok(other.broken > after.broken - 1e-6, `seed ${seed}: a step breaks less`);
        if (other.broken < after.broken + 1e-9) assert.ok(other.energy > after.energy - 1e-6, `seed ${seed}: a step costs less`);
      }
    }
  }
});

test("an exchange of two binaries fills a knapsack that no single step can better", async () => {
  const cqm = cqmFrom({
    variables: ["a", "b"].map((label) => ({ label, kind: "binary" })),
    objective: {
      linear: [
        ["a", -3],
        ["b", -5],
      ],
    },
    constraints: [
      {
        label: "room",
        linear: [
          ["a", 2],
          ["b", 2],
        ],
        sense: "<=",
        right: 3,
      },
    ],
  });
  assert.deepEqual([...(await polisher(cqm)([1, 0], new Pauses(undefined)))], [0, 1]);
});

test("rows of a permutation trade their columns where no exchange of two could", async () => {
  const builder = await loadProblem("quadratic-assignment");
  const random = new Random(2);
  const some = () => Array.from({ length: 6 }, () => Array.from({ length: 6 }, () => random.below(20)));
  const [flows, distances] = [some(), some()];
  const { cqm, answer } = builder.build({ flows, distances });
  const sample = Array.from({ length: 36 }, (_, k) => (k % 7 === 0 ? 1 : 0)); // facility i at location i
  const before = Number(answer(sample).cost);
  const { feasible, cost, locations } = answer(await polisher(cqm)(sample, new Pauses(undefined), 1e8));
  assert.equal(feasible, true);
  assert.ok(Number(cost) < before, `${cost} is not below ${before}`);
  const at = locations as number[]; // why: feasible answers list a location for each facility
  const costOf = (of: number[]) =>
    of.reduce((sum, k, f) => of.reduce((s, l, g) => s + flows[f]![g]! * distances[k]![l]!, sum), 0);
  for (let f = 0; f < 6; f++)
    for (let g = f + 1; g < 6; g++)
      assert.ok(costOf(at.with(f, at[g]!).with(g, at[f]!)) >= Number(cost), `trading ${f} and ${g} would be cheaper`);
});

test("polishing ends when its work is used up, and stops when its signal is aborted", async () => {
  const cqm = randomCqm(1);
  const sample = everyCqmSample(cqm).next().value!;
  assert.deepEqual([...(await polisher(cqm)(sample, new Pauses(undefined), 0))], sample);
  const controller = new AbortController();
  const large = cqmFrom({
    variables: Array.from({ length: 700 }, (_, label) => ({ label, kind: "binary" })),
    objective: { linear: Array.from({ length: 700 }, (_, i) => [i, -1 - (i % 7)]) },
    constraints: [{ label: "room", linear: Array.from({ length: 700 }, (_, i) => [i, 1 + (i % 5)]), sense: "<=", right: 500 }],
  });
  const running = polisher(large)(new Float64Array(700).fill(1), new Pauses(controller.signal), 1e9);
  controller.abort();
  await assert.rejects(running, { name: "AbortError" });
});
