// Allocation against greedy; against dynamic programming where that is exact; and, where any layers interact, against greedy and random
// starts polished by changes of one and two layers for the same time.
import {
  type AllocationInput,
  type AllocationProblem,
  allocate,
  allocatedGreedily,
  allocationProblem,
  polishedAllocation,
} from "@entente/quantum";
import type { Row } from "../../contract.ts";
import { type Draws, draws } from "./draws.ts";
import { verdict } from "./verdict.ts";

/** Ranks for layers whose values add up, interact with neighbours, or with all others. */
export async function allocationRows(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [];
  const seeds = quick ? 3 : 8;
  for (const [layers, interacting] of [
    [24, "none"],
    [24, "neighbours"],
    [16, "all"],
    [32, "all"],
  ] as const) {
    const figures: Record<string, number[]> = {};
    for (let seed = 1; seed <= seeds; seed++) {
      const draw = draws(seed);
      const input = drawn(draw, layers, interacting);
      const problem = allocationProblem(input);
      const asked = await allocate(input, { seed, method: "samplers" });
      const spentMs = asked.samplers?.provenance.timeMs ?? 0;
      const values: Record<string, number> = {
        greedy: asked.greedy.value,
        "polished greedy": worthOf(problem, await polishedAllocation(problem, await allocatedGreedily(problem))),
        "polished random starts, same time": await polishedStarts(problem, draw, spentMs),
        ...(interacting === "all" ? {} : { exact: (await allocate(input)).value }),
        "QUBO (samplers)": asked.samplers?.value ?? asked.greedy.value,
      };
      const best = Math.max(...Object.values(values));
      for (const [way, value] of Object.entries(values)) {
        figures[way] ??= [];
        figures[way].push(100 * (1 - value / best));
      }
    }
    rows.push(
      ...verdict(`allocation, ${layers} layers of 5 options, ${interacting} interacting`, "% below the best", "low", figures),
    );
  }
  return rows;
}

// Values that grow slower than costs, as ranks do; layers of the same kind (every fourth) share what they learn, others add to it.
function drawn(draw: Draws, layers: number, interacting: "none" | "neighbours" | "all"): AllocationInput {
  const made = Array.from({ length: layers }, (_, l) => {
    const [worth, weight] = [0.2 + draw.unit(), 1 + 2 * draw.unit()];
    const options = [0, 4, 8, 16, 32].map((rank) => ({
      name: `r${rank}`,
      cost: weight * rank,
      value: worth * Math.log2(1 + rank) * (0.8 + 0.4 * draw.unit()),
    }));
    return { name: `layer ${l}`, options };
  });
  const pairs = made.flatMap((a, i) =>
    made.slice(i + 1, interacting === "all" ? layers : interacting === "none" ? i + 1 : i + 2).flatMap((b, j) => {
      const strength = (draw.unit() - ((j + 1) % 4 === 0 ? 0.8 : 0.4)) * (interacting === "all" ? 4 / layers : 0.5);
      return a.options.flatMap((o, x) =>
        b.options.map((p, y) => ({ first: [a.name, o.name], second: [b.name, p.name], value: (strength * x * y) / 4 }) as const),
      );
    }),
  );
  const most = made.reduce((sum, { options }) => sum + options[4]!.cost, 0);
  return { layers: made, pairs, budget: 0.35 * most };
}

async function polishedStarts(problem: AllocationProblem, draw: Draws, timeMs: number): Promise<number> {
  const until = performance.now() + timeMs;
  let best = Number.NEGATIVE_INFINITY;
  do {
    const choice = problem.layers.map(() => 0);
    let cost = 0;
    // Random options in random order, as far as the budget goes; option 0 costs nothing.
    for (const l of draw.shuffled(choice.length)) {
      const o = draw.below(problem.layers[l]!.options.length);
      const more = problem.layers[l]!.options[o]!.cost;
      if (cost + more > problem.budget) continue;
      choice[l] = o;
      cost += more;
    }
    best = Math.max(best, worthOf(problem, await polishedAllocation(problem, choice)));
  } while (performance.now() < until);
  return best;
}

function worthOf({ layers, pairs }: AllocationProblem, choice: readonly number[]): number {
  const own = layers.reduce((sum, { options }, l) => sum + options[choice[l]!]!.value, 0);
  return pairs.reduce((sum, { layers: [a, b], options: [o, p], value }) => {
    return choice[a] === o && choice[b] === p ? sum + value : sum;
  }, own);
}
