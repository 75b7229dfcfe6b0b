// Learns a tokenizer from documents, in a worker thread.
import { writeFileAtomically } from "../checkpoint/durable-file.ts";
import { LearningError } from "../errors.ts";
import { runTask, workerEntry } from "../runtime/worker-task.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { smallestVocabulary, tokenizerFromJson, tokenizerToJson } from "./tokenizer-json.ts";

/** What to learn from. */
export interface TokenizerTraining {
  readonly documents: readonly (string | Uint8Array)[];
  /** Ids of the tokenizer, marks and bytes included: 258 and more. Fewer come out if the text has too few repeated pairs. */
  readonly vocabularySize: number;
  readonly signal?: AbortSignal | undefined;
}

/** A byte-level BPE tokenizer of these documents; throws TOKENIZER_VOCABULARY, WORKER_FAILED. */
export async function trainTokenizer({ documents, vocabularySize, signal }: TokenizerTraining): Promise<Tokenizer> {
  if (!Number.isSafeInteger(vocabularySize) || vocabularySize < smallestVocabulary) {
    throw new LearningError("TOKENIZER_VOCABULARY", { wanted: `${smallestVocabulary} ids or more`, got: vocabularySize });
  }
  const request = { documents, vocabularySize };
  const json = await runTask<typeof request, never, unknown>(workerEntry(import.meta.url, "training"), request, { signal });
  return tokenizerFromJson(json);
}

/** Writes `tokenizer.json`, whole or not at all. */
export async function saveTokenizer(tokenizer: Tokenizer, file: string): Promise<void> {
  await writeFileAtomically(file, `${JSON.stringify(tokenizerToJson(tokenizer), null, 1)}\n`);
}
