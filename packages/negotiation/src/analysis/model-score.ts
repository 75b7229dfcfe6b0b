/**
 * How well an opponent model knows the opponent, over the outcomes of a domain: does it order them alike (Spearman's rho, Kendall's tau-b),
 * and how far off are its utilities (root mean square error). The higher a model of oneself scores, the less privacy one has kept.
 */
import { drawing } from "../draw.ts";
import { countOutcomes, type Domain, outcomeAt } from "../scenario/domain.ts";
import type { Utility } from "../scenario/preferences.ts";

/** Scores of a model; correlations from -1 to 1, undefined where one side gives everything the same utility. */
export interface ModelScore {
  readonly spearman: number | undefined;
  readonly kendall: number | undefined;
  readonly rmse: number;
}

/** Scores an estimate against the truth, over all outcomes or, where there are more than `most`, that many drawn with the seed. */
export function scoreModel(domain: Domain, estimate: Utility, truth: Utility, most = 10_000, seed = 1): ModelScore {
  const count = countOutcomes(domain);
  const draw = drawing(seed);
  const outcomes = Array.from({ length: Math.min(count, most) }, (_, number) =>
    count <= most ? outcomeAt(domain, number) : domain.issues.map(({ values }) => Math.floor(draw() * values.length)),
  );
  const [guessed, known] = [outcomes.map(estimate), outcomes.map(truth)];
  const squares = guessed.reduce((sum, one, i) => sum + (one - known[i]!) ** 2, 0);
  return { spearman: spearman(guessed, known), kendall: kendall(guessed, known), rmse: Math.sqrt(squares / guessed.length) };
}

/** Spearman's rank correlation; ties have the mean of their ranks. */
export function spearman(x: readonly number[], y: readonly number[]): number | undefined {
  return pearson(ranksOf(x), ranksOf(y));
}

/** Kendall's tau-b in O(n log n) (Knight 1966): the pairs that y orders otherwise than x are what a merge sort of y exchanges. */
export function kendall(x: readonly number[], y: readonly number[]): number | undefined {
  const order = Array.from(x.keys()).sort((i, j) => x[i]! - x[j]! || y[i]! - y[j]!);
  const sorted = order.map((i) => y[i]!);
  const pairs = (x.length * (x.length - 1)) / 2;
  const tiedX = tied(order.map((i) => x[i]!));
  const tiedBoth = tied(order.map((i) => `${x[i]} ${y[i]}`));
  const exchanges = mergeSorted(sorted);
  const tiedY = tied(sorted);
  const scale = Math.sqrt((pairs - tiedX) * (pairs - tiedY));
  if (scale === 0) return undefined;
  return (pairs - tiedX - tiedY + tiedBoth - 2 * exchanges) / scale;
}

/** Ranks from 1, the smallest first; ties have the mean of their ranks. */
export function ranksOf(values: readonly number[]): readonly number[] {
  const order = Array.from(values.keys()).sort((i, j) => values[i]! - values[j]!);
  const ranks = new Array<number>(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    while (to < order.length && values[order[to]!] === values[order[from]!]) to += 1;
    for (let i = from; i < to; i++) ranks[order[i]!] = (from + to + 1) / 2;
  }
  return ranks;
}

function pearson(x: readonly number[], y: readonly number[]): number | undefined {
  const mean = (row: readonly number[]) => row.reduce((sum, one) => sum + one, 0) / row.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, one] of x.entries()) {
    const [dx, dy] = [one - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xx === 0 || yy === 0 ? undefined : xy / Math.sqrt(xx * yy);
}

// Pairs of equal neighbours in a sorted row.
function tied(sorted: readonly (number | string)[]): number {
  let [pairs, run] = [0, 0];
  for (let i = 1; i < sorted.length; i++) {
    run = sorted[i] === sorted[i - 1] ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

// Sorts in place and counts the exchanges of neighbours that a bubble sort would have made.
function mergeSorted(values: number[]): number {
  let exchanges = 0;
  const spare = new Array<number>(values.length);
  for (let width = 1; width < values.length; width *= 2)
    for (let from = 0; from + width < values.length; from += 2 * width) {
      const [middle, end] = [from + width, Math.min(from + 2 * width, values.length)];
      let [i, j] = [from, middle];
      for (let k = from; k < end; k++) {
        if (j >= end || (i < middle && values[i]! <= values[j]!)) spare[k] = values[i++]!;
        else {
          spare[k] = values[j++]!;
          exchanges += middle - i;
        }
      }
      for (let k = from; k < end; k++) values[k] = spare[k]!;
    }
  return exchanges;
}
