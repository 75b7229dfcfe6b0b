/**
 * Quantiles of a window: DDSketch (Masson, Rim, Lee 2019) with a relative error of 1 %. A bucket keeps only the counts
 * that are not zero, by the sketch's own keys, which is small, plain JSON, and merges by adding; a DDSketch is built of
 * them when quantiles are asked for. Rejected: the library's own merge, which widens the range to key 0 wrongly (a key of
 * 0 is taken for no key), and its protobuf form, which forgets least and greatest.
 */
import { DDSketch } from "@datadog/sketches-js";

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

/** Quantiles of all the sketches together, in the order of `shares`; undefined without a value. */
export function quantilesOf(
  sketches: readonly Sketch[],
  shares: readonly number[],
): { readonly count: number; readonly max: number; readonly values: readonly number[] } | undefined {
  const whole = new DDSketch({ relativeAccuracy: relativeError });
  let max = 0;
  for (const sketch of sketches) {
    max = Math.max(max, sketch.max);
    for (const [key, count] of Object.entries(sketch.counts)) whole.accept(mapping.value(Number(key)), count);
    if (sketch.zero > 0) whole.accept(0, sketch.zero);
  }
  if (whole.count === 0) return undefined;
  return { count: whole.count, max, values: shares.map((share) => Math.min(max, whole.getValueAtQuantile(share))) };
}
