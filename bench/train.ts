// How much of the machine's arithmetic does a training step use?
// A step of a 3M-parameter decoder is timed against the matrix product of the same runtime and, where numpy is installed,
// against OpenBLAS. The three take turns within every round, so that a noisy minute is noisy for all, and the ratio of a
// round compares like with like; figures are medians over rounds. The limit is the faster of the two products.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { initialParameters, parameterCount, zerosLike } from "../packages/learning/src/decoder/parameters.ts";
import { openTrainer } from "../packages/learning/src/executors/trainer.ts";
import { Graph } from "../packages/learning/src/graph/graph.ts";
import { gemm } from "../packages/learning/src/graph/primitives.ts";
import { modelPresets } from "../packages/learning/src/index.ts";
import { random } from "../packages/learning/src/random.ts";
import { float32, openSession } from "../packages/learning/src/runtime/session.ts";
import { type Bench, type Row, row } from "./contract.ts";

const size = 1024;
const productFlops = 2 * size ** 3;
const shape = { batch: 16, sequence: 128 };

/** Measures for about this long and gives GFLOP/s. */
type Rate = (milliseconds: number) => Promise<number>;

async function rateOf(run: () => Promise<unknown>, flops: number, milliseconds: number): Promise<number> {
  const start = performance.now();
  let runs = 0;
  do {
    await run();
    runs++;
  } while (performance.now() - start < milliseconds);
  return (flops * runs) / (performance.now() - start) / 1e6;
}

async function runtimeProduct(threads: number): Promise<Rate> {
  const g = new Graph();
  const y = gemm(g, g.input("a", [size, size]), g.input("b", [size, size]), { transposeB: true });
  const session = await openSession(g.encode([y]), { threads });
  const matrix = () => float32(new Float32Array(size * size).fill(0.5), [size, size]);
  const [feeds, out] = [{ a: matrix(), b: matrix() }, { [y.name]: matrix() }];
  return (milliseconds) => rateOf(() => session.run(feeds, out), productFlops, milliseconds);
}

const program = `
import sys, time
import numpy as np
a, b = (np.full((${size}, ${size}), 0.5, np.float32) for _ in range(2))
out = np.empty_like(a)
print("ready", flush=True)
for line in sys.stdin:
    end, runs, start = float(line) / 1e3, 0, time.perf_counter()
    while runs == 0 or time.perf_counter() - start < end:
        np.matmul(a, b.T, out=out); runs += 1
    print(${productFlops} * runs / (time.perf_counter() - start) / 1e9, flush=True)
`;

/** OpenBLAS through numpy in a process of its own, or nothing where there is no numpy. */
async function openBlas(threads: number): Promise<(AsyncDisposable & { rate: Rate }) | undefined> {
  const child = spawn(process.env.ENTENTE_PYTHON ?? "python3", ["-c", program], {
    env: { ...process.env, OPENBLAS_NUM_THREADS: String(threads) },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const failed = new Promise<undefined>((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("exit", () => resolve(undefined));
  });
  child.stdin.on("error", () => {
    // A process that never started also closes its pipe; `failed` says so.
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ready = await Promise.race([lines.next().then(({ value }) => value), failed]);
  if (ready !== "ready") return undefined;
  return {
    rate: async (milliseconds) => {
      child.stdin.write(`${milliseconds}\n`);
      return Number((await lines.next()).value);
    },
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await failed;
    },
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const bench: Bench = async ({ quick, options }) => {
  const threads = typeof options.threads === "string" ? Number(options.threads) : availableParallelism();
  const [rounds, slice] = quick ? [3, 400] : [9, 1000];
  const config = modelPresets.micro(256);
  const parameters = initialParameters(config, random(1));
  const tensors = { parameters, first: zerosLike(parameters), second: zerosLike(parameters) };
  const adamw = { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.1 } as const;
  await using trainer = await openTrainer(tensors, { config, shape, adamw, clip: 1, threads });
  const source = random(2);
  const rows = shape.batch * shape.sequence;
  for (let i = 0; i < rows; i++) {
    trainer.batch.ids[i] = BigInt(Math.floor(source() * config.vocabularySize));
    trainer.batch.targets[i] = BigInt(Math.floor(source() * config.vocabularySize));
    trainer.batch.weights[i] = 1 / rows;
  }
  let steps = 0;
  const step: Rate = (milliseconds) => rateOf(() => trainer.step(++steps, 1e-4), trainer.matmulFlops, milliseconds);
  const product = await runtimeProduct(threads);
  await using blas = await openBlas(threads);
  if (blas === undefined) console.log("skipped: OpenBLAS rows (numpy is not installed for python3; set ENTENTE_PYTHON)");

  const measured: { step: number; product: number; blas: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const found = {
      step: await step(slice),
      product: await product(slice / 2),
      blas: (await blas?.rate(slice / 2)) ?? Number.NaN,
    };
    // The first round only warms up.
    if (round >= 0) measured.push(found);
  }
  const over = (pick: (m: (typeof measured)[number]) => number): number[] => measured.map(pick);
  const perToken = trainer.matmulFlops / rows;
  const limit = over((m) => m.step / Math.max(m.product, Number.isNaN(m.blas) ? 0 : m.blas));
  const found: Row[] = [
    row("parameters", parameterCount(config), "weights"),
    row("threads", threads, "threads"),
    row("training step", median(over((m) => m.step)), "GFLOP/s"),
    row("training speed", (median(over((m) => m.step)) * 1e9) / perToken, "tokens/s"),
    row("matrix product of the same runtime", median(over((m) => m.product)), "GFLOP/s"),
    row("step / product of the same runtime", median(over((m) => m.step / m.product)), "ratio", ">=", 0.6),
  ];
  if (blas !== undefined) {
    found.push(row("matrix product of OpenBLAS", median(over((m) => m.blas)), "GFLOP/s"));
    found.push(row("step / product of OpenBLAS", median(over((m) => m.step / m.blas)), "ratio", ">=", 0.6));
  }
  found.push(row("step / limit (the faster product)", median(limit), "ratio", ">=", 0.6));
  found.push(row("step / limit, worst round", Math.min(...limit), "ratio"));
  found.push(row("step / limit, best round", Math.max(...limit), "ratio"));
  return found;
};

export default bench;
