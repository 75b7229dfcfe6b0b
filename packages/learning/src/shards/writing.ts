// Turns documents into a token shard, in a worker thread.
import { runTask, workerEntry } from "../runtime/worker-task.ts";
import type { ShardIndex, SourceDocument } from "./shard.ts";

/** What to write and where. */
export interface ShardWriting {
  /** The shard's file, ending in `.bin`; its index goes beside it. */
  readonly file: string;
  /** `tokenizer.json` of the model the shard is for. */
  readonly tokenizerPath: string;
  readonly documents: readonly SourceDocument[];
  readonly signal?: AbortSignal | undefined;
}

/** Writes a shard and gives its index; throws SHARD_INVALID, TOKENIZER_INVALID, WORKER_FAILED. */
export function writeShard({ file, tokenizerPath, documents, signal }: ShardWriting): Promise<ShardIndex> {
  const request = { file, tokenizerPath, documents };
  return runTask<typeof request, never, ShardIndex>(workerEntry(import.meta.url, "writing"), request, { signal });
}
