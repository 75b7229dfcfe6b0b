// The baselines that a QUBO has to beat.
import { type Candidates, Choice } from "./subset-choice.ts";

/** Greedy on the score itself, with the shares that a full budget gives: item numbers, ascending. */
export function greedyByScore(candidates: Candidates): number[] {
  const choice = new Choice(candidates);
  choice.fill();
  return choice.chosen();
}

/**
 * Greedy facility location: each item added is the one that most raises coverage (per cost), within (1 - 1/e) of the best coverage
 * for a count budget (Nemhauser, Wolsey, Fisher 1978). Lazy (Minoux 1978): gains only fall, so an old gain is an upper bound and most
 * need no second look. Coverage is over the candidates themselves.
 */
export function greedyByCoverage({ problem, items, likeness, budget }: Candidates): number[] {
  const n = items.length;
  const weightOf = new Map(Array.from(problem.anchors, (anchor, a) => [anchor, problem.shares[a]!]));
  const share = Float64Array.from(items, (item) => weightOf.get(item) ?? 0);
  const nearest = new Float64Array(n);
  const gain = (i: number) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += share[j]! * Math.max(0, likeness[i * n + j]! - nearest[j]!);
    return sum / problem.costs[items[i]!]!;
  };
  const bound = new Float64Array(n).fill(Number.POSITIVE_INFINITY);
  const seenAt = new Int32Array(n).fill(-1);
  const chosen: number[] = [];
  let cost = 0;
  for (let open = n; open > 0; ) {
    let best = -1;
    for (let i = 0; i < n; i++) if (bound[i]! > (best < 0 ? Number.NEGATIVE_INFINITY : bound[best]!)) best = i;
    if (best < 0) break;
    if (cost + problem.costs[items[best]!]! > budget * (1 + 1e-12)) {
      bound[best] = Number.NEGATIVE_INFINITY;
      open--;
    } else if (seenAt[best] === chosen.length) {
      chosen.push(best);
      cost += problem.costs[items[best]!]!;
      bound[best] = Number.NEGATIVE_INFINITY;
      open--;
      for (let j = 0; j < n; j++) nearest[j] = Math.max(nearest[j]!, likeness[best * n + j]!);
    } else {
      bound[best] = gain(best);
      seenAt[best] = chosen.length;
    }
  }
  return chosen.map((i) => items[i]!).sort((a, b) => a - b);
}
