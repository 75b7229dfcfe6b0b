// Chimera(m, n, t): an m by n grid of complete bipartite cells K_{t,t} (Bunyk et al. 2014, arXiv 1401.5504). Side u = 0 of a cell is
// coupled with the cells above and below, side u = 1 with those left and right.
import { type Chip, checkShape, chipFromEdges } from "./chip.ts";

/** Cell row i, cell column j, side u (0 runs down the grid, 1 across), number k in the side. */
export type ChimeraCoordinate = readonly [i: number, j: number, u: number, k: number];

/** The perfect chip; n = m and t = 4 by default. m and n at most 64, t at most 16. Throws TOPOLOGY_INVALID. */
export function chimera(m: number, n = m, t = 4): Chip {
  checkShape("m", m, 1, 64);
  checkShape("n", n, 1, 64);
  checkShape("t", t, 1, 16);
  const shape = [m, n, t];
  const [us, vs]: [number[], number[]] = [[], []];
  const join = (a: ChimeraCoordinate, b: ChimeraCoordinate) => {
    us.push(chimeraToLinear(shape, a));
    vs.push(chimeraToLinear(shape, b));
  };
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < t; k++) {
        for (let other = 0; other < t; other++) join([i, j, 0, k], [i, j, 1, other]);
        if (i + 1 < m) join([i, j, 0, k], [i + 1, j, 0, k]);
        if (j + 1 < n) join([i, j, 1, k], [i, j + 1, 1, k]);
      }
    }
  }
  const size = 2 * t * m * n;
  return chipFromEdges(
    { type: "chimera", shape, size },
    Int32Array.from({ length: size }, (_, q) => q),
    us,
    vs,
  );
}

/** The linear index of a coordinate; `shape` is [m, n, t]. */
export function chimeraToLinear(shape: readonly number[], [i, j, u, k]: ChimeraCoordinate): number {
  return ((i * shape[1]! + j) * 2 + u) * shape[2]! + k;
}

/** The coordinate of a linear index; `shape` is [m, n, t]. */
export function chimeraFromLinear(shape: readonly number[], q: number): ChimeraCoordinate {
  const [, n, t] = shape;
  const side = Math.floor(q / t!);
  const cell = side >> 1;
  return [Math.floor(cell / n!), cell % n!, side & 1, q % t!];
}
