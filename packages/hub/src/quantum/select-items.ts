import {
  greedyByHerding,
  greedyByKCentre,
  greedyByScore,
  likenessMatrix,
  type SubsetInput,
  type SubsetProblem,
  selectSubset,
  subsetProblem,
  subsetScore,
} from "@entente/quantum";
import type { Json } from "../base/json.ts";
import type { SelectAnswer, SelectOrder } from "./select-order.ts";
import type { Report } from "./steps.ts";

// selectSubset solves again with a doubled penalty, at most four times, until the budget is met; the limit is for each try.
const mostTries = 5;

/** Chooses items that look most like all of them within a budget. Throws the codes of @entente/quantum, or the signal's reason. */
export async function selectItems(order: SelectOrder, signal: AbortSignal, report: Report): Promise<SelectAnswer> {
  const started = performance.now();
  const { embeddings, dimensions, sizes, seed } = order;
  const subset: SubsetInput = { embeddings, dimensions, sizes, budget: { size: order.budget } };
  const problem = await subsetProblem(subset, seed, signal);
  const best = ceilingOf(problem);
  const mark = async (chosen: readonly number[]): Promise<number> => (await subsetScore(problem, chosen, signal)).score / best;
  const random = randomChoice(sizes, order.budget, seed);
  const greedy = await greedyChoice(problem, signal);
  let selected: readonly number[] = greedy;
  let provenance: Record<string, Json> = { solver: "greedy", kind: "classical", energy: null };
  if (order.method === "qubo") {
    const found = await selectSubset(subset, {
      seed,
      timeLimitMs: (order.seconds * 1000) / mostTries,
      signal,
      progress: (fraction) => report(fraction, "annealing"),
    });
    selected = found.chosen;
    provenance = {
      solver: found.models.map((model) => model.provenance.solver).join(", "),
      kind: "classical",
      models: found.models.map(({ items, penalty, missedBy, provenance: of }) => ({
        items,
        penalty,
        missedBy,
        solver: of.solver,
        why: of.why,
        reads: of.reads,
        timeMs: of.timeMs,
        energy: of.energy,
      })),
      energy: found.models.at(-1)?.provenance.energy ?? null,
    };
  }
  const timeMs = performance.now() - started;
  const { coverage, redundancy, cost } = await subsetScore(problem, selected, signal);
  const score = await mark(selected);
  const scores = {
    random: await mark(random),
    "k-centre": await mark(await greedyByKCentre(problem, signal)),
    herding: await mark(await greedyByHerding(problem, signal)),
    greedy: await mark(greedy),
    ...(order.method === "qubo" ? { qubo: score } : {}),
  };
  return {
    selected: [...selected],
    score,
    coverage,
    redundancy,
    size: cost,
    randomScore: scores.random,
    greedyScore: scores.greedy,
    kCentreScore: scores["k-centre"],
    herdingScore: scores.herding,
    best: bestOf(scores),
    timeMs,
    provenance,
  };
}

// The score of the whole collection against itself: no subset can look more like it.
function ceilingOf({ anchors, shares, representation }: SubsetProblem): number {
  return anchors.reduce((sum, anchor, a) => sum + (shares[a] ?? 0) * (representation[anchor] ?? 0), 0);
}

function bestOf(scores: Readonly<Partial<Record<SelectAnswer["best"], number>>>): SelectAnswer["best"] {
  const order = ["random", "k-centre", "herding", "greedy", "qubo"] as const;
  const worst = Number.NEGATIVE_INFINITY;
  return order.reduce((best, name) => ((scores[name] ?? worst) > (scores[best] ?? worst) + 1e-9 ? name : best));
}

async function greedyChoice(problem: SubsetProblem, signal: AbortSignal): Promise<readonly number[]> {
  const items = Int32Array.from({ length: problem.size }, (_, i) => i);
  return greedyByScore({ problem, items, budget: problem.budget, likeness: await likenessMatrix(problem, items, signal) }).sort(
    (a, b) => a - b,
  );
}

// Items in a seeded order (multiplicative congruential, Lehmer), as many as fit.
function randomChoice(sizes: readonly number[], budget: number, seed: number): readonly number[] {
  let state = (seed % 2147483646) + 1;
  const order = sizes.map((_, item) => {
    state = (state * 48271) % 2147483647;
    return { item, key: state };
  });
  let left = budget;
  const chosen: number[] = [];
  for (const { item } of order.sort((a, b) => a.key - b.key)) {
    const size = sizes[item] ?? 0;
    if (size > left) continue;
    left -= size;
    chosen.push(item);
  }
  return chosen.sort((a, b) => a - b);
}
