// Sums in another order differ by rounding alone; what is closer than this is the same utility.
const sameUtility = 1e-9;

/**
 * The places of the points that no other beats: none is at least as good for everybody (but for rounding). Sorted by the first utility,
 * falling. Of equal points the first is kept. Two and three dimensions by a sweep with a staircase, O(n log n); more by comparing with what
 * is kept.
 */
export function undominated(points: readonly (readonly number[])[]): readonly number[] {
  const parties = points[0]?.length ?? 0;
  const order = Array.from(points.keys()).sort((x, y) => compare(points[y]!, points[x]!));
  if (parties <= 3) return swept(points, order, parties);
  const kept: number[] = [];
  for (const at of order) if (!kept.some((other) => covers(points[other]!, points[at]!))) kept.push(at);
  return kept;
}

// Points come with the first utility falling: one is beaten when an earlier one is as good in the others. The stairs hold the best of the
// others: the second utility rising, the third falling.
function swept(points: readonly (readonly number[])[], order: readonly number[], parties: number): readonly number[] {
  const kept: number[] = [];
  const stairs: (readonly [number, number])[] = [];
  for (const at of order) {
    const point = points[at]!;
    const second = point[1] ?? 0;
    const third = parties > 2 ? point[2]! : 0;
    const step = firstAtLeast(stairs, second - sameUtility);
    if (step < stairs.length && stairs[step]![1] >= third - sameUtility) continue;
    kept.push(at);
    let from = firstAtLeast(stairs, second);
    if (from < stairs.length && stairs[from]![0] === second) from += 1;
    let first = from;
    while (first > 0 && stairs[first - 1]![1] <= third) first -= 1;
    stairs.splice(first, from - first, [second, third]);
  }
  return kept;
}

function firstAtLeast(stairs: readonly (readonly [number, number])[], second: number): number {
  let [low, high] = [0, stairs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stairs[middle]![0] >= second) high = middle;
    else low = middle + 1;
  }
  return low;
}

function covers(one: readonly number[], other: readonly number[]): boolean {
  return one.every((value, p) => value >= other[p]! - sameUtility);
}

// By the first utility that differs. On a grid, since "nearly the same" is no order: a may be near b, and b near c, and a not near c.
function compare(x: readonly number[], y: readonly number[]): number {
  for (let p = 0; p < x.length; p++) {
    const difference = Math.round(x[p]! / sameUtility) - Math.round(y[p]! / sameUtility);
    if (difference !== 0) return difference;
  }
  return 0;
}
