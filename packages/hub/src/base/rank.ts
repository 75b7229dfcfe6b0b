/**
 * Which of `count` sorted values, the first being 0, is the quantile of a share: by nearest rank, the least value that at
 * least that share of all values does not exceed (Hyndman and Fan 1996, definition 1). So "99 % took no longer than this" is
 * true of every p99, also of few values: of two it is the greater one.
 */
export function nearestRank(count: number, share: number): number {
  // 0.07 x 100 is a little more than 7 in floating point.
  return Math.max(0, Math.ceil(share * count - 1e-9) - 1);
}
