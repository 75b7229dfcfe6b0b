import type { SpinProblem } from "../models/spin-problem.ts";
import { Random } from "../random.ts";
import type { Walker } from "./descent.ts";

const poolBits = 13;

// -ln u for u in the middle of 8192 equal strata, shuffled: the distribution is exact to 1/8192, its tail ends at -ln(1/16384) = 9.7.
const exponentialPool = (() => {
  const pool = Float64Array.from({ length: 1 << poolBits }, (_, k, size = 1 << poolBits) => -Math.log((k + 0.5) / size));
  new Random(0x5eed).shuffle(pool);
  return pool;
})();

/**
 * One Metropolis sweep over all spins at inverse temperature `beta`; `state` holds the xorshift32 state (never 0) and is advanced.
 * Returns the number of flips.
 */
export function metropolisSweep(problem: SpinProblem, { spins, local }: Walker, beta: number, state: Int32Array): number {
  const { size, start, column, weight } = problem;
  const pool = exponentialPool;
  const scale = 1 / (2 * beta);
  let r = state[0]!;
  let flips = 0;
  for (let i = 0; i < size; i++) {
    r ^= r << 13;
    r ^= r >>> 17;
    r ^= r << 5;
    const s = spins[i]!;
    if (s * local[i]! + pool[r >>> (32 - poolBits)]! * scale < 0) continue; // dE = -2 s local > E / beta: refused
    const change = -2 * s;
    spins[i] = -s;
    for (let k = start[i]!, end = start[i + 1]!; k < end; k++) local[column[k]!]! += weight[k]! * change;
    flips++;
  }
  state[0] = r;
  return flips;
}
