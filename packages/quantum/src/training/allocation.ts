// Adapter ranks, bit widths or anything else of which each layer gets one, under one budget. Where values add up, or interact between
// neighbouring layers only, this is a knapsack and dynamic programming is exact (allocation-exact.ts): no annealer is asked. Where any
// two layers may interact it is NP-hard without structure; then samplers are asked, and the best of what they find, of greedy and of
// random starts, all polished by changes of one and two layers, is the answer: which of them wins depends on the problem, and on those
// measured (docs/reference/benchmarks.md) the random starts are hard to beat. (Evidence that interactions matter: QR-Adaptor, arXiv
// 2505.03802; none of the published methods uses a QUBO.)
import { cqmFrom } from "../models/cqm.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import type { Provenance } from "../solve.ts";
import { solveCqm } from "../solve-cqm.ts";
import { exactAllocation, isChain } from "./allocation-exact.ts";
import { allocatedGreedily, polishedAllocation, repaired } from "./allocation-greedy.ts";
import { type AllocationInput, type AllocationProblem, allocationProblem, allowanceOf, weighed } from "./allocation-problem.ts";

const prices = 12;
const searches = 100; // polished random starts, at most
const samplersShare = 0.5; // of a time limit

export type { AllocationInput } from "./allocation-problem.ts";

/** How to allocate. */
export interface AllocationOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Half for the samplers, half for local search at most; otherwise the samplers' own default and 100 starts. */
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
  /** Which way found it; at equal values, the first of these: exact, greedy (polished), local search, samplers. */
  readonly method: "exact" | "greedy" | "local search" | "samplers";
  readonly why: string;
  /** No allocation within the budget is worth more. */
  readonly optimal: boolean;
  readonly greedy: Allotted;
  /** The best of polished random starts; null where it was not tried. */
  readonly localSearch: Allotted | null;
  /** What the samplers found, and where from; null where they were not asked or found nothing within the budget. */
  readonly samplers: (Allotted & { readonly provenance: Provenance }) | null;
}

/** Gives each layer one of its options for the greatest value within the budget. Throws ALLOCATION_INVALID and what `solveCqm` throws. */
export async function allocate(input: AllocationInput, options: AllocationOptions = {}): Promise<Allocation> {
  const { method = "auto", signal, progress } = options;
  const problem = allocationProblem(input);
  const pauses = new Pauses(signal);
  await pauses.take();
  const first = await allocatedGreedily(problem, signal);
  const greedy = told(problem, first);
  let tooLong = false;
  if (method === "auto" && isChain(problem)) {
    const choice = await exactAllocation(problem, pauses, progress);
    if (choice) {
      const why =
        problem.pairs.length === 0
          ? "values add up, so dynamic programming is exact"
          : "only neighbouring layers interact, so dynamic programming is exact";
      return { ...told(problem, choice), method: "exact", why, optimal: true, greedy, localSearch: null, samplers: null };
    }
    tooLong = true;
  }
  const samplers = await sampled(problem, options);
  const starts = await polishedStarts(problem, options, pauses);
  const ways = [
    { method: "greedy", choice: await polishedAllocation(problem, first, signal) },
    { method: "local search", choice: starts },
    ...(samplers ? [{ method: "samplers", choice: samplers.choice } as const] : []),
  ] as const;
  const values = ways.map(({ choice }) => weighed(problem, choice).value);
  const most = Math.max(...values);
  const won = ways[values.findIndex((value) => value >= most - 1e-9 * Math.max(1, Math.abs(most)))]!;
  const asked = tooLong ? "dynamic programming grew too long" : "layers that are not neighbours interact";
  progress?.(1);
  return {
    ...told(problem, won.choice),
    method: won.method,
    why: `${method === "samplers" ? "the samplers were asked for" : asked}; ${ways.map((way, w) => `${way.method} found ${values[w]}`).join(", ")}`,
    optimal: false,
    greedy,
    localSearch: told(problem, starts),
    samplers: samplers ? { ...told(problem, samplers.choice), provenance: samplers.provenance } : null,
  };
}

// Random options in random order as far as the budget goes, polished: what any allocation without samplers would try first.
async function polishedStarts(problem: AllocationProblem, options: AllocationOptions, pauses: Pauses): Promise<number[]> {
  const { seed = 1, timeLimitMs, signal } = options;
  const startedAt = performance.now();
  const random = new Random(seed, -3);
  let best: number[] | undefined;
  let value = Number.NEGATIVE_INFINITY;
  for (let s = 0; s < searches; s++) {
    if (best && timeLimitMs !== undefined && performance.now() - startedAt > timeLimitMs * (1 - samplersShare)) break;
    const start = problem.layers.map(({ options: of }) => random.below(of.length));
    const choice = await polishedAllocation(problem, await repaired(problem, start, signal), signal);
    const worth = weighed(problem, choice).value;
    if (worth > value) [value, best] = [worth, choice];
    await pauses.take();
  }
  return best!;
}

interface Sampled {
  readonly choice: number[];
  readonly provenance: Provenance;
}

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
      ...(timeLimitMs === undefined ? {} : { timeLimitMs: (samplersShare * timeLimitMs) / prices }),
      ...(signal === undefined ? {} : { signal }),
      ...(progress === undefined ? {} : { progress: (p) => progress(((k + p.fraction) / prices) * samplersShare) }),
    });
    reads += provenance.reads;
    timeMs += provenance.timeMs;
    if (!feasible) continue;
    const choice = layers.map((layer, l) => layer.options.findIndex((_, o) => sample[offset[l]! + o] === 1));
    const dear = weighed(problem, choice).cost > allowanceOf(problem);
    const found = await polishedAllocation(problem, await repaired(problem, choice, signal), signal);
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
