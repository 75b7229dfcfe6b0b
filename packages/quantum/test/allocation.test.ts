import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AllocationInput,
  type AllocationProblem,
  allocate,
  allocatedGreedily,
  allocationProblem,
  type LayerOption,
} from "../src/index.ts";
import { Random } from "../src/random.ts";

// Layers with `options` each; pairs of layers `apart` from each other at most, every third pair of options.
function drawn(seed: number, layers: number, options: number, apart: number): AllocationInput {
  const random = new Random(seed);
  const cost = (o: number) => (o + 1) * (1 + random.unit());
  const made = Array.from({ length: layers }, (_, l) => ({
    name: `layer ${l}`,
    options: Array.from({ length: options }, (_, o): LayerOption => ({ name: `r${o}`, cost: cost(o), value: o * random.unit() })),
  }));
  const pairs = made.flatMap((a, i) =>
    made
      .slice(i + 1, i + 1 + apart)
      .flatMap((b) =>
        a.options.flatMap(({ name: o }) =>
          b.options
            .filter(() => random.unit() < 0.4)
            .map(({ name: p }) => ({ first: [a.name, o], second: [b.name, p], value: random.unit() - 0.5 }) as const),
        ),
      ),
  );
  const least = made.reduce((sum, l) => sum + Math.min(...l.options.map((o) => o.cost)), 0);
  const most = made.reduce((sum, l) => sum + Math.max(...l.options.map((o) => o.cost)), 0);
  return { layers: made, pairs, budget: least + 0.4 * (most - least) };
}

// Every choice there is.
function bestByForce({ layers, pairs, budget }: AllocationProblem): number {
  const choice = layers.map(() => 0);
  let best = Number.NEGATIVE_INFINITY;
  for (;;) {
    let [cost, value] = [0, 0];
    for (const [l, { options }] of layers.entries())
      [cost, value] = [cost + options[choice[l]!]!.cost, value + options[choice[l]!]!.value];
    for (const {
      layers: [a, b],
      options: [o, p],
      value: v,
    } of pairs)
      if (choice[a] === o && choice[b] === p) value += v;
    if (cost <= budget && value > best) best = value;
    let l = 0;
    while (l < layers.length && ++choice[l]! === layers[l]!.options.length) choice[l++] = 0;
    if (l === layers.length) return best;
  }
}

for (const [name, apart] of [
  ["that adds up", 0],
  ["of neighbouring layers", 1],
] as const) {
  test(`an allocation ${name} is the best of all and says that it is`, async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const input = drawn(seed, 6, 4, apart);
      const answer = await allocate(input);
      assert.equal(answer.method, "exact");
      assert.equal(answer.optimal, true);
      assert.ok(Math.abs(answer.value - bestByForce(allocationProblem(input))) < 1e-9);
      assert.ok(answer.cost <= input.budget + 1e-9);
      assert.ok(answer.greedy.value <= answer.value + 1e-12);
    }
  });
}

test("where any layers interact the samplers find the best of all, never less than greedy, within the budget", async () => {
  let best = 0;
  for (let seed = 1; seed <= 6; seed++) {
    const input = drawn(seed, 6, 4, 6);
    const answer = await allocate(input, { seed });
    assert.notEqual(answer.method, "exact");
    assert.ok(answer.samplers && answer.localSearch);
    assert.equal(answer.value, Math.max(answer.value, answer.samplers.value, answer.localSearch.value, answer.greedy.value));
    assert.ok(answer.cost <= input.budget + 1e-9 && answer.value >= answer.greedy.value - 1e-12);
    if (answer.value > bestByForce(allocationProblem(input)) - 1e-9) best++;
  }
  assert.ok(best >= 5, `best of all in ${best} of 6`);
});

test("the samplers agree with dynamic programming where both can be asked", async () => {
  const input = drawn(3, 8, 4, 1);
  const exact = await allocate(input);
  const sampled = await allocate(input, { method: "samplers" });
  assert.ok(sampled.value > 0.99 * exact.value && sampled.value <= exact.value + 1e-9);
});

test("costs of millions of parameters keep their budget", async () => {
  const input = drawn(5, 10, 4, 10);
  const layers = input.layers.map((l) => ({ ...l, options: l.options.map((o) => ({ ...o, cost: Math.round(o.cost * 1e6) })) }));
  const { cost, value, greedy } = await allocate({ ...input, layers, budget: input.budget * 1e6 });
  assert.ok(cost <= input.budget * 1e6 && value >= greedy.value);
});

test("greedy takes what saves cost and loses nothing, and a layer of one option has no choice", async () => {
  const one = { name: "a", options: [{ name: "only", cost: 2, value: 1 }] };
  const two = {
    name: "b",
    options: [
      { name: "dear", cost: 3, value: 1 },
      { name: "cheap", cost: 1, value: 2 },
    ],
  };
  assert.deepEqual(await allocatedGreedily(allocationProblem({ layers: [one, two], budget: 3 })), [0, 1]);
});

test("the same seed allocates alike; nothing to allocate is an empty choice", async () => {
  const input = drawn(2, 9, 4, 9);
  const [a, b] = [await allocate(input, { seed: 4 }), await allocate(input, { seed: 4 })];
  assert.deepEqual(a.choice, b.choice);
  assert.deepEqual((await allocate({ layers: [], budget: 0 })).choice, []);
});

test("a budget that even the cheapest options exceed, unknown names and odd numbers are refused", () => {
  const layers = [
    { name: "a", options: [{ name: "x", cost: 2, value: 1 }] },
    { name: "b", options: [{ name: "x", cost: 2, value: 1 }] },
  ];
  const refused = (input: AllocationInput, wanted: RegExp) =>
    assert.throws(
      () => allocationProblem(input),
      (e: Error & { code?: string }) => e.code === "ALLOCATION_INVALID" && wanted.test(e.message),
    );
  refused({ layers, budget: 3 }, /at least 4/);
  refused({ layers, budget: Number.NaN }, /finite/);
  refused({ layers: [layers[0]!, layers[0]!], budget: 9 }, /each name once/);
  refused({ layers: [{ name: "a", options: [] }], budget: 9 }, /at least one option/);
  refused({ layers: [{ name: "a", options: [{ name: "x", cost: -1, value: 1 }] }], budget: 9 }, /at least 0/);
  refused({ layers, pairs: [{ first: ["a", "x"], second: ["b", "y"], value: 1 }], budget: 9 }, /option of layer b/);
  refused({ layers, pairs: [{ first: ["a", "x"], second: ["a", "x"], value: 1 }], budget: 9 }, /two layers/);
});

test("an allocation is cancelled on the way and reports how far it is", async () => {
  const input = drawn(7, 60, 5, 60);
  const abort = new AbortController();
  const fractions: number[] = [];
  const running = allocate(input, {
    signal: abort.signal,
    timeLimitMs: 5000,
    progress: (fraction) => {
      fractions.push(fraction);
      abort.abort(new Error("enough"));
    },
  });
  await assert.rejects(running, /enough/);
  assert.ok(fractions.length > 0 && fractions.every((f) => f >= 0 && f <= 1));
});
