// The thread that learns a tokenizer.
import { serveTask } from "../runtime/worker-task.ts";
import { textOf } from "./document-text.ts";
import { learnMerges, PieceCounts } from "./merge-learner.ts";
import { tokenizerOfMerges, tokenizerToJson } from "./tokenizer-json.ts";

interface Request {
  readonly documents: readonly (string | Uint8Array)[];
  readonly vocabularySize: number;
}

const marks = 2;

serveTask<Request, never, unknown>(async ({ documents, vocabularySize }, context) => {
  const counts = new PieceCounts();
  for (const document of documents) {
    context.throwIfStopped();
    counts.add(textOf(document));
  }
  const merges = learnMerges(counts, vocabularySize - marks, () => context.stopped());
  context.throwIfStopped();
  return tokenizerToJson(tokenizerOfMerges(merges));
});
