// All three topologies are one picture: vertical and horizontal lines, cut into segments of equal length (the qubits), with an
// internal coupler wherever a vertical and a horizontal segment cross. Lines are told apart only by their unit: a unit is the
// smallest step at which spans begin and end (a cell of Chimera, two of Pegasus' positions, a bundle of Zephyr). Clique embeddings
// and drawings need no more than this.
import { chimeraToLinear } from "./chimera.ts";
import type { Chip } from "./chip.ts";
import { pegasusOffsets, pegasusToLinear } from "./pegasus.ts";
import { zephyrToLinear } from "./zephyr.ts";

/** One line: segment s covers the units first + s*length .. first + (s+1)*length - 1 across, and is the qubit segments[s]. */
export interface Line {
  /** The unit that this line is in. */
  readonly unit: number;
  /** Where it is across its direction, 0 to 1. */
  readonly place: number;
  readonly first: number;
  readonly segments: readonly number[];
}

/** The lines of a topology: lines[0] vertical, lines[1] horizontal, by unit. Units of vertical lines count columns, of horizontal ones rows. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Units a segment covers. */
  readonly length: number;
  readonly lines: readonly [vertical: readonly Line[], horizontal: readonly Line[]];
}

/** The grid of a chip's perfect topology; segments of missing qubits are still listed. */
export function gridOf({ type, shape }: Pick<Chip, "type" | "shape">): Grid {
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const both = (lines: (u: number) => Line[]): Grid["lines"] => [lines(0), lines(1)];
  if (type === "chimera") {
    const [m, n, t] = shape as [number, number, number]; // why: a chip of this type has this shape
    const lines = both((u) =>
      range(u === 0 ? n : m).flatMap((unit) =>
        range(t).map((k) => ({
          unit,
          place: (unit + (k + 1) / (t + 1)) / (u === 0 ? n : m),
          first: 0,
          segments: range(u === 0 ? m : n).map((s) => chimeraToLinear(shape, u === 0 ? [s, unit, 0, k] : [unit, s, 1, k])),
        })),
      ),
    );
    return { columns: n, rows: m, length: 1, lines };
  }
  const m = shape[0]!;
  if (type === "pegasus") {
    const lines = both((u) =>
      range(12 * m).map((line) => ({
        unit: line >> 1,
        place: (line + 0.5) / (12 * m),
        first: pegasusOffsets[u === 0 ? 0 : 1][line % 12]! / 2,
        segments: range(m - 1).map((z) => pegasusToLinear(shape, [u, Math.floor(line / 12), line % 12, z])),
      })),
    );
    return { columns: 6 * m, rows: 6 * m, length: 6, lines };
  }
  const units = 2 * m + 1;
  const t = shape[1]!;
  const lines = both((u) =>
    range(units * t * 2).map((row) => {
      const unit = Math.floor(row / (2 * t));
      const [k, j] = [(row >> 1) % t, row & 1];
      return {
        unit,
        place: (unit + (2 * k + j + 1) / (2 * t + 1)) / units,
        first: j,
        segments: range(m).map((z) => zephyrToLinear(shape, [u, unit, k, j, z])),
      };
    }),
  );
  return { columns: units, rows: units, length: 2, lines };
}

/** Where to draw each qubit of a chip: places[2q] across and places[2q + 1] down, 0 to 1; the middle of its segment. Holes get a place too. */
export function qubitPlaces(chip: Pick<Chip, "type" | "shape" | "size">): Float64Array {
  const grid = gridOf(chip);
  const places = new Float64Array(2 * chip.size);
  for (const [u, lines] of grid.lines.entries()) {
    const units = u === 0 ? grid.rows : grid.columns;
    for (const { place, first, segments } of lines) {
      for (const [s, q] of segments.entries()) {
        places[2 * q + u] = place;
        places[2 * q + 1 - u] = (first + (s + 0.5) * grid.length) / units;
      }
    }
  }
  return places;
}
