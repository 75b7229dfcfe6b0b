import type { z } from "zod";
import type { ProblemSource } from "./problem-source.ts";

/** A model to solve and how. Without `seconds`, `reads` and `sweeps`, small models get a short fixed effort and others two seconds. */
export interface SolveOrder {
  readonly problem: ProblemSource;
  readonly solver: string;
  readonly seconds?: number;
  readonly seed: number;
  readonly reads?: number;
  readonly sweeps?: number;
  /** Stop at this energy; models with constraints have none. */
  readonly target?: number;
  readonly threads?: number;
  /** The step of real variables; models with reals are refused without. */
  readonly resolution?: number;
  /** How many of the lowest samples to list. Default none. */
  readonly samples?: number;
}

/** A sample that was found. */
export interface FoundSample {
  energy: number;
  occurrences: number;
  /** Its values by variable; null when there are too many. */
  sample: Record<string, number> | null;
  /** In the order of the variables, + for 1; null where variables are not all binaries or spins. */
  bits: string | null;
}

/** A constraint that the best sample breaks, and by how much. */
export interface BrokenConstraint {
  constraint: string;
  soft: boolean;
  by: number;
}

/** The best sample found, and where it comes from. */
export interface SolveAnswer {
  kind: "bqm" | "cqm";
  energy: number;
  /** What the file maximises, where it maximises; of a constrained model the objective without the price of broken wishes. */
  objective: number | null;
  /** Whether every hard constraint holds; null without constraints. */
  feasible: boolean | null;
  violations: BrokenConstraint[];
  /** What a + and a - of `bits` stand for: 1 and 0, or 1 and -1; null with constraints. */
  vartype: "BINARY" | "SPIN" | null;
  variables: number;
  couplings: number;
  constraints: number;
  sample: Record<string, number> | null;
  bits: string | null;
  /** The answer in the terms of the problem that a builder made. */
  answer: z.core.util.JSONType | null;
  energies: number[];
  samples: FoundSample[];
  /** Improvements: [ms, energy]. */
  trace: [number, number][];
  /** [energy, how often], lowest first, of the samples kept. */
  histogram: [number, number][];
  provenance: {
    solver: string;
    why: string;
    kind: string;
    seed: number;
    reads: number;
    rounds: number;
    threads: number;
    timeMs: number;
    energy: number;
    bound: number | null;
    /** How far the energy may be above the lowest there is, as a share of the bound's size; null without a bound. */
    gap: number | null;
    race: { solver: string; energy: number }[];
    /** The type of numbers that the kernel computed with; null where no kernel ran. Energies are always f64. */
    lanes: string | null;
    /** Of a constrained model: the bits it became. */
    bits: number | null;
    /** Of a constrained model: the constraints whose slack is not exact, so that the optimum under them may be missed. */
    approximate: string[];
  };
}
