import {
  greedyByScore,
  likenessMatrix,
  type SubsetInput,
  type SubsetProblem,
  selectSubset,
  subsetProblem,
  subsetScore,
} from "@entente/quantum";
import { z } from "zod";
import type { Json } from "../../base/json.ts";
import { defineQuantumTool } from "../pillar.ts";

// selectSubset solves again with a doubled penalty, at most four times, until the budget is met; the limit is for each try.
const mostTries = 5;

export default defineQuantumTool({
  name: "quantum_select_subset",
  description:
    "Chooses items that together look most like the whole collection without repeating it (least maximum mean discrepancy), within a budget of total size, by QUBO on an annealer or greedily. The score is 1 for a perfect likeness of the collection; a random choice of the same size and the greedy one are scored beside it.",
  input: z.object({
    vectors: z.array(z.array(z.number())).min(1).max(20_000).describe("one unit-length vector for each item"),
    sizes: z.array(z.number().positive()).describe("what each item costs of the budget"),
    budget: z.number().positive(),
    method: z.enum(["qubo", "greedy"]).default("qubo"),
    seconds: z.number().min(0.05).max(600).default(5),
    seed: z.int().min(0).default(1),
  }),
  output: z.object({
    selected: z.array(z.int()),
    score: z.number(),
    coverage: z.number(),
    redundancy: z.number(),
    size: z.number(),
    randomScore: z.number(),
    greedyScore: z.number(),
    timeMs: z.number(),
    provenance: z.record(z.string(), z.json()),
  }),
  hints: { readOnly: true },
  run: async (input, ctx) => {
    const started = performance.now();
    const subset: SubsetInput = {
      embeddings: Float32Array.from(input.vectors.flat()),
      dimensions: input.vectors[0]?.length ?? 0,
      sizes: input.sizes,
      budget: { size: input.budget },
    };
    const problem = await subsetProblem(subset, input.seed, ctx.signal);
    const best = ceilingOf(problem);
    const mark = async (chosen: readonly number[]): Promise<number> =>
      (await subsetScore(problem, chosen, ctx.signal)).score / best;
    const random = randomChoice(input.sizes, input.budget, input.seed);
    const greedy = await greedyChoice(problem, ctx.signal);
    let selected: readonly number[] = greedy;
    let provenance: { readonly [key: string]: Json } = { solver: "greedy", kind: "classical", energy: null };
    if (input.method === "qubo") {
      const found = await selectSubset(subset, {
        seed: input.seed,
        timeLimitMs: (input.seconds * 1000) / mostTries,
        signal: ctx.signal,
        progress: (fraction) => ctx.progress({ done: fraction, total: 1, message: "annealing" }),
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
    const { coverage, redundancy, cost } = await subsetScore(problem, selected, ctx.signal);
    return {
      selected: [...selected],
      score: await mark(selected),
      coverage,
      redundancy,
      size: cost,
      randomScore: await mark(random),
      greedyScore: await mark(greedy),
      timeMs,
      provenance: JSON.parse(JSON.stringify(provenance)),
    };
  },
});

// The score of the whole collection against itself: no subset can look more like it.
function ceilingOf({ anchors, shares, representation }: SubsetProblem): number {
  return anchors.reduce((sum, anchor, a) => sum + (shares[a] ?? 0) * (representation[anchor] ?? 0), 0);
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
