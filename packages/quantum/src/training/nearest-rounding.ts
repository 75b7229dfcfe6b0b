import { groupOf, nearestLevel, type RoundingProblem } from "./rounding-problem.ts";

/** Every weight to the nearest level of its grid, rows x columns: the baseline that knows nothing of inputs. */
export function nearestLevels(problem: RoundingProblem): Uint8Array {
  const { rows, columns, weights } = problem;
  const levels = new Uint8Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      levels[r * columns + c] = nearestLevel(problem, groupOf(problem, r, c), weights[r * columns + c]!);
    }
  }
  return levels;
}
