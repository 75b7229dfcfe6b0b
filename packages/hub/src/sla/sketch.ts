/**
 * Quantiles of a window: DDSketch (Masson, Rim, Lee 2019) with a relative error of 1 %. A bucket keeps only the counts
 * that are not zero, by the sketch's own keys, which is small, plain JSON, and merges by adding; quantiles are read off the
 * counts. The library gives keys and their values. Rejected: its own quantiles, whose rank q(n - 1) rounds down, so that of
 * two tasks the quicker one would be p99; its merge, which widens the range to key 0 wrongly (a key of 0 is taken for no
 * key); and its protobuf form, which forgets least and greatest.
 */
import { DDSketch } from "@datadog/sketches-js";
import { nearestRank } from "../base/rank.ts";

/** Counts by key, as JSON; `zero` counts values too small for a key. */
export interface Sketch {
  readonly counts: Readonly<Record<string, number>>;
  readonly zero: number;
  readonly max: number;
}

export const emptySketch: Sketch = { counts: {}, zero: 0, max: 0 };

/** Largest relative error of a quantile. */
export const relativeError = 0.01;

const { mapping } = new DDSketch({ relativeAccuracy: relativeError });

/** The sketch of values, none of them negative. */
export function sketchOf(values: readonly number[]): Sketch {
  const counts: Record<string, number> = {};
  let [zero, max] = [0, 0];
  for (const value of values) {
    max = Math.max(max, value);
    if (value <= mapping.minPossible) zero += 1;
    else {
      const key = mapping.key(value);
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return { counts, zero, max };
}

/** Two sketches as one. */
export function mergedSketch(a: Sketch, b: Sketch): Sketch {
  const counts = { ...a.counts };
  for (const [key, count] of Object.entries(b.counts)) counts[key] = (counts[key] ?? 0) + count;
  return { counts, zero: a.zero + b.zero, max: Math.max(a.max, b.max) };
}

/** Quantiles of all the sketches together by nearest rank, in the order of `shares`; undefined without a value. */
export function quantilesOf(
  sketches: readonly Sketch[],
  shares: readonly number[],
): { readonly count: number; readonly max: number; readonly values: readonly number[] } | undefined {
  let [count, max, zero] = [0, 0, 0];
  const counts = new Map<number, number>();
  for (const sketch of sketches) {
    max = Math.max(max, sketch.max);
    zero += sketch.zero;
    for (const [key, some] of Object.entries(sketch.counts)) {
      counts.set(Number(key), (counts.get(Number(key)) ?? 0) + some);
      count += some;
    }
  }
  count += zero;
  if (count === 0) return undefined;
  const ascending = [...counts].sort(([a], [b]) => a - b);
  const valueAt = (rank: number): number => {
    let below = zero;
    if (rank < below) return 0;
    for (const [key, some] of ascending) {
      below += some;
      if (rank < below) return Math.min(max, mapping.value(key));
    }
    return max;
  };
  return { count, max, values: shares.map((share) => valueAt(nearestRank(count, share))) };
}
