// Learns byte-pair merges (Sennrich, Haddow and Birch, arXiv 1508.07909): again and again the pair of neighbouring symbols
// that occurs most often becomes one symbol. Text is first counted as distinct pieces, so a merge touches each distinct
// piece once; pair counts are kept up to date, and an index from pair to pieces says which ones to touch. The queue is lazy:
// a popped entry whose count has changed since goes back with the new count.
// Ties go to the pair with the smaller symbols, as in the Hugging Face trainer, so the result does not depend on order.
import { LearningError } from "../errors.ts";
import { pieces } from "./pre-tokenizer.ts";
import { PriorityQueue } from "./priority-queue.ts";

/** Symbols are bytes 0 … 255, then learnt strings from 256 on, each the join of two earlier symbols. */
export interface Merges {
  /** Pairs in the order learnt. */
  readonly pairs: readonly (readonly [number, number])[];
  /** The symbol each pair makes; two pairs may make the same one ("a"+"bc" and "ab"+"c"). */
  readonly results: readonly number[];
  /** The bytes of each symbol, as Latin-1 strings. */
  readonly symbols: readonly string[];
}

/** Counts of distinct pieces over all the text seen so far. */
export class PieceCounts {
  readonly #counts = new Map<string, number>();

  get distinct(): number {
    return this.#counts.size;
  }

  add(text: string): void {
    for (const piece of pieces(text)) this.#counts.set(piece, (this.#counts.get(piece) ?? 0) + 1);
  }

  [Symbol.iterator](): MapIterator<[string, number]> {
    return this.#counts.entries();
  }
}

interface Candidate {
  readonly count: number;
  readonly pair: number;
}

// A pair of symbols as one number; symbols stay far below 2^21, so the key stays below 2^42.
const pairBase = 2 ** 21;
const key = (left: number, right: number): number => left * pairBase + right;

/** Merges until there are `symbolCount` symbols or no pair occurs twice. `aborted` is asked every 64 merges. */
export function learnMerges(counts: Iterable<readonly [string, number]>, symbolCount: number, aborted: () => boolean): Merges {
  if (!Number.isSafeInteger(symbolCount) || symbolCount < 256 || symbolCount >= pairBase) {
    throw new LearningError("TOKENIZER_VOCABULARY", { wanted: `256 to ${pairBase - 1} symbols`, got: symbolCount });
  }
  const words: { symbols: number[]; readonly count: number }[] = [];
  const pairCounts = new Map<number, number>();
  const places = new Map<number, number[]>();
  const note = (pair: number, word: number, change: number): void => {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + change);
    if (change <= 0) return;
    const known = places.get(pair);
    if (known === undefined) places.set(pair, [word]);
    else if (known.at(-1) !== word) known.push(word);
  };
  const encoder = new TextEncoder();
  for (const [text, count] of counts) {
    const symbols = Array.from(encoder.encode(text));
    for (let i = 1; i < symbols.length; i++) note(key(symbols[i - 1]!, symbols[i]!), words.length, count);
    words.push({ symbols, count });
  }

  const queue = new PriorityQueue<Candidate>((a, b) => a.count > b.count || (a.count === b.count && a.pair < b.pair));
  for (const [pair, count] of pairCounts) queue.push({ count, pair });
  const symbols = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte));
  const ids = new Map(symbols.map((symbol, id) => [symbol, id]));
  const pairs: (readonly [number, number])[] = [];
  const results: number[] = [];

  while (symbols.length < symbolCount) {
    if (pairs.length % 64 === 0 && aborted()) break;
    const best = queue.pop();
    if (best === undefined) break;
    const current = pairCounts.get(best.pair) ?? 0;
    if (current !== best.count) {
      if (current > 0) queue.push({ count: current, pair: best.pair });
      continue;
    }
    if (current < 2) break;
    const left = Math.floor(best.pair / pairBase);
    const right = best.pair % pairBase;
    const joined = symbols[left]! + symbols[right]!;
    const id = ids.get(joined) ?? symbols.push(joined) - 1;
    ids.set(joined, id);
    pairs.push([left, right]);
    results.push(id);

    const changed = new Set<number>();
    for (const index of places.get(best.pair) ?? []) {
      const word = words[index]!;
      const before = word.symbols;
      const after: number[] = [];
      for (let i = 0; i < before.length; i++) {
        const here = before[i]!;
        if (here !== left || before[i + 1] !== right) {
          after.push(here);
          continue;
        }
        after.push(id);
        i++;
      }
      if (after.length === before.length) continue;
      word.symbols = after;
      for (let i = 1; i < before.length; i++) note(key(before[i - 1]!, before[i]!), index, -word.count);
      for (let i = 1; i < after.length; i++) {
        const pair = key(after[i - 1]!, after[i]!);
        note(pair, index, word.count);
        if (after[i - 1] === id || after[i] === id) changed.add(pair);
      }
    }
    places.delete(best.pair);
    pairCounts.delete(best.pair);
    for (const pair of changed) {
      const count = pairCounts.get(pair) ?? 0;
      if (count > 0) queue.push({ count, pair });
    }
  }
  return { pairs, results, symbols };
}
