import type { SpinProblem } from "../models/spin-problem.ts";

/** A problem's biases as whole numbers of a unit, and the largest field that can occur, in units. */
export interface WholeBiases {
  readonly unit: number;
  readonly mostField: number;
}

const finest = 1024;

/**
 * The unit of which all biases are whole multiples: whole numbers, or whole numbers over a power of two up to 1024 (a QUBO of whole
 * numbers has quarters as an Ising model). Undefined where there is none, or where a field might exceed 2^31 units.
 */
export function wholeBiases(problem: SpinProblem): WholeBiases | undefined {
  const { field, weight } = problem;
  let scale = 1;
  let divisor = 0;
  for (const values of [weight, field])
    for (const value of values) {
      while (!Number.isInteger(value * scale)) {
        if (scale >= finest) return undefined;
        scale *= 2;
        divisor *= 2;
      }
      if (Math.abs(value * scale) >= 2 ** 31) return undefined;
      divisor = commonDivisor(divisor, Math.abs(value * scale));
    }
  const unit = Math.max(1, divisor) / scale;
  return { unit, mostField: mostFieldOf(problem) / unit };
}

/** The largest local field that any spins can give: a bias and the couplings beside it, in absolute value. */
export function mostFieldOf({ size, start, weight, field }: SpinProblem): number {
  let most = 0;
  for (let i = 0; i < size; i++) {
    let sum = Math.abs(field[i]!);
    for (let k = start[i]!; k < start[i + 1]!; k++) sum += Math.abs(weight[k]!);
    most = Math.max(most, sum);
  }
  return most;
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
