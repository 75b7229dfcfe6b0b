// Rounding one column after the other with error feedback, as GPTQ does (Frantar et al. 2023, arXiv 2210.17323; the order by falling
// diagonal is its "act order"). With U the upper Cholesky factor of the inverse of H, H^-1 = U^T U, the error e_i = (w_i - q_i) / U_ii of
// column i is best made up for by w_j -= e_i U_ij in the columns j still free. Unlike AdaRound a weight may end more than one level
// away from where it was. The grids stay as they were given.
import { Pauses } from "../pauses.ts";
import { groupOf, nearestLevel, type RoundingProblem } from "./rounding-problem.ts";

/** Levels by successive rounding, rows x columns. Throws the signal's reason. */
export async function successiveLevels(problem: RoundingProblem, signal?: AbortSignal): Promise<Uint8Array> {
  const { rows, columns: n, weights, damped, grid } = problem;
  const pauses = new Pauses(signal);
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => damped[b * n + b]! - damped[a * n + a]! || a - b);
  const ordered = new Float64Array(n * n);
  for (const [a, i] of order.entries()) for (const [b, j] of order.entries()) ordered[a * n + b] = damped[i * n + j]!;
  await pauses.take();
  const factor = await upperFactorOfInverse(ordered, n, pauses);
  const levels = new Uint8Array(rows * n);
  const left = new Float64Array(n);
  for (let r = 0; r < rows; r++) {
    for (const [a, i] of order.entries()) left[a] = weights[r * n + i]!;
    for (const [a, i] of order.entries()) {
      const g = groupOf(problem, r, i);
      const level = nearestLevel(problem, g, left[a]!);
      levels[r * n + i] = level;
      const error = (left[a]! - grid.lowest[g]! - grid.steps[g]! * level) / factor[a * n + a]!;
      for (let b = a + 1; b < n; b++) left[b]! -= error * factor[a * n + b]!;
    }
    if (pauses.due((n * n) / 2)) await pauses.take();
  }
  return levels;
}

// U upper with U^T U = M^-1. Factoring M from its last column upwards gives M = V V^T with V upper, and then U = V^-1: no inverse of M.
async function upperFactorOfInverse(matrix: Float64Array, n: number, pauses: Pauses): Promise<Float64Array> {
  const v = new Float64Array(n * n);
  for (let j = n - 1; j >= 0; j--) {
    for (let i = j; i >= 0; i--) {
      let sum = matrix[i * n + j]!;
      for (let k = j + 1; k < n; k++) sum -= v[i * n + k]! * v[j * n + k]!;
      v[i * n + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / v[j * n + j]!;
    }
    if (pauses.due(j * (n - j))) await pauses.take();
  }
  const u = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    u[j * n + j] = 1 / v[j * n + j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += v[i * n + k]! * u[k * n + j]!;
      u[i * n + j] = -sum / v[i * n + i]!;
    }
    if (pauses.due((j * j) / 2)) await pauses.take();
  }
  return u;
}
