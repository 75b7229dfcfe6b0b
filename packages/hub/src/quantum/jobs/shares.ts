/**
 * Whole microseconds of one submission shared out by weight (reads); the parts add up to the whole exactly: what rounding down leaves
 * goes to the largest remainders, the first of equal ones. Pure.
 */
export function sharedOut(us: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const exact = weights.map((weight) => (total === 0 ? us / weights.length : (us * weight) / total));
  const parts = exact.map(Math.floor);
  const left = us - parts.reduce((sum, part) => sum + part, 0);
  const order = [...exact.keys()].sort((a, b) => exact[b]! - parts[b]! - (exact[a]! - parts[a]!) || a - b);
  for (const i of order.slice(0, left)) parts[i]! += 1;
  return parts;
}
