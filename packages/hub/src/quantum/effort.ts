// How long to search when nobody said: a small model gets the library's own short effort, so that asking for it costs milliseconds; a
// larger one gets two seconds.
import type { Bqm } from "@entente/quantum";

/** What a solve is given: a time limit, or a solver with its reads and sweeps, and why. */
export interface Effort {
  readonly solver: string;
  readonly seconds?: number;
  readonly reads?: number;
  readonly sweeps?: number;
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
const usualSamples = 10; // what the library draws of its own accord
/** Variables up to which a model gets a short fixed effort, about 1 ms. */
export const smallUpTo = 64;

/** The effort for a model without constraints. */
export function effortFor({ size }: Pick<Bqm, "size">, asked: AskedEffort): Effort {
  const { solver, seconds, reads, sweeps, samples = 1 } = asked;
  if (seconds !== undefined || reads !== undefined || sweeps !== undefined) return asked;
  if (solver !== "auto") return { solver, seconds: usualSeconds };
  if (size <= smallUpTo) return samples > 1 ? { solver, reads: Math.max(usualSamples, samples) } : { solver };
  return { solver, seconds: usualSeconds };
}

/** The effort for a constrained model of so many bits: a small one is solved once its penalties hold. */
export function constrainedEffortFor(bits: number, asked: AskedEffort): Effort {
  const { solver, seconds, reads, sweeps } = asked;
  if (seconds !== undefined || reads !== undefined || sweeps !== undefined) return asked;
  return bits <= smallUpTo ? { solver } : { solver, seconds: usualSeconds };
}
