// How long to search when nobody said: a small model gets the library's own short effort, so that asking for it costs milliseconds; a
// larger one gets two seconds.
import { type Bqm, smallUpTo } from "@entente/quantum";

/** A solver, and how hard it is to search: a time limit, or reads and sweeps; where none is said, the library's own effort. */
export interface Effort {
  readonly solver: string;
  readonly seconds?: number;
  readonly reads?: number;
  readonly sweeps?: number;
}

/** What was asked of the effort. */
export interface AskedEffort extends Effort {
  /** How many samples are wanted. */
  readonly samples?: number;
}

const usualSeconds = 2;
const usualSamples = 10; // what the library draws of its own accord

/** The effort for a model without constraints. */
export function effortFor({ size }: Pick<Bqm, "size">, asked: AskedEffort): Effort {
  const { solver, samples = 1 } = asked;
  if (isSaid(asked)) return asked;
  if (solver !== "auto" || size > smallUpTo) return { solver, seconds: usualSeconds };
  return samples > 1 ? { solver, reads: Math.max(usualSamples, samples) } : { solver };
}

/** The effort for a constrained model of so many bits: a small one is solved once its penalties hold. */
export function constrainedEffortFor(bits: number, asked: AskedEffort): Effort {
  if (isSaid(asked)) return asked;
  return bits <= smallUpTo ? { solver: asked.solver } : { solver: asked.solver, seconds: usualSeconds };
}

function isSaid({ seconds, reads, sweeps }: Effort): boolean {
  return seconds !== undefined || reads !== undefined || sweeps !== undefined;
}
