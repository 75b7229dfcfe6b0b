// One long computation in a thread of its own: a request goes in, progress comes out, one result or error ends it. A stop
// is a shared integer and not a message, because the thread's event loop is blocked while a graph runs.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type ErrorRecord, errorFromRecord, errorRecord, LearningError } from "../errors.ts";

type Answer<Progress, Result> =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "result"; readonly result: Result }
  | { readonly kind: "error"; readonly error: ErrorRecord };

interface Envelope<Request> {
  readonly request: Request;
  readonly stop: Int32Array;
}

/** What the caller of a task may give it. */
export interface TaskOptions<Progress> {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** The file of a worker beside the calling module: TypeScript in the sources, JavaScript when compiled. */
export function workerEntry(caller: string, name: string): URL {
  return new URL(`./${name}.worker${caller.endsWith(".ts") ? ".ts" : ".js"}`, caller);
}

/**
 * Runs a task and waits for its thread to end. When the signal aborts, the task is asked to stop: it may still answer with a
 * partial result; if it fails instead, the promise rejects with the signal's reason. Throws WORKER_FAILED if the thread
 * dies, and the task's own errors.
 */
export function runTask<Request, Progress, Result>(
  entry: URL,
  request: Request,
  options: TaskOptions<Progress>,
): Promise<Result> {
  const { signal, progress } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const envelope: Envelope<Request> = { request, stop };
  const worker = new Worker(entry, { workerData: envelope });
  const name = entry.pathname.split("/").at(-1) ?? "";
  const askToStop = (): void => void Atomics.store(stop, 0, 1);
  signal?.addEventListener("abort", askToStop, { once: true });

  return new Promise<Result>((resolve, reject) => {
    let answer: { readonly result: Result } | { readonly error: unknown } | undefined;
    worker.on("message", (message: Answer<Progress, Result>) => {
      if (message.kind === "progress") progress?.(message.progress);
      else if (message.kind === "result") answer = { result: message.result };
      else answer = { error: errorFromRecord(message.error) };
    });
    worker.once("error", (cause: Error) => {
      answer = { error: new LearningError("WORKER_FAILED", { worker: name, problem: cause.message }, { cause }) };
    });
    worker.once("exit", (code) => {
      signal?.removeEventListener("abort", askToStop);
      if (answer === undefined) reject(new LearningError("WORKER_FAILED", { worker: name, problem: `exit code ${code}` }));
      else if ("result" in answer) resolve(answer.result);
      else reject(signal?.aborted ? signal.reason : answer.error);
    });
  });
}

/** What a task may do while it runs. */
export interface TaskContext<Progress> {
  /** Whether the caller asked to stop. */
  stopped(): boolean;
  /** Throws if the caller asked to stop, for tasks without a partial result. */
  throwIfStopped(): void;
  progress(progress: Progress): void;
}

/** In a worker file: answers the task this thread was started for. Does nothing on the main thread. */
export function serveTask<Request, Progress, Result>(
  perform: (request: Request, context: TaskContext<Progress>) => Promise<Result>,
): void {
  const port = parentPort;
  if (isMainThread || port === null) return;
  const { request, stop } = workerData as Envelope<Request>; // put there by runTask
  const post = (answer: Answer<Progress, Result>): void => port.postMessage(answer);
  const stopped = (): boolean => Atomics.load(stop, 0) === 1;
  const context: TaskContext<Progress> = {
    stopped,
    throwIfStopped() {
      if (stopped()) throw new DOMException("the caller asked to stop", "AbortError");
    },
    progress: (progress) => post({ kind: "progress", progress }),
  };
  perform(request, context).then(
    (result) => post({ kind: "result", result }),
    (error: unknown) => post({ kind: "error", error: errorRecord(error) }),
  );
}
