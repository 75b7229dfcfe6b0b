// The thread that measures training steps.
import { initialParameters, zerosLike } from "../decoder/parameters.ts";
import { Graph } from "../graph/graph.ts";
import { gemm } from "../graph/primitives.ts";
import { random } from "../random.ts";
import { float32, openSession } from "../runtime/session.ts";
import { serveTask, type TaskContext } from "../runtime/worker-task.ts";
import type { SpeedRequest, TrainingSpeed } from "./speed.ts";
import { openTrainer } from "./trainer.ts";

const productSize = 1024;
const warmUpRuns = 2;

serveTask<SpeedRequest, never, TrainingSpeed>(async (request, context) => {
  const step = await stepTime(request, context);
  const product = await productTime(request, context);
  const tokens = request.batch * request.sequence;
  return {
    tokensPerSecond: (tokens * 1000) / step.milliseconds,
    millisecondsPerStep: step.milliseconds,
    step: step.flops / step.milliseconds / 1e6,
    product: (2 * productSize ** 3) / product / 1e6,
  };
});

async function timeOf(run: () => Promise<unknown>, milliseconds: number, context: TaskContext<never>): Promise<number> {
  for (let i = 0; i < warmUpRuns; i++) await run();
  const start = performance.now();
  let runs = 0;
  do {
    context.throwIfStopped();
    await run();
    runs++;
  } while (performance.now() - start < milliseconds);
  return (performance.now() - start) / runs;
}

async function stepTime(request: SpeedRequest, context: TaskContext<never>): Promise<{ milliseconds: number; flops: number }> {
  const { config, batch, sequence, threads, milliseconds } = request;
  const source = random(1);
  const parameters = initialParameters(config, source);
  const tensors = { parameters, first: zerosLike(parameters), second: zerosLike(parameters) };
  const adamw = { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1 } as const;
  await using trainer = await openTrainer(tensors, { config, shape: { batch, sequence }, adamw, clip: 1, threads });
  const { ids, targets, weights } = trainer.batch;
  for (let i = 0; i < ids.length; i++) {
    ids[i] = BigInt(Math.floor(source() * config.vocabularySize));
    targets[i] = BigInt(Math.floor(source() * config.vocabularySize));
  }
  weights.fill(1 / weights.length);
  let steps = 0;
  return { milliseconds: await timeOf(() => trainer.step(++steps, 1e-4), milliseconds, context), flops: trainer.matmulFlops };
}

async function productTime({ threads, milliseconds }: SpeedRequest, context: TaskContext<never>): Promise<number> {
  const g = new Graph();
  const shape = [productSize, productSize];
  // The second operand read transposed: the form of a linear layer, and this runtime's fastest.
  const y = gemm(g, g.input("a", shape), g.input("b", shape), { transposeB: true });
  await using session = await openSession(g.encode([y]), { threads });
  const matrix = () => float32(new Float32Array(productSize ** 2).fill(0.5), shape);
  const [feeds, out] = [{ a: matrix(), b: matrix() }, { [y.name]: matrix() }];
  // Awaited here: the session must outlive the measurement.
  return await timeOf(() => session.run(feeds, out), milliseconds / 2, context);
}
