import { Pauses } from "../pauses.ts";
import { type AllocationProblem, allowanceOf, weighed } from "./allocation-problem.ts";

/**
 * The greedy baseline: every layer begins with its cheapest option; then again and again the one change that fits and adds most value
 * per cost (pairs included; a change that saves cost and loses nothing comes first), until none adds any. One option number a layer. Throws the signal's reason.
 */
export function allocatedGreedily(problem: AllocationProblem, signal?: AbortSignal): Promise<number[]> {
  const choice = problem.layers.map(({ options }) =>
    options.reduce((best, { cost, value }, o) => {
      const than = options[best]!;
      return cost < than.cost || (cost === than.cost && value > than.value) ? o : best;
    }, 0),
  );
  return improved(problem, choice, (gain, cost) => (cost <= 0 ? Number.POSITIVE_INFINITY : gain / cost), new Pauses(signal));
}

const mostForPairs = 2000; // options of all layers: above, trying all changes of two layers takes too long

/**
 * Raises a choice that keeps the budget by single changes, each time the one that adds most among those that fit, and then by changes of
 * two layers at once (up to 2,000 options in all), until none adds value. Throws the signal's reason.
 */
export async function polishedAllocation(
  problem: AllocationProblem,
  choice: readonly number[],
  signal?: AbortSignal,
): Promise<number[]> {
  const pauses = new Pauses(signal);
  let best = await improved(problem, choice, (gain) => gain, pauses);
  if (problem.layers.reduce((sum, { options }) => sum + options.length, 0) > mostForPairs) return best;
  for (;;) {
    const next = await twoChanged(problem, best, pauses);
    if (!next) return best;
    best = await improved(problem, next, (gain) => gain, pauses);
  }
}

/** Brings a choice within the budget: again and again the cheaper option that loses least value per cost saved. */
export async function repaired(problem: AllocationProblem, from: readonly number[], signal?: AbortSignal): Promise<number[]> {
  const choice = [...from];
  const { layers } = problem;
  const worths = optionWorths(problem);
  const pauses = new Pauses(signal);
  while (weighed(problem, choice).cost > allowanceOf(problem)) {
    if (pauses.due(workOf(problem))) await pauses.take();
    let best: { layer: number; option: number; loss: number } | undefined;
    for (const [layer, { options }] of layers.entries()) {
      const now = worths(choice, layer, choice[layer]!);
      for (const [option, { cost }] of options.entries()) {
        const saved = options[choice[layer]!]!.cost - cost;
        if (saved <= 0) continue;
        const loss = (now - worths(choice, layer, option)) / saved;
        if (!best || loss < best.loss) best = { layer, option, loss };
      }
    }
    if (!best) break; // all are at their cheapest, which keeps the budget
    choice[best.layer] = best.option;
  }
  return choice;
}

async function improved(
  problem: AllocationProblem,
  from: readonly number[],
  worth: (gain: number, cost: number) => number,
  pauses: Pauses,
): Promise<number[]> {
  const choice = [...from];
  const { layers } = problem;
  const most = allowanceOf(problem);
  const worths = optionWorths(problem);
  for (;;) {
    const { value, cost } = weighed(problem, choice);
    const least = 1e-12 * Math.max(1, Math.abs(value));
    let best: { layer: number; option: number; worth: number } | undefined;
    for (const [layer, { options }] of layers.entries()) {
      const now = worths(choice, layer, choice[layer]!);
      for (const [option, { cost: own }] of options.entries()) {
        const gain = worths(choice, layer, option) - now;
        const more = own - options[choice[layer]!]!.cost;
        if (gain <= least || cost + more > most) continue;
        const w = worth(gain, more);
        if (!best || w > best.worth) best = { layer, option, worth: w };
      }
    }
    if (!best) return choice;
    choice[best.layer] = best.option;
    if (pauses.due(workOf(problem))) await pauses.take();
  }
}

// Steps of one look at all single changes, about.
function workOf({ layers, pairs }: AllocationProblem): number {
  return 4 * pairs.length + layers.length * 10;
}

// The first change of two layers that fits and adds value.
async function twoChanged(problem: AllocationProblem, choice: readonly number[], pauses: Pauses): Promise<number[] | undefined> {
  const { layers } = problem;
  const most = allowanceOf(problem);
  const { value, cost } = weighed(problem, choice);
  const least = 1e-9 * Math.max(1, Math.abs(value));
  const worths = optionWorths(problem);
  const next = [...choice];
  for (let a = 0; a < layers.length; a++) {
    const before = worths(choice, a, choice[a]!);
    for (let o = 0; o < layers[a]!.options.length; o++) {
      if (o === choice[a]) continue;
      const first = worths(choice, a, o) - before;
      const spent = cost + layers[a]!.options[o]!.cost - layers[a]!.options[choice[a]!]!.cost;
      next[a] = o;
      for (let b = a + 1; b < layers.length; b++) {
        const own = worths(next, b, choice[b]!);
        for (let p = 0; p < layers[b]!.options.length; p++) {
          const then = spent + layers[b]!.options[p]!.cost - layers[b]!.options[choice[b]!]!.cost;
          if (then > most || p === choice[b]) continue;
          if (first + worths(next, b, p) - own <= least) continue;
          next[b] = p;
          return next;
        }
      }
      if (pauses.due(workOf(problem))) await pauses.take();
      next[a] = choice[a]!;
    }
  }
  return undefined;
}

// What an option of a layer is worth beside the present choices of the others.
function optionWorths({
  layers,
  pairs,
}: AllocationProblem): (choice: readonly number[], layer: number, option: number) => number {
  const touching = layers.map(({ options }) => options.map(() => [] as { layer: number; option: number; value: number }[]));
  for (const {
    layers: [l1, l2],
    options: [o1, o2],
    value,
  } of pairs) {
    touching[l1]![o1]!.push({ layer: l2, option: o2, value });
    touching[l2]![o2]!.push({ layer: l1, option: o1, value });
  }
  return (choice, layer, option) => {
    let sum = layers[layer]!.options[option]!.value;
    for (const other of touching[layer]![option]!) if (choice[other.layer] === other.option) sum += other.value;
    return sum;
  };
}
