// How long to search when nobody said: a small model gets a fixed, short effort, so that asking for it costs milliseconds; a larger one
// gets two seconds. Up to 14 variables every sample is tried (1 ms; 16 would be 3 ms); up to 64 tabu makes one search with restarts (1 ms).
// On random models of every density, with whole or real biases, it finds what searches a hundred times longer find; on spin lattices of 64
// nearly always. What it may miss are assignments of 8 by 8 and more, one in three of them, where single flips break two rules. Several
// short reads find no more and cost twice as much, since each has a kernel memory of its own; annealing takes longer and is worse on lattices.
import type { Bqm } from "@entente/quantum";

/** What a solve is given: a time limit, or a solver with its reads and sweeps, and why. */
export interface Effort {
  readonly solver: string;
  readonly seconds?: number;
  readonly reads?: number;
  readonly sweeps?: number;
  /** In place of the sampler's own reason. */
  readonly why?: string;
}

/** What was asked of the effort. */
export interface AskedEffort {
  readonly solver: string;
  readonly seconds?: number;
  readonly reads?: number;
  readonly sweeps?: number;
  /** How many samples are wanted. */
  readonly samples?: number;
}

const usualSeconds = 2;
const exactUpTo = 14;
/** Variables up to which a model gets a short fixed effort, about 1 ms. */
export const smallUpTo = 64;

/** The effort for a model without constraints. */
export function effortFor({ size }: Pick<Bqm, "size">, asked: AskedEffort): Effort {
  const { solver, seconds, reads, sweeps, samples = 1 } = asked;
  if (seconds !== undefined || reads !== undefined || sweeps !== undefined) return asked;
  if (solver !== "auto") return { solver, seconds: usualSeconds };
  if (size <= exactUpTo) return { solver: "exact", reads: 10, why: `${size} variables are few enough to try every sample` };
  if (size <= smallUpTo)
    return {
      solver: "tabu",
      reads: Math.max(1, samples),
      sweeps: 4000 + 160 * size,
      why: `${size} variables and no time given: a short tabu search; give seconds to search longer`,
    };
  return { solver, seconds: usualSeconds };
}

/** The effort for a constrained model of so many bits: a small one is solved once its penalties hold. */
export function constrainedEffortFor(bits: number, asked: AskedEffort): Effort {
  const { solver, seconds, reads, sweeps } = asked;
  if (seconds !== undefined || reads !== undefined || sweeps !== undefined) return asked;
  return bits <= smallUpTo ? { solver } : { solver, seconds: usualSeconds };
}
