// One sampler in several threads. Each thread draws its share of the reads from a seed of its own, over the same shared memory: the
// arrays of the model are put into SharedArrayBuffers once, whatever the number of threads. The same seed and number of threads give
// the same samples, unless a time limit or target cut the run.
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { QuantumError, type QuantumErrorCode, type QuantumErrorDetails } from "../errors.ts";
import type { Bqm } from "../models/bqm.ts";
import { Random } from "../random.ts";
import type { Progress, SampleOptions } from "../sample-options.ts";
import { aggregated, joined, type SampleSet } from "../sample-set.ts";

/** What a thread is told. */
export type ToThread =
  | { readonly sampler: string; readonly model: Bqm; readonly options: Omit<SampleOptions, "signal" | "progress"> }
  | { readonly stop: true };

/** What a thread says. */
export type FromThread =
  | { readonly progress: Progress }
  | { readonly samples: SampleSet }
  | { readonly failed: { readonly code: QuantumErrorCode; readonly details: QuantumErrorDetails } }
  | { readonly crashed: string };

const module = new URL(`./sampling.worker${extname(import.meta.url)}`, import.meta.url);

/**
 * Samples in `threads` threads at once and joins what they found; the first to reach the target ends all. Throws what the sampler
 * throws, THREAD_ENDED, or the signal's reason.
 */
export async function sampleInThreads(sampler: string, given: Bqm, options: SampleOptions, threads: number): Promise<SampleSet> {
  const { signal, progress, reads = 1, seed, target, ...rest } = options;
  signal?.throwIfAborted();
  const model = shared(given);
  const count = Math.min(threads, reads);
  const parts = Array.from({ length: count }, (_, t) => ({
    reads: Math.floor(reads / count) + (t < reads % count ? 1 : 0),
    seed: t === 0 ? seed : seedOf(seed, t),
  }));
  const ended = new AbortController();
  const stop = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal;
  const reached = (energy: number): boolean => target !== undefined && energy <= target + 1e-9 * Math.abs(target);
  const latest: Progress[] = parts.map(() => ({ fraction: 0, energy: Number.POSITIVE_INFINITY, reads: 0 }));
  const report = (t: number, of: Progress): void => {
    latest[t] = of;
    progress?.({
      fraction: latest.reduce((sum, p) => sum + p.fraction, 0) / count,
      energy: Math.min(...latest.map((p) => p.energy)),
      reads: latest.reduce((sum, p) => sum + p.reads, 0),
    });
  };
  const runs = parts.map(async (part, t) => {
    const order = { ...rest, ...part, ...(target === undefined ? {} : { target }) };
    const samples = await inThread({ sampler, model, options: order }, stop, (of) => report(t, of));
    if (samples && reached(samples.energies[0]!)) ended.abort();
    return samples;
  });
  try {
    const sets = (await Promise.all(runs)).filter((set) => set !== undefined);
    signal?.throwIfAborted();
    const [first, ...others] = sets;
    if (!first) throw new QuantumError("THREAD_ENDED", { reason: "no thread gave an answer" });
    const samples = aggregated(joined([first, ...others]));
    return given.labels === undefined ? samples : { ...samples, labels: given.labels };
  } catch (error) {
    ended.abort();
    await Promise.allSettled(runs);
    throw error;
  }
}

// Undefined when it was stopped before it had samples.
function inThread(order: ToThread, stop: AbortSignal, progress: (of: Progress) => void): Promise<SampleSet | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<SampleSet | undefined>();
  const worker = new Worker(module, { name: "sampling" });
  const halt = (): void => worker.postMessage({ stop: true } satisfies ToThread);
  stop.addEventListener("abort", halt, { once: true });
  worker.on("message", (said: FromThread) => {
    if ("progress" in said) progress(said.progress);
    else if ("samples" in said) resolve(said.samples);
    else if ("failed" in said)
      reject(new QuantumError(said.failed.code, said.failed.details as never)); // why: they come from the same table
    else if (stop.aborted) resolve(undefined);
    else reject(new QuantumError("THREAD_ENDED", { reason: said.crashed }));
  });
  worker.on("error", (error: Error) => reject(new QuantumError("THREAD_ENDED", { reason: error.message }, { cause: error })));
  worker.on("exit", () => {
    stop.removeEventListener("abort", halt);
    if (stop.aborted) resolve(undefined);
    else reject(new QuantumError("THREAD_ENDED", { reason: "it ended without an answer" }));
  });
  worker.postMessage(order);
  return promise;
}

// Thread 0 has the caller's seed: one thread finds what no threads find.
function seedOf(seed: number, thread: number): number {
  const random = new Random(seed, -2 - thread);
  return random.below(2 ** 21) * 2 ** 32 + random.next();
}

function shared(model: Bqm): Bqm {
  const copy = <A extends Int32Array | Float64Array>(array: A): A => {
    const Type = array.constructor as new (buffer: SharedArrayBuffer) => A; // why: an array's constructor makes arrays of its type
    const put = new Type(new SharedArrayBuffer(array.byteLength));
    put.set(array);
    return put;
  };
  const { labels: _, ...bare } = model; // samples get them back at the end
  const { linear, rows, columns, biases } = model;
  return { ...bare, linear: copy(linear), rows: copy(rows), columns: copy(columns), biases: copy(biases) };
}
