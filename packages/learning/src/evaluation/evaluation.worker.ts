// The thread of a measurement.
import { readModel } from "../checkpoint/model-folder.ts";
import { LearningError } from "../errors.ts";
import { serveTask } from "../runtime/worker-task.ts";
import { textOf } from "../tokenizer/document-text.ts";
import type { Evaluation, EvaluationProgress, EvaluationRequest } from "./evaluation.ts";
import { pooled, scoreOf } from "./measures.ts";
import { openScorer } from "./scorer.ts";

serveTask<EvaluationRequest, EvaluationProgress, Evaluation>(async ({ checkpoint, documents, threads, sequence }, context) => {
  const { config, tokenizer, parameters } = await readModel(checkpoint);
  const window = sequence ?? config.maxPositions;
  if (window > config.maxPositions) {
    throw new LearningError("EVALUATION_INVALID", { field: "sequence", wanted: `at most ${config.maxPositions}`, got: window });
  }
  await using scorer = openScorer({ config, parameters, threads, sequence: window });
  const texts = documents.map(({ text }) => textOf(text));
  const tokens = texts.map((text) => [tokenizer.bos, ...tokenizer.encode(text)]);
  const scores = await scorer.score(tokens, (done) => {
    context.throwIfStopped();
    context.progress({ done });
  });
  const scored = documents.map(({ id, slice }, i) => ({ id, slice, ...scoreOf(Buffer.byteLength(texts[i]!), scores[i]!) }));
  const slices = Object.entries(Object.groupBy(scored, ({ slice }) => slice)).sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    overall: pooled(scored),
    slices: slices.map(([slice, members = []]) => ({ slice, documents: members.length, ...pooled(members) })),
    documents: scored,
  };
});
