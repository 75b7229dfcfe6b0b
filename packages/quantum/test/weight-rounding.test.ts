import assert from "node:assert/strict";
import { test } from "node:test";
import {
  nearestLevels,
  outputError,
  type RoundingInput,
  type RoundingProblem,
  roundedValues,
  roundingProblem,
  roundWeights,
  successiveLevels,
} from "../src/index.ts";
import { Random } from "../src/random.ts";
import { rowError } from "../src/training/rounded-weights.ts";
import { normal } from "../src/training/surrogate.ts";

// Inputs that hang together: a few common causes and a little of their own.
function layer(seed: number, rows: number, columns: number, bits: number): RoundingInput {
  const random = new Random(seed);
  const draw = () => normal(() => random.unit());
  const causes = Array.from({ length: 3 * columns }, draw);
  const samples = 4 * columns;
  const inputs = new Float64Array(samples * columns);
  for (let s = 0; s < samples; s++) {
    const own = [draw(), draw(), draw()];
    for (let c = 0; c < columns; c++)
      inputs[s * columns + c] = own.reduce((sum, v, k) => sum + v * causes[k * columns + c]!, 0.4 * draw());
  }
  return { weights: Float64Array.from({ length: rows * columns }, draw), columns, inputs, bits };
}

function bestByForce(problem: RoundingProblem, row: number): number {
  const { columns, bits } = problem;
  const levels = new Uint8Array(columns);
  let best = Number.POSITIVE_INFINITY;
  for (;;) {
    best = Math.min(best, rowError(problem, row, levels));
    let c = 0;
    while (c < columns && ++levels[c]! === 2 ** bits) levels[c++] = 0;
    if (c === columns) return best;
  }
}

test("a small layer is rounded as well as any levels allow, or within 2 %", async () => {
  let [exact, rows] = [0, 0];
  for (const [columns, bits] of [
    [8, 1],
    [6, 2],
    [4, 3],
  ] as const) {
    const problem = await roundingProblem(layer(columns, 5, columns, bits));
    const { levels } = await roundWeights(problem, { rounds: 8 });
    for (let r = 0; r < 5; r++, rows++) {
      const got = rowError(problem, r, levels.subarray(r * columns, (r + 1) * columns));
      const best = bestByForce(problem, r);
      assert.ok(got >= best - 1e-9);
      if (got <= best * 1.02) exact++;
    }
  }
  assert.ok(exact >= 0.8 * rows, `${exact} of ${rows} rows`);
});

test("up or down is the best of the box around the weights", async () => {
  const columns = 10;
  const problem = await roundingProblem(layer(3, 4, columns, 4));
  const { levels } = await roundWeights(problem, { upOrDown: true });
  const nearest = nearestLevels(problem);
  const values = roundedValues(problem, nearest);
  for (let r = 0; r < 4; r++) {
    const near = nearest.subarray(r * columns, (r + 1) * columns);
    let best = Number.POSITIVE_INFINITY;
    for (let bits = 0; bits < 2 ** columns; bits++) {
      const row = near.map((level, c) => {
        const side = values[r * columns + c]! > problem.weights[r * columns + c]! ? -1 : 1;
        return (bits >> c) & 1 ? Math.min(15, Math.max(0, level + side)) : level;
      });
      best = Math.min(best, rowError(problem, r, row));
    }
    assert.ok(Math.abs(rowError(problem, r, levels.subarray(r * columns, (r + 1) * columns)) - best) < 1e-9 * best);
  }
});

test("no row ends worse than nearest or successive rounding, and outputs err less in all", async () => {
  const problem = await roundingProblem({ ...layer(5, 12, 48, 3), groupSize: 16 });
  const { levels, nearest, successive, rowsWon, rowsSolved } = await roundWeights(problem);
  for (let r = 0; r < 12; r++) {
    const of = (all: Uint8Array) => rowError(problem, r, all.subarray(r * 48, (r + 1) * 48));
    assert.ok(of(levels) <= Math.min(of(nearest), of(successive)) * (1 + 1e-9));
  }
  assert.equal(rowsSolved, 12);
  assert.ok(rowsWon >= 8, `${rowsWon} rows`);
  assert.ok(outputError(problem, successive) < outputError(problem, nearest));
  assert.ok(outputError(problem, levels) < outputError(problem, successive));
});

test("successive rounding of independent inputs is nearest rounding", async () => {
  const columns = 6;
  const inputs = new Float64Array(columns * columns);
  for (let i = 0; i < columns; i++) inputs[i * columns + i] = 1 + i;
  const problem = await roundingProblem({ ...layer(9, 5, columns, 2), inputs });
  assert.deepEqual(await successiveLevels(problem), nearestLevels(problem));
});

test("successive rounding makes up for errors as least squares would: the last column is rounded at its conditional optimum", async () => {
  const problem = await roundingProblem(layer(11, 8, 5, 2));
  const levels = await successiveLevels(problem);
  const diagonal = (i: number) => problem.damped[i * 5 + i]!;
  const last = [0, 1, 2, 3, 4].sort((a, b) => diagonal(b) - diagonal(a))[4]!;
  for (let r = 0; r < 8; r++) {
    const row = levels.slice(r * 5, (r + 1) * 5);
    const got = rowError(problem, r, row);
    for (let level = 0; level < 4; level++) {
      row[last] = level;
      assert.ok(got <= rowError(problem, r, row) + 1e-12);
    }
  }
});

test("weights that lie on a given grid are kept without loss, and grids of one value too", async () => {
  const grid = { steps: Float64Array.of(0.5, 0.25), lowest: Float64Array.of(-1, 0) };
  const weights = [-1, 0.5, 0, 0.75, 0.25, 0.5];
  const problem = await roundingProblem({ weights, columns: 3, inputs: [1, 2, 3, 0, 1, 1], bits: 2, grid });
  assert.deepEqual([...roundedValues(problem, (await roundWeights(problem)).levels)], weights);
  const flat = await roundingProblem({ weights: [2, 2], columns: 2, inputs: [0, 0], bits: 1 });
  assert.equal(outputError(flat, nearestLevels(flat)), 0);
});

test("the same seed rounds alike; after the time limit rows stay at the better baseline", async () => {
  const problem = await roundingProblem(layer(6, 6, 24, 2));
  const [a, b] = [await roundWeights(problem, { seed: 3 }), await roundWeights(problem, { seed: 3 })];
  assert.deepEqual(a.levels, b.levels);
  const { rowsSolved, levels, nearest, successive } = await roundWeights(problem, { timeLimitMs: 0 });
  assert.equal(rowsSolved, 0);
  for (let r = 0; r < 6; r++) {
    const of = (all: Uint8Array) => rowError(problem, r, all.subarray(r * 24, (r + 1) * 24));
    assert.equal(of(levels), Math.min(of(nearest), of(successive)));
  }
});

test("odd layers are refused", async () => {
  const good = layer(1, 2, 4, 3);
  const refused = (change: Partial<RoundingInput>) =>
    assert.rejects(roundingProblem({ ...good, ...change }), { code: "ROUNDING_INVALID" });
  await refused({ bits: 0 });
  await refused({ columns: 0 });
  await refused({ weights: [1, 2, 3] });
  await refused({ weights: [1, 2, 3, Number.NaN] });
  await refused({ inputs: [] });
  await refused({ groupSize: 0.5 });
  await refused({ damping: 0 });
  await refused({ grid: { steps: new Float64Array(1).fill(1), lowest: new Float64Array(2) } });
  await refused({ grid: { steps: new Float64Array(2), lowest: new Float64Array(2) } });
});

test("rounding is cancelled between slices and reports how far it is", async () => {
  const problem = await roundingProblem(layer(2, 40, 64, 2));
  const abort = new AbortController();
  let last = 0;
  const running = roundWeights(problem, {
    signal: abort.signal,
    progress: (fraction) => {
      assert.ok(fraction > last && fraction <= 1);
      last = fraction;
      if (fraction > 0.1) abort.abort(new Error("enough"));
    },
  });
  await assert.rejects(running, /enough/);
  assert.ok(last < 0.5);
});
