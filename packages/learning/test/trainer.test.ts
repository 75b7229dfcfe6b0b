import assert from "node:assert/strict";
import { test } from "node:test";
import type { TrainerTensors } from "../src/checkpoint/training-checkpoint.ts";
import { initialParameters, type Weights, zerosLike } from "../src/decoder/parameters.ts";
import { gradientGraph, trainingGraph } from "../src/decoder/training-graph.ts";
import { type AdamW, adamwScalars } from "../src/graph/adamw.ts";
import { Graph } from "../src/graph/graph.ts";
import { addRows } from "../src/graph/primitives.ts";
import { random } from "../src/random.ts";
import { float32, floats, int64, type OrtTensor, openSession } from "../src/runtime/session.ts";
import { openTrainer } from "../src/training/trainer.ts";
import { tinyConfig } from "./tiny-run.ts";

const shape = { batch: 2, sequence: 16 };
const rows = shape.batch * shape.sequence;
const adamw: AdamW = { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1 };
const rate = 3e-3;

function batch(step: number) {
  const source = random(step);
  const tokens = () => BigInt64Array.from({ length: rows }, () => BigInt(Math.floor(source() * 40)));
  return { ids: tokens(), targets: tokens(), weights: new Float32Array(rows).fill(1 / rows) };
}

function feedsOf(step: number): Record<string, OrtTensor> {
  const { ids, targets, weights } = batch(step);
  return { ids: int64(ids, [rows]), targets: int64(targets, [rows, 1]), weights: float32(weights, [rows, 1]) };
}

const copyOf = (parameters: ReadonlyMap<string, Weights>) =>
  new Map([...parameters].map(([name, { shape: sizes, data }]) => [name, { shape: sizes, data: data.slice() }]));

async function trained(
  parameters: Map<string, Weights>,
  clip: number,
  threads: number,
  steps: number,
): Promise<Map<string, Weights>> {
  const tensors = { parameters, first: zerosLike(parameters), second: zerosLike(parameters) };
  await using trainer = await openTrainer(tensors, { config: tinyConfig, shape, adamw, clip, threads });
  for (let step = 1; step <= steps; step++) {
    const { ids, targets, weights } = batch(step);
    trainer.batch.ids.set(ids);
    trainer.batch.targets.set(targets);
    trainer.batch.weights.set(weights);
    await trainer.step(step, rate);
  }
  return parameters;
}

test("rows added to a table by repeated indices are all counted, also on several threads", async () => {
  const [table, updates, width] = [8, 4096, 64];
  const g = new Graph();
  const result = addRows(
    g,
    g.input("table", [table, width]),
    g.input("index", [updates, 1], "int64"),
    g.input("updates", [updates, width]),
  );
  await using session = await openSession(g.encode([result]), { threads: 4 });
  for (let round = 0; round < 20; round++) {
    const out = await session.run(
      {
        table: float32(new Float32Array(table * width), [table, width]),
        index: int64(
          BigInt64Array.from({ length: updates }, (_, i) => BigInt(i % 3)),
          [updates, 1],
        ),
        updates: float32(new Float32Array(updates * width).fill(1), [updates, width]),
      },
      [result.name],
    );
    const counted = floats(out[result.name]).reduce((sum, x) => sum + x, 0);
    assert.equal(counted, updates * width);
  }
});

for (const threads of [1, 2]) {
  test(`steps that write parameters in place give the bits of steps into other arrays (${threads} thread(s))`, async () => {
    const start = initialParameters(tinyConfig, random(1));
    const inPlace = await trained(copyOf(start), 0.5, threads, 5);

    const graph = trainingGraph(tinyConfig, shape, adamw, 0.5);
    await using session = await openSession(graph.model, { threads });
    let state: TrainerTensors = { parameters: copyOf(start), first: zerosLike(start), second: zerosLike(start) };
    for (let step = 1; step <= 5; step++) {
      const scalars = adamwScalars(adamw, step, rate);
      const feeds = { ...feedsOf(step) };
      for (const [name, value] of Object.entries(scalars)) feeds[name] = float32(Float32Array.of(value), []);
      for (const [name, { data, shape: sizes }] of state.parameters) {
        feeds[name] = float32(data, sizes);
        feeds[`first.${name}`] = float32(state.first.get(name)!.data, sizes);
        feeds[`second.${name}`] = float32(state.second.get(name)!.data, sizes);
      }
      const names = [...graph.outputs.updates.values()].flatMap((u) => [u.parameter, u.first, u.second]);
      const out = await session.run(feeds, names);
      const next = (part: "parameter" | "first" | "second") =>
        new Map(
          [...graph.outputs.updates].map(([name, u]) => [name, { shape: start.get(name)!.shape, data: floats(out[u[part]]) }]),
        );
      state = { parameters: next("parameter"), first: next("first"), second: next("second") };
    }
    for (const [name, { data }] of state.parameters) assert.deepEqual(inPlace.get(name)!.data, data, name);
  });
}

test("three steps of the graph agree with AdamW and norm clipping written out in plain arithmetic", async () => {
  const start = initialParameters(tinyConfig, random(1));
  const clip = 0.3;
  const fromGraph = await trained(copyOf(start), clip, 1, 3);

  const { model, outputs } = gradientGraph(tinyConfig, shape);
  await using session = await openSession(model, { threads: 1 });
  const parameters = copyOf(start);
  const moments = new Map(
    [...start].map(([name, { data }]) => [name, { m: new Float64Array(data.length), v: new Float64Array(data.length) }]),
  );
  const norms: number[] = [];
  for (let step = 1; step <= 3; step++) {
    const feeds = feedsOf(step);
    for (const [name, { data, shape: sizes }] of parameters) feeds[name] = float32(data, sizes);
    const out = await session.run(feeds, [...outputs.gradients.values()]);
    const gradient = (name: string): Float32Array => floats(out[outputs.gradients.get(name)!]);
    const norm = Math.sqrt([...parameters.keys()].reduce((sum, name) => sum + gradient(name).reduce((s, x) => s + x * x, 0), 0));
    norms.push(norm);
    const factor = Math.min(1, clip / (norm + 1e-6));
    for (const [name, { data, shape: sizes }] of parameters) {
      const { m, v } = moments.get(name)!;
      for (const [i, raw] of gradient(name).entries()) {
        const g = raw * factor;
        m[i] = 0.9 * m[i]! + 0.1 * g;
        v[i] = 0.95 * v[i]! + 0.05 * g * g;
        const update = m[i]! / (1 - 0.9 ** step) / (Math.sqrt(v[i]! / (1 - 0.95 ** step)) + 1e-8);
        data[i] = data[i]! * (1 - rate * (sizes.length > 1 ? 0.1 : 0)) - rate * update;
      }
    }
  }
  assert.ok(Math.max(...norms) > clip, "the test should clip at least once");
  let worst = 0;
  for (const [name, { data }] of parameters) {
    // Where the gradient is rounding noise, Adam turns its sign into a whole step: those few entries may differ by that.
    const differences = Array.from(data, (x, i) => Math.abs(x - fromGraph.get(name)!.data[i]!)).sort((a, b) => a - b);
    worst = Math.max(worst, differences[Math.floor(differences.length * 0.98)]!);
  }
  assert.ok(worst < 1e-5, `worst difference ${worst}`);
});
