/**
 * The exact Pareto front of two additive parties, without enumerating the outcomes. The best of A+B are made of the best of A and the best
 * of B: whoever improves a part improves the whole. So the front is built issue by issue, and each step adds an issue's own front to what
 * there is: as many shifted copies as the issue has undominated values, each sorted already, merged pairwise with a running maximum.
 * Time O(sum over issues of values * front), memory O(issues * front).
 *
 * Where the parties' interests are nearly opposed the front is as large as the space. Beyond `maxPoints` it is thinned to one point for
 * each cell of width epsilon, and `error` says how far the result may lie below the true front.
 */
import { type AdditivePreferences, partsOf } from "../scenario/preferences.ts";

/** A front in two dimensions while it is built: first utility falling, second rising; and what each point was made of. */
interface Stage {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** For each point its place in the stage before, times the values, plus the value. */
  readonly from: Float64Array;
  readonly values: number;
}

/** The front, point i being `(first[i], second[i])`, the first utility falling. */
export interface BilateralFront {
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** The indexes of the values that make point i. */
  outcome(i: number): number[];
  /** How far a point of the true front may lie above this one, in either utility; 0 when it is exact. */
  readonly error: number;
}

// Sums in another order differ by rounding alone; what is closer than this is the same utility.
const sameUtility = 1e-9;

/** Finds the front; see the head of this file. `maxPoints` bounds what one step may keep (default 200,000). */
export function bilateralFront(a: AdditivePreferences, b: AdditivePreferences, maxPoints = 200_000): BilateralFront {
  const [partsA, partsB] = [partsOf(a), partsOf(b)];
  const stages: Stage[] = [];
  let first: Float64Array = new Float64Array(1);
  let second: Float64Array = new Float64Array(1);
  let error = 0;
  for (let k = 0; k < partsA.length; k++) {
    const stage = added(first, second, partsA[k]!, partsB[k]!);
    const [kept, lost] = thinned(stage, maxPoints);
    error += lost;
    stages.push(kept);
    ({ first, second } = kept);
  }
  const last = distinct(stages.at(-1) ?? { first, second, from: new Float64Array(1), values: 1 });
  if (stages.length > 0) stages[stages.length - 1] = last;
  const outcome = (i: number) => {
    const values: number[] = [];
    let at = i;
    for (let k = stages.length - 1; k >= 0; k--) {
      const { from, values: count } = stages[k]!;
      values[k] = from[at]! % count;
      at = Math.floor(from[at]! / count);
    }
    return values;
  };
  return { first: last.first, second: last.second, outcome, error };
}

function added(first: Float64Array, second: Float64Array, rowA: Float64Array, rowB: Float64Array): Stage {
  const values = rowA.length;
  const none = new Float64Array(0);
  let [outA, outB, from]: [Float64Array, Float64Array, Float64Array] = [none, none, none];
  for (const value of undominated(rowA, rowB)) {
    const [shiftA, shiftB] = [rowA[value]!, rowB[value]!];
    const most = outA.length + first.length;
    const [nextA, nextB, nextFrom] = [new Float64Array(most), new Float64Array(most), new Float64Array(most)];
    let [i, j, size, best] = [0, 0, 0, Number.NEGATIVE_INFINITY];
    while (i < outA.length || j < first.length) {
      const [x, y] = [
        i < outA.length ? outA[i]! : Number.NEGATIVE_INFINITY,
        j < first.length ? first[j]! + shiftA : Number.NEGATIVE_INFINITY,
      ];
      let own = x > y;
      if (x === y) own = outB[i]! >= second[j]! + shiftB;
      const high = own ? outB[i]! : second[j]! + shiftB;
      if (high > best) {
        best = high;
        nextA[size] = own ? x : y;
        nextB[size] = high;
        nextFrom[size] = own ? from[i]! : j * values + value;
        size += 1;
      }
      if (own) i += 1;
      else j += 1;
    }
    [outA, outB, from] = [nextA.subarray(0, size), nextB.subarray(0, size), nextFrom.subarray(0, size)];
  }
  return { first: outA, second: outB, from, values };
}

// The values that no other value of the issue beats for both, best for the first party foremost.
function undominated(rowA: Float64Array, rowB: Float64Array): readonly number[] {
  const order = Array.from(rowA.keys()).sort((x, y) => rowA[y]! - rowA[x]! || rowB[y]! - rowB[x]!);
  let best = Number.NEGATIVE_INFINITY;
  return order.filter((value) => {
    if (rowB[value]! <= best) return false;
    best = rowB[value]!;
    return true;
  });
}

function thinned(stage: Stage, maxPoints: number): readonly [Stage, number] {
  const { first, second } = stage;
  const size = first.length;
  if (size <= maxPoints) return [stage, 0];
  const cell = Math.max(first[0]! - first[size - 1]!, second[size - 1]! - second[0]!) / maxPoints;
  // The last of each cell has the most for the second party and at most a cell less for the first.
  const at = (i: number) => Math.floor((first[0]! - first[i]!) / cell);
  return [picked(stage, (i) => i === 0 || i === size - 1 || at(i) !== at(i + 1)), cell];
}

// Points that differ by rounding alone are one.
function distinct(stage: Stage): Stage {
  const { first, second } = stage;
  const keep = new Uint8Array(first.length);
  // From the end, where the second utility falls: a point is needed when its first utility is truly higher.
  let bestFirst = Number.NEGATIVE_INFINITY;
  for (let i = first.length - 1; i >= 0; i--) {
    if (first[i]! <= bestFirst + sameUtility) continue;
    keep[i] = 1;
    bestFirst = first[i]!;
  }
  // And from the start, where the first utility falls.
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < first.length; i++) {
    if (keep[i] === 0) continue;
    if (second[i]! <= highest + sameUtility) keep[i] = 0;
    else highest = second[i]!;
  }
  return picked(stage, (i) => keep[i] === 1);
}

function picked(stage: Stage, wanted: (i: number) => boolean): Stage {
  const places = Array.from(stage.first.keys()).filter(wanted);
  const take = (column: Float64Array) => Float64Array.from(places, (i) => column[i]!);
  return { first: take(stage.first), second: take(stage.second), from: take(stage.from), values: stage.values };
}
