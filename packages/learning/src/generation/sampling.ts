// Chooses the next token from logits: temperature, then the k likeliest, then the smallest set that holds probability p
// (nucleus sampling, Holtzman et al., arXiv 1904.09751). Temperature 0 is the likeliest token, the first of equals.
import type { Random } from "../random.ts";

/** How to choose. */
export interface SamplingOptions {
  readonly temperature: number;
  /** Only this many of the likeliest; 0 for all. */
  readonly topK: number;
  /** Only the smallest set of the likeliest that has this probability; 1 for all. */
  readonly topP: number;
}

/** A token with its log-probability (nats) under the model itself, before temperature and cuts. */
export interface Choice {
  readonly tokenId: number;
  readonly logprob: number;
}

/** The next token. */
export function chooseToken(logits: Float32Array, options: SamplingOptions, source: Random): Choice {
  const { temperature, topK, topP } = options;
  let likeliest = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[likeliest]!) likeliest = i;
  const highest = logits[likeliest]!;
  let total = 0;
  for (let i = 0; i < logits.length; i++) total += Math.exp(logits[i]! - highest);
  const choice = (tokenId: number): Choice => ({ tokenId, logprob: logits[tokenId]! - highest - Math.log(total) });
  if (temperature === 0 || topK === 1) return choice(likeliest);

  const weight = (id: number): number => Math.exp((logits[id]! - highest) / temperature);
  let candidates = Array.from(logits.keys());
  if (topK > 0 || topP < 1) candidates.sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (topK > 0) candidates = candidates.slice(0, topK);
  if (topP < 1) {
    const mass = candidates.reduce((sum, id) => sum + weight(id), 0);
    let held = 0;
    const enough = candidates.findIndex((id) => {
      held += weight(id);
      return held >= topP * mass;
    });
    if (enough >= 0) candidates = candidates.slice(0, enough + 1);
  }
  let left = source() * candidates.reduce((sum, id) => sum + weight(id), 0);
  for (const id of candidates) {
    left -= weight(id);
    if (left < 0) return choice(id);
  }
  // Rounding may leave a sliver after the last one.
  return choice(candidates.at(-1) ?? likeliest);
}
