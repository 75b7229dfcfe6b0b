// Every error of the package is declared here, once: a code that never changes its meaning, and a message that says what
// was wanted and what came. Codes are what programs match on; messages are for people.

const table = {
  GRAPH_SHAPE_MISMATCH: (d: { op: string; wanted: string; got: string }) => `${d.op} wants ${d.wanted}; got ${d.got}`,
  CONFIG_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `model config: ${d.field} must be ${d.wanted}; got ${JSON.stringify(d.got)}`,
  RUN_SPEC_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `run spec: ${d.field} must be ${d.wanted}; got ${JSON.stringify(d.got)}`,
  RUN_NOT_RESUMABLE: (d: { field: string; wanted: unknown; got: unknown }) =>
    `the last checkpoint was written by a run with ${d.field} = ${JSON.stringify(d.wanted)}; this run has ${JSON.stringify(d.got)}: use the same value or another outDir`,
  LOSS_NOT_FINITE: (d: { step: number; loss: number }) =>
    `the loss is ${d.loss} at step ${d.step}: lower the learning rate or clip gradients; the last checkpoint is untouched`,
  SAFETENSORS_INVALID: (d: { file: string; problem: string }) => `${d.file} is not a safetensors file we can read: ${d.problem}`,
  CHECKPOINT_INVALID: (d: { folder: string; problem: string }) => `${d.folder} is not a checkpoint we can read: ${d.problem}`,
  TOKENIZER_INVALID: (d: { source: string; problem: string }) => `${d.source} is not a tokenizer we can read: ${d.problem}`,
  TOKENIZER_VOCABULARY: (d: { wanted: string; got: number }) => `a byte-level vocabulary has ${d.wanted}; asked for ${d.got}`,
  TOKEN_UNKNOWN: (d: { id: number; size: number }) => `token ids go from 0 to ${d.size - 1}; got ${d.id}`,
  SHARD_INVALID: (d: { file: string; problem: string }) => `${d.file} is not a token shard we can read: ${d.problem}`,
  SHARDS_EMPTY: (d: { shards: number }) => `training needs at least two tokens; the ${d.shards} shard(s) given hold fewer`,
  GENERATION_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `generation: ${d.field} must be ${d.wanted}; got ${JSON.stringify(d.got)}`,
  EVALUATION_INVALID: (d: { field: string; wanted: string; got: unknown }) =>
    `evaluation: ${d.field} must be ${d.wanted}; got ${JSON.stringify(d.got)}`,
  MODEL_CLOSED: (d: { checkpoint: string }) => `the model opened from ${d.checkpoint} is closed; open it again`,
  WORKER_FAILED: (d: { worker: string; problem: string }) => `the ${d.worker} worker stopped before it answered: ${d.problem}`,
} as const;

/** The code of every error this package throws on purpose; stable across versions. */
export type LearningErrorCode = keyof typeof table;

type Details<C extends LearningErrorCode> = Parameters<(typeof table)[C]>[0];

/** An error with a stable `code`, and `details` that hold what was wanted and what came. */
export class LearningError<C extends LearningErrorCode = LearningErrorCode> extends Error {
  readonly code: C;
  readonly details: Details<C>;

  constructor(code: C, details: Details<C>, options?: { cause?: unknown }) {
    const message = table[code] as (d: Details<C>) => string; // a table indexed by a generic key loses the pairing
    super(message(details), options);
    this.name = "LearningError";
    this.code = code;
    this.details = details;
  }
}

/** Every error code with nothing else: for documentation checks. */
export const learningErrorCodes: readonly string[] = Object.keys(table);

/** An error as it crosses a thread: structured clone drops the class, so the code and details travel as data. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: LearningErrorCode;
  readonly details?: unknown;
}

/** The record of an error, to post to another thread. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const base = { name: error.name, message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
  return error instanceof LearningError ? { ...base, code: error.code, details: error.details } : base;
}

/** The error that a record stands for, with the same code, message and stack. */
export function errorFromRecord(record: ErrorRecord): Error {
  const error = record.code === undefined ? new Error(record.message) : new LearningError(record.code, record.details as never); // written by errorRecord from a LearningError of this code
  if (record.stack !== undefined) error.stack = record.stack;
  error.name = record.name;
  return error;
}
