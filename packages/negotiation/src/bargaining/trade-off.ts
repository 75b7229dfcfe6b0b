// Where a bidder looks with the model of its opponents: the point that seems fair, and among what is worth the same to it what is worth most to them.
import type { Table } from "./compose.ts";

const looked = 400;

/** The place of the outcome with the largest product of the own gain and the others' estimated utility; looks at up to 400 places. */
export function nashPlace({ ranking, reservation, othersUtility }: Table): number {
  const step = Math.max(1, Math.floor(ranking.count / looked));
  let [best, place] = [-1, 0];
  for (let i = 0; i < ranking.count; i += step) {
    const product = (ranking.utility(i) - reservation) * othersUtility(ranking.outcome(i));
    if (product > best) [best, place] = [product, i];
  }
  return place;
}

/** Of the outcomes worth at least `target` and at most `band` more, the place of the one that the others seem to like best. */
export function pickNear({ ranking, othersUtility }: Table, target: number, band = 0.03): number {
  const last = Math.max(0, ranking.lastAtLeast(target));
  const from = Math.max(0, last - looked, ranking.lastAtLeast(target + band) + 1);
  let [best, place] = [-1, last];
  for (let i = last; i >= from; i--) {
    const liked = othersUtility(ranking.outcome(i));
    if (liked > best + 1e-12) [best, place] = [liked, i];
  }
  return place;
}
