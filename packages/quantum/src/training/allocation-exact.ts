// The best allocation by dynamic programming over lists of undominated (cost, value) pairs (Nemhauser and Ullmann 1969, for a choice of
// one option a layer). It takes any real costs. Pairs between neighbouring layers only are exact as well: then one list is kept for
// each option of the last layer. Lists grow at worst exponentially, in practice to thousands, so there is a limit on all of them
// together. Rejected: a table by cost, which wants whole costs and a small budget; parameter counts are neither.
import type { Pauses } from "../pauses.ts";
import { type AllocationProblem, allowanceOf } from "./allocation-problem.ts";

interface State {
  readonly cost: number;
  readonly value: number;
  readonly option: number;
  readonly before: State | undefined;
}

const mostStates = 2_000_000;

/** Whether `exactAllocation` can take a problem: no pairs, or pairs of layers next to each other only. */
export function isChain({ pairs }: AllocationProblem): boolean {
  return pairs.every(({ layers: [a, b] }) => b - a === 1);
}

/**
 * The choice of the greatest value within the budget, one option number a layer, of a chain (`isChain`); undefined where the lists
 * became too long. Throws the signal's reason.
 */
export async function exactAllocation(
  problem: AllocationProblem,
  pauses: Pauses,
  progress?: (fraction: number) => void,
): Promise<number[] | undefined> {
  const { layers, pairs } = problem;
  const most = allowanceOf(problem);
  const coupled = new Set(pairs.map((pair) => pair.layers[1]));
  const bonus = new Map(pairs.map((pair) => [`${pair.layers[1]},${pair.options[0]},${pair.options[1]}`, pair.value]));
  // What the layers behind cost at least: what leaves less is of no use.
  const behind = new Float64Array(layers.length + 1);
  for (let l = layers.length - 1; l >= 0; l--)
    behind[l] = behind[l + 1]! + Math.min(...layers[l]!.options.map(({ cost }) => cost));
  let kept = 0;
  let lists: State[][] = [[{ cost: 0, value: 0, option: -1, before: undefined }]];
  for (const [l, { options }] of layers.entries()) {
    const apart = coupled.has(l + 1); // the next layer asks which option this one took
    const next: State[][] = [];
    const all: State[] = [];
    for (const [option, { cost, value }] of options.entries()) {
      const own: State[] = apart ? [] : all;
      for (const list of lists) {
        for (const before of list) {
          const total = before.cost + cost;
          if (total + behind[l + 1]! > most) continue;
          const more = coupled.has(l) ? (bonus.get(`${l},${before.option},${option}`) ?? 0) : 0;
          own.push({ cost: total, value: before.value + value + more, option, before });
        }
        if (pauses.due(10 * list.length)) await pauses.take();
      }
      if (own.length > mostStates) return undefined;
      if (apart) next.push(undominated(own));
    }
    lists = apart ? next : [undominated(all)];
    if (pauses.due(20 * all.length)) await pauses.take();
    kept += lists.reduce((sum, list) => sum + list.length, 0);
    if (kept > mostStates) return undefined;
    progress?.((l + 1) / layers.length);
  }
  let best: State | undefined;
  for (const list of lists) for (const state of list) if (!best || state.value > best.value) best = state;
  const choice: number[] = [];
  for (let at = best; at?.before; at = at.before) choice.push(at.option);
  return choice.reverse();
}

// By cost ascending, each worth more than all cheaper ones.
function undominated(states: State[]): State[] {
  states.sort((a, b) => a.cost - b.cost || b.value - a.value);
  let most = Number.NEGATIVE_INFINITY;
  return states.filter(({ value }) => {
    if (value <= most) return false;
    most = value;
    return true;
  });
}
