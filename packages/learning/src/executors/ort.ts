// The embedded executor: ONNX Runtime in a worker thread of this process.
import { runTask, workerEntry } from "../runtime/worker-task.ts";
import { defineExecutor } from "../training/executor.ts";

/**
 * Trains on the CPU of this machine. The same spec with one thread gives bit-identical weights, also when it was cancelled
 * or killed and resumed in between. Throws RUN_SPEC_INVALID, CONFIG_INVALID, SHARD_INVALID, SHARDS_EMPTY,
 * RUN_NOT_RESUMABLE, LOSS_NOT_FINITE, WORKER_FAILED and the codes of reading checkpoints.
 */
export const ortExecutor = defineExecutor({
  name: "ort",
  run: (spec, options) => runTask(workerEntry(import.meta.url, "ort"), spec, options ?? {}),
});
