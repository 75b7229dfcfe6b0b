// Scores texts: the log-probability of every token given what stands before it, each token exactly once.
//
// A document starts with its opening mark. What fits is scored in one window; a longer document is cut into windows that
// overlap by half, and a window scores only the tokens that the one before did not reach, so every token has at least half
// a window of context (the strided evaluation of Radford et al. 2019). The closing mark is context for nothing and is not
// scored: bits are those of the text, as in lm-evaluation-harness.
//
// Windows are padded to one of few lengths and run in batches of about the same number of tokens.
import type { ModelConfig } from "../decoder/config.ts";
import type { Parameters } from "../decoder/parameters.ts";
import { scoringGraph } from "../decoder/scoring-graph.ts";
import { floats, int64, openSession, type Session } from "../runtime/session.ts";

/** A stretch of a document: tokens `start … end` go in, targets `firstTarget … end` (indices of tokens) are scored. */
export interface Window {
  readonly document: number;
  readonly start: number;
  readonly end: number;
  readonly firstTarget: number;
}

/** The windows of a document of `tokens` tokens, its opening mark included. */
export function windowsOf(document: number, tokens: number, sequence: number): Window[] {
  const windows: Window[] = [];
  const stride = Math.max(1, Math.floor(sequence / 2));
  for (let firstTarget = 1; firstTarget < tokens; ) {
    // Inputs are tokens start … end−1, targets one further.
    const end = windows.length === 0 ? Math.min(tokens - 1, sequence) : Math.min(tokens - 1, firstTarget - 1 + stride);
    windows.push({ document, start: Math.max(0, end - sequence), end, firstTarget });
    firstTarget = end + 1;
  }
  return windows;
}

/** Scores token sequences with one model. */
export interface Scorer extends AsyncDisposable {
  /** For each document (ids with the opening mark first), the log-probabilities in nats of all tokens but the first. */
  score(documents: readonly (readonly number[])[], between: (part: number) => void): Promise<Float64Array[]>;
}

/** What a scorer is made of. */
export interface ScorerOptions {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
  readonly threads: number;
  /** Longest window, at most the model's positions. */
  readonly sequence: number;
}

const tokensInBatch = 2048;

/** Compiles a model for scoring; graphs for shorter windows are compiled when first needed. */
export function openScorer({ config, parameters, threads, sequence }: ScorerOptions): Scorer {
  const lengths = [...new Set([8, 4, 2, 1].map((part) => Math.ceil(sequence / part)))];
  const sessions = new Map<number, Promise<{ session: Session; chosen: string }>>();
  const batchOf = (length: number): number => Math.max(1, Math.floor(tokensInBatch / length));
  const sessionFor = (length: number): Promise<{ session: Session; chosen: string }> => {
    const known = sessions.get(length);
    if (known !== undefined) return known;
    const { model, chosen } = scoringGraph(config, parameters, { batch: batchOf(length), sequence: length });
    const opened = openSession(model, { threads }).then((session) => ({ session, chosen }));
    sessions.set(length, opened);
    return opened;
  };

  const runBatch = async (
    length: number,
    windows: readonly Window[],
    documents: readonly (readonly number[])[],
    out: Float64Array[],
  ) => {
    const rows = batchOf(length) * length;
    const [ids, targets] = [new BigInt64Array(rows), new BigInt64Array(rows)];
    for (const [row, window] of windows.entries()) {
      const tokens = documents[window.document]!;
      for (let at = window.start; at < window.end; at++) {
        ids[row * length + at - window.start] = BigInt(tokens[at]!);
        targets[row * length + at - window.start] = BigInt(tokens[at + 1]!);
      }
    }
    const { session, chosen } = await sessionFor(length);
    const result = await session.run({ ids: int64(ids, [rows]), targets: int64(targets, [rows, 1]) }, [chosen]);
    const scores = floats(result[chosen]);
    for (const [row, { document, start, end, firstTarget }] of windows.entries()) {
      for (let target = firstTarget; target <= end; target++)
        out[document]![target - 1] = scores[row * length + target - 1 - start]!;
    }
  };

  return {
    async score(documents, between) {
      const out = documents.map((tokens) => new Float64Array(Math.max(0, tokens.length - 1)));
      const all = documents.flatMap((tokens, document) => windowsOf(document, tokens.length, sequence));
      let done = 0;
      for (const [i, length] of lengths.entries()) {
        const fitting = all.filter(({ start, end }) => end - start <= length && (i === 0 || end - start > lengths[i - 1]!));
        for (let at = 0; at < fitting.length; at += batchOf(length)) {
          const windows = fitting.slice(at, at + batchOf(length));
          await runBatch(length, windows, documents, out);
          done += windows.length;
          between(done / all.length);
        }
      }
      return out;
    },
    async [Symbol.asyncDispose]() {
      for (const opened of sessions.values()) await (await opened).session[Symbol.asyncDispose]();
    },
  };
}
