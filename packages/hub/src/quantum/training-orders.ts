// What the training helpers are asked in the solver thread, and what they answer.
import type { Allocation, AllocationInput, Observation, Space, Suggestions, Surrogate } from "@entente/quantum";

/** Layers with options to allocate under a budget. */
export interface AllocateOrder {
  readonly problem: AllocationInput;
  readonly seconds: number;
  readonly seed: number;
}

/** The allocation, and greedy's beside it. */
export type AllocateAnswer = Allocation & { readonly timeMs: number };

/** A space, what was observed in it, and how many configurations to suggest. */
export interface TuneOrder {
  readonly space: Space;
  readonly observations: readonly Observation[];
  readonly count: number;
  readonly surrogate: Surrogate;
  readonly seed: number;
}

/** What to try next, and the best so far. */
export type TuneAnswer = Suggestions & { readonly best: Observation | null; readonly timeMs: number };

/** A layer to round: weights and calibration inputs row by row. */
export interface RoundOrder {
  readonly weights: Float64Array;
  readonly columns: number;
  readonly inputs: Float64Array;
  readonly bits: number;
  readonly groupSize?: number;
  readonly seconds: number;
  readonly seed: number;
}

/** Levels on the grids of the groups, and the output errors of all three ways on the calibration inputs. */
export interface RoundAnswer {
  levels: number[][];
  steps: number[][];
  lowest: number[][];
  method: "qubo" | "successive" | "nearest";
  errors: { qubo: number; successive: number; nearest: number };
  rowsWon: number;
  rowsSolved: number;
  models: number;
  solver: string;
  timeMs: number;
}
