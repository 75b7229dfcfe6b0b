/**
 * The classical solution points of a bargaining problem, over the rational part of the Pareto front: the points where everybody has at
 * least the reservation. Gains are utilities less reservations.
 *
 * Nash (1950) the largest product of gains; Kalai (1977) the largest smallest gain, the egalitarian point; Kalai-Smorodinsky (1975) the
 * largest smallest share of what each could gain at best; welfare the largest sum of utilities.
 */
import type { Front } from "./front.ts";

/** One solution: its value, and the places on the front of the points that attain it. */
export interface Solution {
  readonly value: number;
  readonly places: readonly number[];
}

/** The solution points. */
export interface Solutions {
  readonly nash: Solution;
  readonly kalai: Solution;
  readonly kalaiSmorodinsky: Solution;
  readonly welfare: Solution;
}

const same = 1e-9;

/**
 * The solution points of a front; undefined when no point is rational for everybody. `reservation[p]` and `best[p]`, the most p can get in
 * any outcome, are utilities.
 */
export function solutionsOf(front: Front, reservation: readonly number[], best: readonly number[]): Solutions | undefined {
  const { points } = front;
  const rational = Array.from(points.keys()).filter((i) => points[i]!.every((one, p) => one >= reservation[p]! - same));
  if (rational.length === 0) return undefined;
  const gains = (i: number) => points[i]!.map((one, p) => Math.max(0, one - reservation[p]!));
  const most = (measure: (i: number) => number): Solution => {
    const values = rational.map(measure);
    const value = values.reduce((a, b) => Math.max(a, b));
    return { value, places: rational.filter((_, at) => values[at]! >= value - same) };
  };
  return {
    nash: most((i) => gains(i).reduce((product, one) => product * one, 1)),
    kalai: most((i) => Math.min(...gains(i))),
    kalaiSmorodinsky: most((i) => Math.min(...gains(i).map((one, p) => one / Math.max(same, best[p]! - reservation[p]!)))),
    welfare: most((i) => points[i]!.reduce((sum, one) => sum + one, 0)),
  };
}

/** The Euclidean distance from some utilities to the nearest of the points at those places; to all points by default. */
export function distanceTo(front: Front, utilities: readonly number[], places: Iterable<number> = front.points.keys()): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const i of places) nearest = Math.min(nearest, Math.hypot(...front.points[i]!.map((one, p) => one - utilities[p]!)));
  return nearest;
}

/** How opposed the parties are: the smallest distance from the front to the point where each has 1. */
export function oppositionOf(front: Front): number {
  return distanceTo(front, front.points[0]?.map(() => 1) ?? []);
}
