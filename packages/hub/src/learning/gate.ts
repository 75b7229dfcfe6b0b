/**
 * The gate: pure judgement of a candidate against the champion on the same held-out texts. The candidate passes when it
 * is better overall (fewer bits per byte) and no slice is worse than the champion by more than the margin. Slices with
 * too little text to tell are shown but do not vote. The first version of a model has no champion: it must beat the
 * uniform guess, 8 bits per byte.
 */

/** Bits per byte of one slice of the held-out texts. */
export interface SliceScore {
  readonly slice: string;
  readonly bytes: number;
  readonly bitsPerByte: number;
}

/** Scores of a model over all held-out texts. */
export interface Scores {
  readonly bitsPerByte: number;
  readonly bytes: number;
  readonly slices: readonly SliceScore[];
}

/** One slice in a verdict. `change` is relative: 0.01 is one percent worse. A loss that is no number is null, as JSON has none. */
export interface JudgedSlice extends Omit<SliceScore, "bitsPerByte"> {
  readonly bitsPerByte: number | null;
  readonly champion: number | null;
  readonly change: number | null;
  readonly votes: boolean;
  readonly passes: boolean;
}

/** What the gate decided, and why in one sentence. */
export interface Verdict {
  readonly passes: boolean;
  readonly reason: string;
  /** Null when the loss is not a number. */
  readonly bitsPerByte: number | null;
  readonly champion: number | null;
  readonly margin: number;
  readonly slices: readonly JudgedSlice[];
}

const uniformBits = 8;
const votingBytes = 2048;

/** Judges `candidate` against `champion` (undefined for a first version). `margin` is relative, 0.02 for two percent. */
export function judge(candidate: Scores, champion: Scores | undefined, margin: number): Verdict {
  const slices = candidate.slices.map((slice): JudgedSlice => {
    const before = champion?.slices.find((other) => other.slice === slice.slice)?.bitsPerByte ?? null;
    const change = before === null ? null : slice.bitsPerByte / before - 1;
    const votes = change !== null && slice.bytes >= votingBytes;
    return {
      ...slice,
      bitsPerByte: finite(slice.bitsPerByte),
      champion: before,
      change: finite(change),
      votes,
      passes: !votes || change <= margin,
    };
  });
  const base = { bitsPerByte: finite(candidate.bitsPerByte), champion: champion?.bitsPerByte ?? null, margin, slices };
  if (!Number.isFinite(candidate.bitsPerByte)) return { ...base, passes: false, reason: "its loss is not a number" };
  if (!champion) {
    const passes = candidate.bitsPerByte < uniformBits;
    return {
      ...base,
      passes,
      reason: passes
        ? `the first version, at ${figure(candidate.bitsPerByte)} bits per byte`
        : `${figure(candidate.bitsPerByte)} bits per byte is no better than guessing`,
    };
  }
  const worst = slices
    .filter((slice) => !slice.passes)
    .sort((a, b) => (b.change ?? Number.MAX_VALUE) - (a.change ?? Number.MAX_VALUE))[0];
  if (worst?.change === null) return { ...base, passes: false, reason: `the loss of slice "${worst.slice}" is not a number` };
  if (worst)
    return {
      ...base,
      passes: false,
      reason: `slice "${worst.slice}" got worse by ${percent(worst.change)}, more than ${percent(margin)}`,
    };
  if (candidate.bitsPerByte >= champion.bitsPerByte)
    return {
      ...base,
      passes: false,
      reason: `${figure(candidate.bitsPerByte)} bits per byte is not better than the champion's ${figure(champion.bitsPerByte)}`,
    };
  return {
    ...base,
    passes: true,
    reason: `${figure(candidate.bitsPerByte)} bits per byte against the champion's ${figure(champion.bitsPerByte)}, and no slice worse by more than ${percent(margin)}`,
  };
}

function finite(value: number | null): number | null {
  return Number.isFinite(value) ? value : null;
}

function figure(value: number): string {
  return value.toFixed(4);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
