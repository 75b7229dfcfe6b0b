/**
 * What the hub's main thread asks of its solver thread. All methods are streams: progress while it lasts, then the
 * answer as the last item. Both ends are one program, so the schemas only carry types.
 */
import { defineInterface, unchecked } from "@entente/pipe";
import type { Json } from "../base/json.ts";
import type { ProblemFormat, Terms } from "./problem-formats.ts";
import type { AllocateAnswer, AllocateOrder, RoundAnswer, RoundOrder, TuneAnswer, TuneOrder } from "./training-orders.ts";

/** A model to solve, as terms or as the text of a file, and how. */
export interface SolveOrder {
  readonly problem: { readonly terms: Terms } | { readonly text: string; readonly format: ProblemFormat };
  readonly solver: string;
  readonly seconds: number;
  readonly seed: number;
  readonly reads?: number;
  /** Stop at this energy. */
  readonly target?: number;
}

/** The best sample found, and where it comes from. */
export interface SolveAnswer {
  energy: number;
  /** What the file maximises, where it maximises. */
  objective: number | null;
  variables: number;
  couplings: number;
  /** The best sample by variable; null when there are too many. */
  sample: Record<string, number> | null;
  /** The best sample in the order of the variables, + for 1. */
  bits: string;
  energies: number[];
  provenance: {
    solver: string;
    why: string;
    kind: string;
    seed: number;
    reads: number;
    rounds: number;
    timeMs: number;
    energy: number;
  };
}

/** Items to choose from: unit-length embeddings one after another, sizes in any unit, a budget in the same. */
export interface SelectOrder {
  readonly embeddings: Float32Array;
  readonly dimensions: number;
  readonly sizes: readonly number[];
  readonly budget: number;
  readonly method: "qubo" | "greedy";
  readonly seconds: number;
  readonly seed: number;
}

/** A choice and its score beside a random one and those of three greedy rules. A score of 1 is a perfect likeness of the collection. */
export interface SelectAnswer {
  selected: number[];
  score: number;
  coverage: number;
  redundancy: number;
  size: number;
  randomScore: number;
  greedyScore: number;
  kCentreScore: number;
  herdingScore: number;
  /** Which of all has the highest score; at equal scores the simpler. */
  best: "random" | "k-centre" | "herding" | "greedy" | "qubo";
  timeMs: number;
  provenance: Record<string, Json>;
}

/** How far the work is (0 to 1) and a sentence, or the answer. */
export type Step<A> = { readonly done: number; readonly message: string } | { readonly answer: A };

/** The interface of the solver thread. */
export const solverInterface = defineInterface({
  name: "solver",
  version: 1,
  methods: {
    solve: { ordinal: 1, kind: "stream", input: unchecked<SolveOrder>(), output: unchecked<Step<SolveAnswer>>() },
    select: { ordinal: 2, kind: "stream", input: unchecked<SelectOrder>(), output: unchecked<Step<SelectAnswer>>() },
    // Training helpers.
    allocate: { ordinal: 20, kind: "stream", input: unchecked<AllocateOrder>(), output: unchecked<Step<AllocateAnswer>>() },
    tune: { ordinal: 21, kind: "stream", input: unchecked<TuneOrder>(), output: unchecked<Step<TuneAnswer>>() },
    round: { ordinal: 22, kind: "stream", input: unchecked<RoundOrder>(), output: unchecked<Step<RoundAnswer>>() },
  },
});
