import { adjacencyOf, type Chip, perfectChip, type TopologyType } from "@entente/quantum";

/** A chip by its topology and shape ([m, n, t] of Chimera, [m] of Pegasus, [m, t] of Zephyr), and a page of its couplers. */
export interface TopologyOrder {
  readonly type: TopologyType;
  readonly shape: readonly number[];
  /** The first coupler of the page, and how many; no graph without. */
  readonly page?: { readonly from: number; readonly count: number };
}

/** A chip's counts, and a page of its graph. */
export interface TopologyAnswer {
  type: TopologyType;
  shape: number[];
  qubits: number;
  couplers: number;
  degree: { min: number; max: number; mean: number };
  graph: { couplers: [number, number][]; next: number | null } | null;
}

/** Tells about a chip. Throws TOPOLOGY_INVALID. */
export async function describeTopology({ type, shape, page }: TopologyOrder): Promise<TopologyAnswer> {
  const chip = perfectChip(type, shape);
  const { start } = adjacencyOf(chip);
  const degrees = Array.from(chip.qubits, (q) => start[q + 1]! - start[q]!);
  const couplers = chip.rows.length;
  return {
    type,
    shape: [...chip.shape],
    qubits: chip.qubits.length,
    couplers,
    degree: {
      min: degrees.reduce((a, b) => Math.min(a, b), chip.size),
      max: degrees.reduce((a, b) => Math.max(a, b), 0),
      mean: (2 * couplers) / Math.max(1, chip.qubits.length),
    },
    graph: page ? pageOf(chip, page.from, page.count) : null,
  };
}

function pageOf({ rows, columns }: Chip, from: number, count: number) {
  const end = Math.min(rows.length, from + count);
  const couplers = Array.from({ length: Math.max(0, end - from) }, (_, k): [number, number] => [
    rows[from + k]!,
    columns[from + k]!,
  ]);
  return { couplers, next: end < rows.length ? end : null };
}
