import type { Json } from "../base/json.ts";

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
