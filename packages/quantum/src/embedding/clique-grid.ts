// What a clique embedding needs of a chip: its lines, and how far each one runs unbroken from any unit on.
import { adjacencyOf, type Chip, coupled } from "../topology/chip.ts";
import { type Grid, gridOf, type Line } from "../topology/lines.ts";

/** A line and, for each unit along it, the last unit that it reaches from there without a break (-1: not even that one). */
export interface Reach {
  readonly line: Line;
  readonly until: Int32Array;
}

/** The lines of a chip by orientation and unit: reaches[0][c] are the vertical ones in column unit c, reaches[1][r] the horizontal ones in row unit r. */
export interface CliqueGrid {
  readonly grid: Grid;
  readonly reaches: readonly [readonly (readonly Reach[])[], readonly (readonly Reach[])[]];
}

/** Reads a chip's grid. Where an internal coupler is missing between two qubits, one of them counts as missing. */
export function cliqueGridOf(chip: Chip): CliqueGrid {
  const grid = gridOf(chip);
  const adjacency = adjacencyOf(chip);
  const present = new Uint8Array(chip.size);
  for (const q of chip.qubits) present[q] = 1;
  dropUncrossed(grid, present, (u, v) => coupled(adjacency, u, v));
  const reachesOf = (lines: readonly Line[], along: number, across: number) => {
    const byUnit: Reach[][] = Array.from({ length: across }, () => []);
    for (const line of lines) {
      const until = new Int32Array(along).fill(-1);
      const { first, segments } = line;
      for (let s = segments.length - 1; s >= 0; s--) {
        const q = segments[s]!;
        if (present[q] === 0) continue;
        const begin = first + s * grid.length;
        const next = segments[s + 1];
        const goesOn = next !== undefined && present[next] === 1 && coupled(adjacency, q, next);
        const end = goesOn ? until[begin + grid.length]! : begin + grid.length - 1;
        until.fill(end, begin, begin + grid.length);
      }
      byUnit[line.unit]!.push({ line, until });
    }
    return byUnit;
  };
  return {
    grid,
    reaches: [reachesOf(grid.lines[0], grid.rows, grid.columns), reachesOf(grid.lines[1], grid.columns, grid.rows)],
  };
}

/** How many segments of a line it takes to cover the units from `low` to `high`. */
export function segmentsOver({ line }: Reach, length: number, low: number, high: number): number {
  return Math.floor((high - line.first) / length) - Math.floor((low - line.first) / length) + 1;
}

/** Those segments' qubits. */
export function qubitsOver({ line }: Reach, length: number, low: number, high: number): readonly number[] {
  return line.segments.slice(Math.floor((low - line.first) / length), Math.floor((high - line.first) / length) + 1);
}

// Few internal couplers are missing on real chips: drop, one after the other, the qubit that lacks the most.
function dropUncrossed(grid: Grid, present: Uint8Array, joined: (u: number, v: number) => boolean): void {
  const lacks = new Map<number, Set<number>>();
  const lack = (u: number, v: number) => lacks.set(u, (lacks.get(u) ?? new Set()).add(v));
  const horizontal = Array.from({ length: grid.rows }, (): Line[] => []);
  for (const line of grid.lines[1]) horizontal[line.unit]!.push(line);
  for (const vertical of grid.lines[0]) {
    for (const [s, q] of vertical.segments.entries()) {
      if (present[q] === 0) continue;
      const begin = vertical.first + s * grid.length;
      for (let row = begin; row < begin + grid.length; row++) {
        for (const { first, segments } of horizontal[row]!) {
          const other = segments[Math.floor((vertical.unit - first) / grid.length)];
          if (other === undefined || present[other] === 0 || joined(q, other)) continue;
          lack(q, other);
          lack(other, q);
        }
      }
    }
  }
  while (lacks.size > 0) {
    const [worst, others] = [...lacks].reduce((a, b) => (b[1].size > a[1].size ? b : a));
    present[worst] = 0;
    lacks.delete(worst);
    for (const other of others) {
      lacks.get(other)?.delete(worst);
      if (lacks.get(other)?.size === 0) lacks.delete(other);
    }
  }
}
