// An open model: a checkpoint compiled in a thread of its own, ready to write and to score.
import { Worker } from "node:worker_threads";
import { errorFromRecord, LearningError } from "../errors.ts";
import type { Score } from "../evaluation/measures.ts";
import { workerEntry } from "../runtime/worker-task.ts";
import type { GeneratedToken, GenerationRequest, ModelCommand, ModelEvent } from "./messages.ts";

/** How to write. */
export interface GenerationOptions {
  /** Most tokens to make; 128 unless told otherwise. */
  readonly maxTokens?: number | undefined;
  /** 0 always takes the likeliest token; 1 samples from the model as it is. 0.8 unless told otherwise. */
  readonly temperature?: number | undefined;
  /** Sample only from this many of the likeliest; 0, the default, means all. */
  readonly topK?: number | undefined;
  /** Sample only from the smallest set with this probability; 1, the default, means all. */
  readonly topP?: number | undefined;
  /** The same seed writes the same text. */
  readonly seed?: number | undefined;
  /** Texts that end the writing; they are not part of it. */
  readonly stop?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A checkpoint in memory. Dispose of it to free its thread. */
export interface OpenModel extends AsyncDisposable {
  /**
   * Continues a prompt, piece by piece. Leaving the loop ends the work; an abort throws the signal's reason. Throws
   * GENERATION_INVALID, MODEL_CLOSED, WORKER_FAILED.
   */
  generate(prompt: string, options?: GenerationOptions): AsyncIterable<GeneratedToken>;
  /** How well the model predicts each text. Throws MODEL_CLOSED, WORKER_FAILED. */
  score(texts: readonly string[], options?: { readonly signal?: AbortSignal | undefined }): Promise<readonly Score[]>;
  close(): Promise<void>;
}

type Outcome = Extract<ModelEvent, { id: number }>;

function checkedRequest(prompt: string, options: GenerationOptions): GenerationRequest {
  const { maxTokens = 128, temperature = 0.8, topK = 0, topP = 1, seed = 0, stop = [] } = options;
  const want = (holds: boolean, field: string, wanted: string, got: unknown): void => {
    if (!holds) throw new LearningError("GENERATION_INVALID", { field, wanted, got });
  };
  want(Number.isSafeInteger(maxTokens) && maxTokens >= 1, "maxTokens", "a whole number of at least 1", maxTokens);
  want(temperature >= 0 && Number.isFinite(temperature), "temperature", "a number of at least 0", temperature);
  want(Number.isSafeInteger(topK) && topK >= 0, "topK", "a whole number", topK);
  want(topP > 0 && topP <= 1, "topP", "above 0 and at most 1", topP);
  want(Number.isSafeInteger(seed), "seed", "a whole number", seed);
  return { prompt, maxTokens, temperature, topK, topP, seed, stop };
}

/**
 * Opens a model folder for writing and scoring; resolves when its graph is compiled. Throws the codes of reading
 * checkpoints, and WORKER_FAILED.
 */
export async function openModel(
  checkpoint: string,
  { threads = 1, signal }: { readonly threads?: number; readonly signal?: AbortSignal } = {},
): Promise<OpenModel> {
  signal?.throwIfAborted();
  const worker = new Worker(workerEntry(import.meta.url, "model"), { workerData: { checkpoint, threads } });
  const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  const listeners = new Map<number, (event: Outcome | { readonly kind: "gone" }) => void>();
  let failure: Error | undefined;
  let closed = false;
  worker.on("error", (cause: Error) => {
    failure = new LearningError("WORKER_FAILED", { worker: "model", problem: cause.message }, { cause });
  });
  void exited.then(() => {
    closed = true;
    for (const listener of listeners.values()) listener({ kind: "gone" });
  });
  const gone = (): Error => failure ?? new LearningError("MODEL_CLOSED", { checkpoint });

  const abort = (): void => void worker.terminate();
  signal?.addEventListener("abort", abort, { once: true });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", (event: ModelEvent) => (event.kind === "refused" ? reject(errorFromRecord(event.error)) : resolve()));
    void exited.then(() => reject(signal?.aborted ? signal.reason : gone()));
  }).finally(() => signal?.removeEventListener("abort", abort));
  worker.on("message", (event: ModelEvent) => {
    if ("id" in event) listeners.get(event.id)?.(event);
  });
  // An idle model keeps no program alive.
  worker.unref();

  let lastId = 0;
  // Sends one request and yields what comes back until its end.
  async function* exchange(
    make: (id: number, halt: Int32Array) => ModelCommand,
    abortSignal?: AbortSignal,
  ): AsyncGenerator<Outcome> {
    abortSignal?.throwIfAborted();
    if (closed) throw gone();
    const id = ++lastId;
    const halt = new Int32Array(new SharedArrayBuffer(4));
    const queue: (Outcome | { readonly kind: "gone" })[] = [];
    let wake = (): void => {};
    listeners.set(id, (event) => {
      queue.push(event);
      wake();
    });
    const onAbort = (): void => {
      Atomics.store(halt, 0, 1);
      wake();
    };
    abortSignal?.addEventListener("abort", onAbort, { once: true });
    worker.ref();
    worker.postMessage(make(id, halt));
    try {
      for (;;) {
        abortSignal?.throwIfAborted();
        const event = queue.shift();
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (event.kind === "gone") throw gone();
        else if (event.kind === "failed") throw errorFromRecord(event.error);
        else if (event.kind === "end") return;
        else yield event;
      }
    } finally {
      Atomics.store(halt, 0, 1);
      abortSignal?.removeEventListener("abort", onAbort);
      listeners.delete(id);
      if (listeners.size === 0) worker.unref();
    }
  }

  const close = async (): Promise<void> => {
    if (!closed) {
      closed = true;
      worker.ref();
      worker.postMessage({ kind: "close" } satisfies ModelCommand);
    }
    await exited;
  };

  return {
    async *generate(prompt, options = {}) {
      const request = checkedRequest(prompt, options);
      for await (const event of exchange((id, halt) => ({ kind: "generate", id, halt, request }), options.signal)) {
        if (event.kind === "token") yield event.token;
      }
    },
    async score(texts, options = {}) {
      for await (const event of exchange((id, halt) => ({ kind: "score", id, halt, texts }), options.signal)) {
        if (event.kind === "scores") return event.scores;
      }
      throw gone();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
