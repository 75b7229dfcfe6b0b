// Zero-temperature moves shared by the samplers: random starts, and sweeps that flip whatever lowers the energy.

import { localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { mostFieldOf } from "./whole-biases.ts";

/** The spins of one search and what each feels. Spins are f64: mixing them with int8 in the inner loop costs conversions. */
export interface Walker {
  readonly spins: Float64Array;
  readonly local: Float64Array;
}

/** A walker at a random place. */
export function randomWalker(problem: SpinProblem, random: Random): Walker {
  const spins = Float64Array.from({ length: problem.size }, () => (random.next() & 1) * 2 - 1);
  const local = new Float64Array(problem.size);
  localFields(problem, spins, local);
  return { spins, local };
}

/** Flips spin i and tells its neighbours. */
export function flip({ start, column, weight }: SpinProblem, { spins, local }: Walker, i: number): void {
  const change = -2 * spins[i]!;
  spins[i] = -spins[i]!;
  for (let k = start[i]!, end = start[i + 1]!; k < end; k++) local[column[k]!]! += weight[k]! * change;
}

/**
 * Flips, sweep after sweep, every spin that lowers the energy by more than rounding can feign, until none does.
 * Returns the number of spins looked at.
 */
export function descend(problem: SpinProblem, walker: Walker): number {
  const { spins, local } = walker;
  const noise = noiseOf(problem);
  let looked = 0;
  for (let moved = true; moved; ) {
    moved = false;
    looked += problem.size;
    for (let i = 0; i < problem.size; i++) {
      if (spins[i]! * local[i]! <= noise) continue;
      flip(problem, walker, i);
      moved = true;
    }
  }
  return looked;
}

/** A local field below this is rounding: 1e-12 of the largest that can occur. Without it, two exact ties could flip each other for ever. */
export function noiseOf(problem: SpinProblem): number {
  return mostFieldOf(problem) * 1e-12;
}
