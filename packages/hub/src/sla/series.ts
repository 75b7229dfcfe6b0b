/**
 * What an agent did over time: buckets of a minute for the short windows, of an hour for the long ones. Each counts good
 * and bad tasks per indicator and sketches the times. A bucket is plain JSON and merges by adding, so several hubs can
 * count into one. Pure.
 */
import type { Indicator, TimeIndicator } from "./indicators.ts";
import type { Verdict } from "./judging.ts";
import { emptySketch, mergedSketch, type Sketch, sketchOf } from "./sketch.ts";
import type { Measurement } from "./tracking.ts";

/** Good and bad tasks. */
export interface Tally {
  readonly good: number;
  readonly bad: number;
}

/** What happened in one stretch of time. */
export interface Bucket {
  readonly tasks: number;
  readonly tallies: { readonly [indicator in Indicator]?: Tally };
  readonly times: { readonly [indicator in TimeIndicator]?: Sketch };
}

export const resolutions = { minute: 60_000, hour: 3_600_000 } as const;
export type Resolution = keyof typeof resolutions;

/** How long buckets are kept: minutes for the windows up to six hours, hours for the budget's thirty days. */
export const keptMs: Readonly<Record<Resolution, number>> = { minute: 7 * 3_600_000, hour: 31 * 86_400_000 };

// Times are asked for over a day at most.
const keptTimesMs = 26 * 3_600_000;

/** The buckets of an agent by their beginning. */
export type Series = Readonly<Record<Resolution, ReadonlyMap<number, Bucket>>>;

export const emptySeries: Series = { minute: new Map(), hour: new Map() };
const emptyBucket: Bucket = { tasks: 0, tallies: {}, times: {} };

/** A task with what its terms say of it. */
export interface Judged {
  readonly measured: Measurement;
  readonly verdicts: readonly Verdict[];
}

/** The bucket of some tasks. */
export function bucketOf(tasks: readonly Judged[]): Bucket {
  const counts: { [indicator in Indicator]?: { good: number; bad: number } } = {};
  const values: Record<TimeIndicator, number[]> = { accept: [], "first-artifact": [], total: [] };
  for (const { measured, verdicts } of tasks) {
    for (const { term, good } of verdicts) {
      const tally = counts[term.indicator] ?? { good: 0, bad: 0 };
      counts[term.indicator] = tally;
      if (good) tally.good += 1;
      else tally.bad += 1;
    }
    if (measured.acceptMs !== undefined) values.accept.push(measured.acceptMs);
    if (measured.firstArtifactMs !== undefined) values["first-artifact"].push(measured.firstArtifactMs);
    if (measured.totalMs !== undefined) values.total.push(measured.totalMs);
  }
  const times: { [indicator in TimeIndicator]?: Sketch } = {};
  // why: the keys of values are the indicators of time
  for (const [indicator, of] of Object.entries(values) as [TimeIndicator, number[]][])
    if (of.length > 0) times[indicator] = sketchOf(of);
  return { tasks: tasks.length, tallies: counts, times };
}

/** Two buckets as one. */
export function mergedBucket(a: Bucket, b: Bucket): Bucket {
  const tallies: { [indicator in Indicator]?: Tally } = { ...a.tallies };
  for (const [indicator, { good, bad }] of Object.entries(b.tallies) as [Indicator, Tally][]) {
    // why: the keys of a tally are indicators
    const known = tallies[indicator] ?? { good: 0, bad: 0 };
    tallies[indicator] = { good: known.good + good, bad: known.bad + bad };
  }
  const times: { [indicator in TimeIndicator]?: Sketch } = { ...a.times };
  // why: the keys of times are the indicators of time
  for (const [indicator, sketch] of Object.entries(b.times) as [TimeIndicator, Sketch][])
    times[indicator] = mergedSketch(times[indicator] ?? emptySketch, sketch);
  return { tasks: a.tasks + b.tasks, tallies, times };
}

/** The beginning of the bucket that a moment falls into. */
export function startOf(at: number, resolution: Resolution): number {
  return Math.floor(at / resolutions[resolution]) * resolutions[resolution];
}

/** The series with a bucket added into the one at `start`. */
export function added(series: Series, resolution: Resolution, start: number, bucket: Bucket): Series {
  const buckets = new Map(series[resolution]);
  return { ...series, [resolution]: buckets.set(start, mergedBucket(buckets.get(start) ?? emptyBucket, bucket)) };
}

/** The series with the bucket at `start` exchanged for another. */
export function exchanged(series: Series, resolution: Resolution, start: number, bucket: Bucket): Series {
  return { ...series, [resolution]: new Map(series[resolution]).set(start, bucket) };
}

/** The series without what is too old to be asked for; the same object when nothing is. */
export function pruned(series: Series, now: number): Series {
  let next = series;
  for (const resolution of ["minute", "hour"] as const)
    for (const [start, bucket] of series[resolution]) {
      const age = now - start;
      if (age <= (resolution === "minute" ? keptMs.minute : keptTimesMs)) continue;
      if (age <= keptMs[resolution] && Object.keys(bucket.times).length === 0) continue;
      const buckets = new Map(next[resolution]);
      if (age > keptMs[resolution]) buckets.delete(start);
      else buckets.set(start, { ...bucket, times: {} });
      next = { ...next, [resolution]: buckets };
    }
  return next;
}

/** Good and bad tasks of the last `windowMs`. */
export function tallyOver(series: Series, indicator: Indicator, windowMs: number, now: number): Tally {
  let [good, bad] = [0, 0];
  for (const bucket of bucketsOver(series, windowMs, now)) {
    good += bucket.tallies[indicator]?.good ?? 0;
    bad += bucket.tallies[indicator]?.bad ?? 0;
  }
  return { good, bad };
}

/** The buckets of the last `windowMs`, in minutes up to six hours, in hours beyond. */
export function bucketsOver(series: Series, windowMs: number, now: number): readonly Bucket[] {
  const resolution: Resolution = windowMs <= 6 * resolutions.hour ? "minute" : "hour";
  const from = startOf(now, resolution) + resolutions[resolution] - windowMs;
  return [...series[resolution]].flatMap(([start, bucket]) => (start >= from && start <= now ? [bucket] : []));
}
