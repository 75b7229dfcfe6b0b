import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelConfig } from "../src/decoder/config.ts";
import { initialParameters, type Weights } from "../src/decoder/parameters.ts";
import { gradientGraph } from "../src/decoder/training-graph.ts";
import { normal, random } from "../src/random.ts";
import { float32, floats, int64, openSession } from "../src/runtime/session.ts";

const shape = { batch: 2, sequence: 6 };
const base: ModelConfig = {
  vocabularySize: 13,
  hiddenSize: 16,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 24,
  maxPositions: 6,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
  tieEmbeddings: true,
};

/** The largest relative error over tensors of the slope along a random direction, against central differences. */
async function worstGradientError(config: ModelConfig): Promise<{ worst: number; tensors: number; where: string }> {
  const source = random(7);
  const parameters = initialParameters(config, source);
  // Away from the start, where norms are one and projections are tiny, so that every term of a rule counts.
  for (const { data } of parameters.values()) for (let i = 0; i < data.length; i++) data[i] = data[i]! + 0.15 * normal(source);
  const { model, outputs } = gradientGraph(config, shape);
  await using session = await openSession(model, { threads: 1 });
  const rows = shape.batch * shape.sequence;
  // Few distinct tokens: rows of the embedding repeat within the batch, as inputs and as targets.
  const tokens = () => BigInt64Array.from({ length: rows }, () => BigInt(Math.floor(source() * 5)));
  const [ids, targets] = [int64(tokens(), [rows]), int64(tokens(), [rows, 1])];
  const raw = Float32Array.from({ length: rows }, (_, i) => (i === 3 ? 0 : 0.5 + source()));
  const total = raw.reduce((a, b) => a + b, 0);
  const weights = float32(
    raw.map((w) => w / total),
    [rows, 1],
  );
  const feed = (values: ReadonlyMap<string, Weights>) => ({
    ...Object.fromEntries([...values].map(([name, w]) => [name, float32(w.data, w.shape)])),
    ids,
    targets,
    weights,
  });
  const result = await session.run(feed(parameters), [outputs.loss, ...outputs.gradients.values()]);

  let worst = 0;
  let where = "";
  for (const [name, weight] of parameters) {
    const gradient = floats(result[outputs.gradients.get(name)!]);
    // Half random, half along the gradient: a direction that happens to be flat would say nothing about the rule.
    const noise = Float32Array.from(gradient, () => normal(source));
    const [steepness, length] = [Math.hypot(...gradient), Math.hypot(...noise)];
    const mixed = gradient.map((x, i) => x / steepness + noise[i]! / length);
    const norm = Math.hypot(...mixed);
    const direction = mixed.map((x) => x / norm);
    const slope = gradient.reduce((sum, x, i) => sum + x * direction[i]!, 0);
    const lossAt = async (t: number): Promise<number> => {
      const moved = { shape: weight.shape, data: weight.data.map((x, i) => x + t * direction[i]!) };
      const out = await session.run(feed(new Map(parameters).set(name, moved)), [outputs.loss]);
      return floats(out[outputs.loss])[0]!;
    };
    // Fourth order, so that the step can be long enough for 32-bit losses.
    const h = 0.02;
    const measured = (8 * ((await lossAt(h)) - (await lossAt(-h))) - ((await lossAt(2 * h)) - (await lossAt(-2 * h)))) / (12 * h);
    const error = Math.abs(measured - slope) / Math.abs(slope);
    if (error > worst) [worst, where] = [error, name];
  }
  return { worst, tensors: parameters.size, where };
}

test("the gradient of every parameter tensor agrees with central differences within 1e-3 (tied embedding, grouped queries)", async () => {
  const { worst, tensors, where } = await worstGradientError(base);
  assert.equal(tensors, 20);
  assert.ok(worst <= 1e-3, `worst relative error ${worst} at ${where}`);
});

test("the gradient of every parameter tensor agrees with central differences within 1e-3 (own output layer, full heads)", async () => {
  const { worst, tensors, where } = await worstGradientError({ ...base, tieEmbeddings: false, keyValueHeads: 4, layers: 1 });
  assert.equal(tensors, 12);
  assert.ok(worst <= 1e-3, `worst relative error ${worst} at ${where}`);
});
