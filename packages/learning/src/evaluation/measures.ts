// How well a model predicts text. Bits per byte compare models with different tokenizers, and with a compressor; perplexity
// compares only models with the same tokenizer.

/** Measures of a stretch of text. */
export interface Score {
  /** Size in UTF-8. */
  readonly bytes: number;
  readonly tokens: number;
  /** Bits the model needs for the text. */
  readonly bits: number;
  /** bits ÷ bytes; 0 for no text. */
  readonly bitsPerByte: number;
  /** 2 to the bits a token; 1 for no text. */
  readonly perplexity: number;
}

/** The score of a text from the log-probabilities (nats) of its tokens. */
export function scoreOf(bytes: number, logProbabilities: Float64Array): Score {
  return scored(bytes, logProbabilities.length, -logProbabilities.reduce((sum, x) => sum + x, 0) / Math.LN2);
}

/** The score of several stretches taken as one. */
export function pooled(scores: readonly Score[]): Score {
  const total = (field: "bytes" | "tokens" | "bits"): number => scores.reduce((sum, score) => sum + score[field], 0);
  return scored(total("bytes"), total("tokens"), total("bits"));
}

function scored(bytes: number, tokens: number, bits: number): Score {
  const perByte = bytes === 0 ? 0 : bits / bytes;
  return { bytes, tokens, bits, bitsPerByte: perByte, perplexity: tokens === 0 ? 1 : 2 ** (bits / tokens) };
}
