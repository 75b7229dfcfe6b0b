// How much of the machine's arithmetic does a training step use?
// A step of a 3M-parameter decoder is timed against the matrix product of the same runtime and, where numpy is installed,
// against OpenBLAS. The three take turns within every round, so that a noisy minute is noisy for all, and the ratio of a
// round compares like with like; figures are medians over rounds. The limit is the faster of the two products.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { measureTrainingSpeed, modelPresets, parameterCount } from "@entente/learning";
import { type Bench, type Row, row } from "./contract.ts";

const size = 1024;
const productFlops = 2 * size ** 3;
const shape = { batch: 16, sequence: 128 };

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
async function openBlas(
  threads: number,
): Promise<(AsyncDisposable & { rate(milliseconds: number): Promise<number> }) | undefined> {
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
  await using blas = await openBlas(threads);
  if (blas === undefined) console.log("skipped: OpenBLAS rows (numpy is not installed for python3; set ENTENTE_PYTHON)");

  const measured: { step: number; product: number; tokens: number; blas: number }[] = [];
  for (let round = -1; round < rounds; round++) {
    const speed = await measureTrainingSpeed({ config, ...shape, threads, milliseconds: slice });
    const found = { ...speed, tokens: speed.tokensPerSecond, blas: (await blas?.rate(slice / 2)) ?? Number.NaN };
    // The first round only warms up.
    if (round >= 0) measured.push(found);
  }
  const over = (pick: (m: (typeof measured)[number]) => number): number[] => measured.map(pick);
  const limit = over((m) => m.step / Math.max(m.product, Number.isNaN(m.blas) ? 0 : m.blas));
  const found: Row[] = [
    row("parameters", parameterCount(config), "weights"),
    row("threads", threads, "threads"),
    row("training step", median(over((m) => m.step)), "GFLOP/s"),
    row("training speed", median(over((m) => m.tokens)), "tokens/s"),
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
