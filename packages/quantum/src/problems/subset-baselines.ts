// Two more ways of choosing that a QUBO has to beat, known from active learning. Neither needs the matrix of all likenesses: a row is
// measured when its item joins, so both take time in proportion to chosen x items x dimensions.
import { Pauses } from "../pauses.ts";
import { likeness, type SubsetProblem } from "./subset-problem.ts";

/**
 * Greedy k-centre (Gonzalez 1985; core-sets, Sener and Savarese 2018): begins with the item that stands for most of the collection and
 * adds the one least like any chosen, as long as one fits. Item numbers, ascending. Throws the signal's reason.
 */
export function greedyByKCentre(problem: SubsetProblem, signal?: AbortSignal): Promise<number[]> {
  const nearest = new Float64Array(problem.size);
  return grown(
    problem,
    (i, chosen) => (chosen === 0 ? problem.representation[i]! : -nearest[i]!),
    (i, pair) => {
      nearest[i] = Math.max(nearest[i]!, pair);
    },
    signal,
  );
}

/**
 * Kernel herding (Chen, Welling, Smola 2010) without replacement: the next item is the one that most looks like what the mean of the
 * items chosen so far still lacks, r_i - sum_{s chosen} K_is / (chosen + 1), as long as one fits. Item numbers, ascending. Throws the
 * signal's reason.
 */
export function greedyByHerding(problem: SubsetProblem, signal?: AbortSignal): Promise<number[]> {
  const alike = new Float64Array(problem.size);
  return grown(
    problem,
    (i, chosen) => problem.representation[i]! - alike[i]! / (chosen + 1),
    (i, pair) => {
      alike[i]! += pair;
    },
    signal,
  );
}

// Adds the item of the highest worth that fits until none fits, and tells `joined` how alike every item is to the one that joined.
async function grown(
  problem: SubsetProblem,
  worth: (i: number, chosen: number) => number,
  joined: (i: number, pair: number) => void,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const { size, costs, budget, dimensions } = problem;
  const open = new Uint8Array(size).fill(1);
  const chosen: number[] = [];
  const pauses = new Pauses(signal);
  for (let cost = 0; ; ) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < size; i++) {
      if (open[i] === 0 || cost + costs[i]! > budget * (1 + 1e-12)) continue;
      const w = worth(i, chosen.length);
      if (w > most) [most, best] = [w, i];
    }
    if (best < 0) return chosen.sort((a, b) => a - b);
    open[best] = 0;
    cost += costs[best]!;
    chosen.push(best);
    for (let i = 0; i < size; i++) {
      joined(i, likeness(problem, i, best));
      if (pauses.due(dimensions)) await pauses.take();
    }
  }
}
