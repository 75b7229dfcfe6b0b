// The subset score as a BINARY model with the budget as a quadratic penalty:
//
//   energy(x) = -score(x) + P (sum a_i x_i - A)^2        a_i = cost_i / mean cost, A = budget / mean cost
//
// P decides between two evils: too small and the best sample breaks the budget; too large and the search cannot swap two items,
// because the step between lies behind a wall of height P. So P starts just above what one item too many or too few could gain at
// the greedy choice, and the caller doubles it when the best sample misses the budget by more than rounding an item can explain.
// Samples are repaired anyway: dropped to the budget, then filled.
import { type Bqm, bqmFromPairs } from "../models/bqm.ts";
import { type Candidates, Choice } from "./subset-choice.ts";

/** The model of choosing among candidates; variable i is candidate i. */
export function subsetModel({ problem, items, likeness, budget }: Candidates, penalty: number): Bqm {
  const n = items.length;
  const { diversity, representation, costs } = problem;
  const mean = meanCost(problem.costs, items);
  const a = Float64Array.from(items, (item) => costs[item]! / mean);
  const target = budget / mean;
  const q = Float64Array.from(items, (item) => costs[item]! / (budget || 1));
  const linear = Float64Array.from(items, (item, i) => {
    return diversity * q[i]! ** 2 - 2 * q[i]! * representation[item]! + penalty * a[i]! * (a[i]! - 2 * target);
  });
  const pairs = (n * (n - 1)) / 2;
  const rows = new Int32Array(pairs);
  const columns = new Int32Array(pairs);
  const biases = new Float64Array(pairs);
  for (let i = 0, k = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++, k++) {
      rows[k] = i;
      columns[k] = j;
      biases[k] = 2 * (diversity * q[i]! * q[j]! * likeness[i * n + j]! + penalty * a[i]! * a[j]!);
    }
  }
  return bqmFromPairs({ vartype: "BINARY", size: n, linear, rows, columns, biases, offset: penalty * target ** 2 });
}

/** The penalty to start with, from a choice that keeps the budget: one and a half times the most that one item more or less could gain. */
export function firstPenalty(candidates: Candidates, chosen: readonly number[]): number {
  const choice = choiceOf(candidates, (item) => chosen.includes(item));
  const mean = meanCost(candidates.problem.costs, candidates.items);
  let most = 0;
  for (let i = 0; i < candidates.items.length; i++) most = Math.max(most, choice.gain(i) / (choice.costOf(i) / mean) ** 2);
  return 1.5 * most + 1e-9;
}

/** What a sample says, before and after repair. */
export interface Decoded {
  readonly chosen: number[];
  /** Of the repaired choice, with the candidates' own budget as the whole. */
  readonly score: number;
  /** How far the sample itself was from the budget, in mean items; negative below. */
  readonly missedBy: number;
}

/** Reads a sample (0/1 or -1/+1) and repairs it to the budget: the least missed are dropped, then the best that fit are added. */
export function decodeSubset(candidates: Candidates, sample: ArrayLike<number>): Decoded {
  const position = new Map(Array.from(candidates.items, (item, i) => [item, i]));
  const choice = choiceOf(candidates, (item) => sample[position.get(item)!]! > 0);
  const missedBy = (choice.cost - candidates.budget) / meanCost(candidates.problem.costs, candidates.items);
  choice.trim();
  choice.fill();
  return { chosen: choice.chosen(), score: choice.score, missedBy };
}

function choiceOf(candidates: Candidates, wanted: (item: number) => boolean): Choice {
  const choice = new Choice(candidates);
  for (const [i, item] of candidates.items.entries()) if (wanted(item)) choice.toggle(i);
  return choice;
}

function meanCost(costs: Float64Array, items: Int32Array): number {
  return items.reduce((sum, item) => sum + costs[item]!, 0) / items.length;
}
