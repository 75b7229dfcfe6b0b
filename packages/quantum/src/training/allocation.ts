// Adapter ranks, bit widths or anything else of which each layer gets one, under one budget. Where values add up, or interact between
// neighbouring layers only, this is a knapsack and dynamic programming is exact (allocation-exact.ts): no annealer is asked. Where any
// two layers may interact it is NP-hard without structure; then samplers are asked, and the better of what they find and of greedy, both
// polished by changes of one and two layers, is the answer. (Evidence that interactions matter: QR-Adaptor, arXiv
// 2505.03802; none of the published methods uses a QUBO.)
import { cqmFrom } from "../models/cqm.ts";
import { Pauses } from "../pauses.ts";
import type { Provenance } from "../solve.ts";
import { solveCqm } from "../solve-cqm.ts";
import { exactAllocation, isChain } from "./allocation-exact.ts";
import { allocatedGreedily, polishedAllocation, repaired } from "./allocation-greedy.ts";
import { type AllocationInput, type AllocationProblem, allocationProblem, allowanceOf, weighed } from "./allocation-problem.ts";

export type { AllocationInput } from "./allocation-problem.ts";

/** How to allocate. */
export interface AllocationOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Time for the samplers; their own default otherwise. */
  readonly timeLimitMs?: number;
  /** "samplers" asks them even where dynamic programming would be exact. Default "auto". */
  readonly method?: "auto" | "samplers";
  readonly signal?: AbortSignal;
  /** Fraction done, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** What each layer gets, in the order of the layers, and what that is worth and costs together. */
export interface Allotted {
  readonly choice: readonly { readonly layer: string; readonly option: string; readonly cost: number; readonly value: number }[];
  /** Pairs included. */
  readonly value: number;
  readonly cost: number;
}

/** An allocation and how it came about. */
export interface Allocation extends Allotted {
  /** Which way found it; at equal values, the first of these: exact, greedy, samplers. */
  readonly method: "exact" | "greedy" | "samplers";
  readonly why: string;
  /** No allocation within the budget is worth more. */
  readonly optimal: boolean;
  readonly greedy: Allotted;
  /** What the samplers found, and where from; null where they were not asked or found nothing within the budget. */
  readonly samplers: (Allotted & { readonly provenance: Provenance }) | null;
}

/** Gives each layer one of its options for the greatest value within the budget. Throws ALLOCATION_INVALID and what `solveCqm` throws. */
export async function allocate(input: AllocationInput, options: AllocationOptions = {}): Promise<Allocation> {
  const { method = "auto", signal, progress } = options;
  const problem = allocationProblem(input);
  const pauses = new Pauses(signal);
  await pauses.take();
  const greedy = told(problem, allocatedGreedily(problem));
  let tooLong = false;
  if (method === "auto" && isChain(problem)) {
    const choice = await exactAllocation(problem, pauses, progress);
    if (choice) {
      const why =
        problem.pairs.length === 0
          ? "values add up, so dynamic programming is exact"
          : "only neighbouring layers interact, so dynamic programming is exact";
      return { ...told(problem, choice), method: "exact", why, optimal: true, greedy, samplers: null };
    }
    tooLong = true;
  }
  const samplers = await sampled(problem, options);
  const start = polishedAllocation(problem, allocatedGreedily(problem));
  const ours = samplers?.choice;
  const won = ours && weighed(problem, ours).value > weighed(problem, start).value;
  const asked = tooLong ? "dynamic programming grew too long" : "layers that are not neighbours interact";
  return {
    ...told(problem, won ? ours : start),
    method: won ? "samplers" : "greedy",
    why: `${method === "samplers" ? "the samplers were asked for" : asked}; ${won ? "they found more than polished greedy" : "they found no more than polished greedy"}`,
    optimal: false,
    greedy,
    samplers: samplers ? { ...told(problem, samplers.choice), provenance: samplers.provenance } : null,
  };
}

interface Sampled {
  readonly choice: number[];
  readonly provenance: Provenance;
}

const prices = 12;

// The budget as a price on cost, halved in on between "too dear" and "too cheap" (Lagrangian relaxation, Everett 1963): models of one
// group a layer and nothing else, which samplers solve well. A budget constraint with its slack bits measured much worse: its walls
// hide the values. What a price misses between two neighbouring choices, repair and polish make up for.
async function sampled(problem: AllocationProblem, options: AllocationOptions): Promise<Sampled | undefined> {
  const { seed = 1, timeLimitMs, signal, progress } = options;
  const { layers, pairs } = problem;
  const offset: number[] = [];
  let size = 0;
  for (const { options: of } of layers) {
    offset.push(size);
    size += of.length;
  }
  if (size === 0) return undefined;
  const all = layers.flatMap((layer) => layer.options);
  const unit = Math.max(1e-300, ...all.map((o) => Math.abs(o.value)), ...pairs.map((p) => Math.abs(p.value)));
  const most = Math.max(...all.map((o) => o.cost)) || 1;
  let best: Sampled | undefined;
  let value = Number.NEGATIVE_INFINITY;
  let [low, high] = [0, 4]; // of values in units per the dearest option
  let reads = 0;
  let timeMs = 0;
  for (let k = 0; k < prices; k++) {
    const price = k === 0 ? 0 : (low + high) / 2;
    const cqm = cqmFrom({
      variables: Array.from({ length: size }, (_, label) => ({ label, kind: "binary" })),
      objective: {
        linear: layers.flatMap((layer, l) =>
          layer.options.map((o, i) => [offset[l]! + i, -o.value / unit + (price * o.cost) / most] as const),
        ),
        quadratic: pairs.map(
          ({ layers: [a, b], options: [o, p], value: v }) => [offset[a]! + o, offset[b]! + p, -v / unit] as const,
        ),
      },
      discrete: layers.map((layer, l) => ({ label: `layer ${l}`, variables: layer.options.map((_, o) => offset[l]! + o) })),
    });
    const { sample, feasible, provenance } = await solveCqm(cqm, {
      seed: seed + k,
      ...(timeLimitMs === undefined ? {} : { timeLimitMs: timeLimitMs / prices }),
      ...(signal === undefined ? {} : { signal }),
      ...(progress === undefined ? {} : { progress: (p) => progress((k + p.fraction) / prices) }),
    });
    reads += provenance.reads;
    timeMs += provenance.timeMs;
    if (!feasible) continue;
    const choice = layers.map((layer, l) => layer.options.findIndex((_, o) => sample[offset[l]! + o] === 1));
    const dear = weighed(problem, choice).cost > allowanceOf(problem);
    const found = polishedAllocation(problem, repaired(problem, choice));
    const worth = weighed(problem, found).value;
    if (worth > value) [value, best] = [worth, { choice: found, provenance }];
    if (dear) low = price;
    else high = price;
    if (price === 0 && !dear) break; // the budget does not bind
  }
  return (
    best && { ...best, provenance: { ...best.provenance, seed, reads, rounds: prices, timeMs, energy: -value, bound: null } }
  );
}

function told(problem: AllocationProblem, choice: readonly number[]): Allotted {
  return {
    choice: problem.layers.map(({ name, options }, l) => {
      const { name: option, cost, value } = options[choice[l]!]!;
      return { layer: name, option, cost, value };
    }),
    ...weighed(problem, choice),
  };
}
