// Zephyr(m, t) (Boothby, King, Raymond 2021, D-Wave technical report 14-1056A): qubits are segments two units long of 2m + 1
// vertical (u = 0) and as many horizontal (u = 1) bundles of t tracks. A track carries two rows of m segments, j = 0 and j = 1,
// shifted by one unit against each other. Segments are coupled where they cross, with the next of their row (external), and with
// the overlapping ones of the other row of their track (odd).
import { type Chip, checkShape, chipFromEdges } from "./chip.ts";

/** Orientation u, bundle w, track k, row j of the track, segment z of the row. */
export type ZephyrCoordinate = readonly [u: number, w: number, k: number, j: number, z: number];

/** The perfect chip; t = 4 by default; m at most 32, t at most 8. Throws TOPOLOGY_INVALID. */
export function zephyr(m: number, t = 4): Chip {
  checkShape("m", m, 1, 32);
  checkShape("t", t, 1, 8);
  const shape = [m, t];
  const size = 4 * t * m * (2 * m + 1);
  const [us, vs]: [number[], number[]] = [[], []];
  const join = (a: ZephyrCoordinate, b: ZephyrCoordinate) => {
    us.push(zephyrToLinear(shape, a));
    vs.push(zephyrToLinear(shape, b));
  };
  for (let q = 0; q < size; q++) {
    const [u, w, k, j, z] = zephyrFromLinear(shape, q);
    if (z + 1 < m) join([u, w, k, j, z], [u, w, k, j, z + 1]);
    if (j === 1) {
      join([u, w, k, 0, z], [u, w, k, 1, z]);
      if (z + 1 < m) join([u, w, k, 0, z + 1], [u, w, k, 1, z]);
    }
    if (u === 1) continue;
    for (const line of [2 * z + j, 2 * z + j + 1]) {
      // The segments of a horizontal track that reach over bundle w: those that begin at w or at w - 1.
      for (const begin of [w - 1, w]) {
        if (begin < 0 || begin >= 2 * m) continue;
        for (let track = 0; track < t; track++) join([0, w, k, j, z], [1, line, track, begin & 1, begin >> 1]);
      }
    }
  }
  return chipFromEdges(
    { type: "zephyr", shape, size },
    Int32Array.from({ length: size }, (_, q) => q),
    us,
    vs,
  );
}

/** The linear index of a coordinate; `shape` is [m, t]. */
export function zephyrToLinear(shape: readonly number[], [u, w, k, j, z]: ZephyrCoordinate): number {
  const [m, t] = shape;
  return (((u * (2 * m! + 1) + w) * t! + k) * 2 + j) * m! + z;
}

/** The coordinate of a linear index; `shape` is [m, t]. */
export function zephyrFromLinear(shape: readonly number[], q: number): ZephyrCoordinate {
  const [m, t] = shape;
  const row = Math.floor(q / m!);
  const track = row >> 1;
  const bundle = Math.floor(track / t!);
  return [Math.floor(bundle / (2 * m! + 1)), bundle % (2 * m! + 1), track % t!, row & 1, q % m!];
}
