// A model under training in this thread: weights and moments in JavaScript's memory, the step compiled once. Parameters and
// moments are fed and fetched through the same arrays: the runtime reads and writes them in place (see graph/adamw.ts for
// why no read can come after the write).

import type { TrainerTensors } from "../checkpoint/training-checkpoint.ts";
import type { ModelConfig } from "../decoder/config.ts";
import type { BatchShape } from "../decoder/forward.ts";
import { momentNames, trainingGraph } from "../decoder/training-graph.ts";
import { type AdamW, adamwScalars } from "../graph/adamw.ts";
import { float32, floats, int64, type OrtTensor, openSession } from "../runtime/session.ts";
import type { BatchBuffers } from "../shards/sampler.ts";

/** A compiled training step and the arrays it works on. */
export interface Trainer extends AsyncDisposable {
  /** Fill these before each step. */
  readonly batch: BatchBuffers;
  readonly matmulFlops: number;
  readonly nodes: number;
  /** Does step `number` = 1, 2, … */
  step(number: number, learningRate: number): Promise<{ readonly loss: number; readonly gradientNorm: number }>;
}

/** What a trainer is made of. */
export interface TrainerOptions {
  readonly config: ModelConfig;
  readonly shape: BatchShape;
  readonly adamw: AdamW;
  readonly clip: number;
  readonly threads: number;
  /** Where to write operator times, for profiling. */
  readonly profileTo?: string;
}

/** Compiles the step of a model; `tensors` are changed in place by each step. */
export async function openTrainer(tensors: TrainerTensors, options: TrainerOptions): Promise<Trainer> {
  const { config, shape, adamw, clip, threads, profileTo } = options;
  const graph = trainingGraph(config, shape, adamw, clip);
  const session = await openSession(graph.model, { threads, ...(profileTo === undefined ? {} : { profileTo }) });
  const rows = shape.batch * shape.sequence;
  const batch = { ids: new BigInt64Array(rows), targets: new BigInt64Array(rows), weights: new Float32Array(rows) };
  const scalars = { stepSize: new Float32Array(1), epsilon: new Float32Array(1), keep: new Float32Array(1) };
  const [loss, norm] = [float32(new Float32Array(1), []), float32(new Float32Array(1), [])];
  const feeds: Record<string, OrtTensor> = {
    ids: int64(batch.ids, [rows]),
    targets: int64(batch.targets, [rows, 1]),
    weights: float32(batch.weights, [rows, 1]),
    stepSize: float32(scalars.stepSize, []),
    epsilon: float32(scalars.epsilon, []),
    keep: float32(scalars.keep, []),
  };
  const results: Record<string, OrtTensor> = { [graph.outputs.loss]: loss, [graph.outputs.norm]: norm };
  for (const [name, outputs] of graph.outputs.updates) {
    const bind = (input: string, output: string, values: TrainerTensors[keyof TrainerTensors]): void => {
      const { data, shape: sizes } = values.get(name)!;
      const tensor = float32(data, sizes);
      feeds[input] = tensor;
      results[output] = tensor;
    };
    bind(name, outputs.parameter, tensors.parameters);
    bind(momentNames.first(name), outputs.first, tensors.first);
    bind(momentNames.second(name), outputs.second, tensors.second);
  }
  return {
    batch,
    matmulFlops: graph.matmulFlops,
    nodes: graph.nodes,
    async step(number, learningRate) {
      const values = adamwScalars(adamw, number, learningRate);
      scalars.stepSize[0] = values.stepSize;
      scalars.epsilon[0] = values.epsilon;
      scalars.keep[0] = values.keep;
      await session.run(feeds, results);
      return { loss: floats(loss)[0]!, gradientNorm: floats(norm)[0]! };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}
