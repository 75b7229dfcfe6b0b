// Pegasus(m) (Boothby, Bunyk, Raymond, Roy 2020, arXiv 2003.00133): qubits are segments of vertical (u = 0) and horizontal (u = 1)
// lines, 12 positions long; line 12w + k carries m - 1 of them, shifted along the line by an offset that depends on k. A vertical
// and a horizontal segment are coupled where they cross, consecutive segments of a line are (external), and lines 2a and 2a + 1 are
// joined segment by segment (odd). Only the fabric is given: the qubits of the main component, without the ends of the outer lines.
import { type Chip, checkShape, chipFromEdges } from "./chip.ts";

/** Orientation u, line group w, line k of 12 in the group, segment z of the line. */
export type PegasusCoordinate = readonly [u: number, w: number, k: number, z: number];

/** Layer t of 3, cell row y, cell column x, side u, number k of 4 in the side: Pegasus as three interlaced Chimeras. */
export type NiceCoordinate = readonly [t: number, y: number, x: number, u: number, k: number];

/** Where along its line the first segment of line k begins, for vertical and horizontal lines. */
export const pegasusOffsets = [
  [2, 2, 2, 2, 10, 10, 10, 10, 6, 6, 6, 6],
  [6, 6, 6, 6, 2, 2, 2, 2, 10, 10, 10, 10],
] as const;

/** The perfect fabric: m from 2 to 40. Throws TOPOLOGY_INVALID. */
export function pegasus(m: number): Chip {
  checkShape("m", m, 2, 40);
  const shape = [m];
  const fabric = (w: number, k: number) => (w > 0 || k >= 2) && (w < m - 1 || k < 10);
  const qubits: number[] = [];
  const [us, vs]: [number[], number[]] = [[], []];
  const join = (a: PegasusCoordinate, b: PegasusCoordinate) => {
    us.push(pegasusToLinear(shape, a));
    vs.push(pegasusToLinear(shape, b));
  };
  for (let u = 0; u < 2; u++) {
    for (let w = 0; w < m; w++) {
      for (let k = 0; k < 12; k++) {
        if (!fabric(w, k)) continue;
        for (let z = 0; z < m - 1; z++) {
          qubits.push(pegasusToLinear(shape, [u, w, k, z]));
          if (z + 1 < m - 1) join([u, w, k, z], [u, w, k, z + 1]);
          if (k % 2 === 0) join([u, w, k, z], [u, w, k + 1, z]);
          for (let other = 0; u === 0 && other < 12; other++) {
            const line = z + (other < pegasusOffsets[0][k]! ? 1 : 0);
            const segment = w - (k < pegasusOffsets[1][other]! ? 1 : 0);
            if (segment >= 0 && segment < m - 1 && fabric(line, other)) join([0, w, k, z], [1, line, other, segment]);
          }
        }
      }
    }
  }
  return chipFromEdges({ type: "pegasus", shape, size: 24 * m * (m - 1) }, Int32Array.from(qubits), us, vs);
}

/** The linear index of a coordinate; `shape` is [m]. */
export function pegasusToLinear(shape: readonly number[], [u, w, k, z]: PegasusCoordinate): number {
  return ((u * shape[0]! + w) * 12 + k) * (shape[0]! - 1) + z;
}

/** The coordinate of a linear index; `shape` is [m]. */
export function pegasusFromLinear(shape: readonly number[], q: number): PegasusCoordinate {
  const m = shape[0]!;
  const line = Math.floor(q / (m - 1));
  const group = Math.floor(line / 12);
  return [Math.floor(group / m), group % m, line % 12, q % (m - 1)];
}

/** The nice coordinate of a qubit, or undefined for those at the rim that are in no Chimera cell. */
export function niceFromPegasus(shape: readonly number[], [u, w, k, z]: PegasusCoordinate): NiceCoordinate | undefined {
  const group = k >> 2;
  const [t, cell] = u === 0 ? [(group + 2) % 3, group === 0 ? w - 1 : w] : [[1, 0, 2][group]!, group === 2 ? w : w - 1];
  if (cell < 0 || cell > shape[0]! - 2) return undefined;
  return u === 0 ? [t, z, cell, 0, k & 3] : [t, cell, z, 1, k & 3];
}

/** The Pegasus coordinate of a nice one. */
export function pegasusFromNice([t, y, x, u, k]: NiceCoordinate): PegasusCoordinate {
  if (u === 0) {
    const group = (t + 1) % 3;
    return [0, group === 0 ? x + 1 : x, 4 * group + k, y];
  }
  const group = [1, 0, 2][t]!;
  return [1, group === 2 ? y : y + 1, 4 * group + k, x];
}
