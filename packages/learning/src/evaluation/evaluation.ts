// Measures a checkpoint on held-out documents, in a worker thread.
import { LearningError } from "../errors.ts";
import { runTask, workerEntry } from "../runtime/worker-task.ts";
import type { Score } from "./measures.ts";

/** A held-out document; `slice` is the group it is reported under (a source, a language, a month). */
export interface HeldOutDocument {
  readonly id: string;
  readonly slice: string;
  readonly text: string | Uint8Array;
}

/** What to measure. */
export interface EvaluationOptions {
  /** A model folder. */
  readonly checkpoint: string;
  readonly documents: readonly HeldOutDocument[];
  readonly threads?: number | undefined;
  /** Window length; the model's positions unless told otherwise. */
  readonly sequence?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ((progress: EvaluationProgress) => void) | undefined;
}

/** How far a measurement is, from 0 to 1. */
export interface EvaluationProgress {
  readonly done: number;
}

/** The score of one document. */
export interface DocumentScore extends Score {
  readonly id: string;
  readonly slice: string;
}

/** The score of all documents of a slice. */
export interface SliceScore extends Score {
  readonly slice: string;
  readonly documents: number;
}

/** A measurement. Slices are in order of name. */
export interface Evaluation {
  readonly overall: Score;
  readonly slices: readonly SliceScore[];
  readonly documents: readonly DocumentScore[];
}

/** The part of the options that crosses to the thread. */
export interface EvaluationRequest {
  readonly checkpoint: string;
  readonly documents: readonly HeldOutDocument[];
  readonly threads: number;
  readonly sequence: number | undefined;
}

/**
 * Perplexity and bits per byte of every document, every slice and all; the same input gives the same numbers. Rejects with
 * the signal's reason when aborted; throws EVALUATION_INVALID, WORKER_FAILED and the codes of reading checkpoints.
 */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const { checkpoint, documents, threads = 2, sequence, signal, progress } = options;
  const want = (holds: boolean, field: string, wanted: string, got: unknown): void => {
    if (!holds) throw new LearningError("EVALUATION_INVALID", { field, wanted, got });
  };
  want(Number.isSafeInteger(threads) && threads >= 1, "threads", "a whole number of at least 1", threads);
  want(
    sequence === undefined || (Number.isSafeInteger(sequence) && sequence >= 2),
    "sequence",
    "a whole number of at least 2",
    sequence,
  );
  const request: EvaluationRequest = { checkpoint, documents, threads, sequence };
  return runTask<EvaluationRequest, EvaluationProgress, Evaluation>(workerEntry(import.meta.url, "evaluation"), request, {
    signal,
    progress,
  });
}
