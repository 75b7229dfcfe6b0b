// A chip: the qubits and couplers that a quantum processor really has, with the regular graph they are cut from. Qubits keep the
// linear index of that graph, so a missing qubit leaves a hole and no index moves.
import { QuantumError } from "../errors.ts";
import { pairOrder } from "../models/couplings.ts";

/** The families of D-Wave's processors: 2000Q and before, Advantage, Advantage2. */
export const topologyTypes = ["chimera", "pegasus", "zephyr"] as const;
/** One of `topologyTypes`. */
export type TopologyType = (typeof topologyTypes)[number];

/**
 * Qubits and couplers of a chip. `shape` is as a solver's property `topology.shape` gives it: [m, n, t] of Chimera, [m] of Pegasus,
 * [m, t] of Zephyr. Coupler k joins rows[k] < columns[k]; qubits and couplers are sorted, each once. Treat the arrays as read-only.
 */
export interface Chip {
  readonly type: TopologyType;
  readonly shape: readonly number[];
  /** Linear indices run from 0 to size - 1. */
  readonly size: number;
  readonly qubits: Int32Array;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Who is next to whom: the neighbours of q are neighbours[start[q]..start[q+1]], ascending. */
export interface Adjacency {
  readonly size: number;
  readonly start: Int32Array;
  readonly neighbours: Int32Array;
}

/** What is broken on a chip. */
export interface Defects {
  readonly qubits?: Iterable<number>;
  readonly couplers?: Iterable<readonly [number, number]>;
}

/** A chip's couplers from edges in any order, both ends already present in `qubits`. */
export function chipFromEdges(
  { type, shape, size }: Pick<Chip, "type" | "shape" | "size">,
  qubits: Int32Array,
  us: readonly number[],
  vs: readonly number[],
): Chip {
  const low = Int32Array.from(us, (u, k) => Math.min(u, vs[k]!));
  const high = Int32Array.from(us, (u, k) => Math.max(u, vs[k]!));
  const order = pairOrder(size, low, high);
  return { type, shape, size, qubits, rows: order.map((k) => low[k]!), columns: order.map((k) => high[k]!) };
}

/** The chip without some qubits (their couplers go too) and couplers; what it does not have anyway is ignored. */
export function withDefects(chip: Chip, defects: Defects): Chip {
  const gone = new Set(defects.qubits);
  const cut = new Set<number>();
  for (const [u, v] of defects.couplers ?? []) cut.add(Math.min(u, v) * chip.size + Math.max(u, v));
  return kept(
    chip,
    (q) => !gone.has(q),
    (key) => !cut.has(key),
  );
}

/**
 * The chip behind a solver's properties `qubits` and `couplers`, given the perfect one of its topology.
 * Throws TOPOLOGY_INVALID where a qubit or coupler is not of that topology.
 */
export function chipFromSolver(perfect: Chip, qubits: readonly number[], couplers: readonly (readonly [number, number])[]): Chip {
  const known = new Set(perfect.qubits);
  const present = new Set(qubits);
  for (const q of present) if (!known.has(q)) refuse("qubits", `qubits of ${perfect.type} ${perfect.shape}`, q);
  const edges = new Set<number>();
  for (let k = 0; k < perfect.rows.length; k++) edges.add(perfect.rows[k]! * perfect.size + perfect.columns[k]!);
  const given = new Set<number>();
  for (const [u, v] of couplers) {
    const key = Math.min(u, v) * perfect.size + Math.max(u, v);
    if (!edges.has(key) || !present.has(u) || !present.has(v))
      refuse("couplers", `couplers of ${perfect.type} ${perfect.shape} between present qubits`, [u, v]);
    given.add(key);
  }
  return kept(
    perfect,
    (q) => present.has(q),
    (key) => given.has(key),
  );
}

/** The chip's graph in compressed sparse rows. */
export function adjacencyOf({ size, rows, columns }: Pick<Chip, "size" | "rows" | "columns">): Adjacency {
  const start = new Int32Array(size + 1);
  for (let k = 0; k < rows.length; k++) {
    start[rows[k]! + 1]!++;
    start[columns[k]! + 1]!++;
  }
  for (let q = 1; q <= size; q++) start[q]! += start[q - 1]!;
  const next = start.slice();
  const neighbours = new Int32Array(start[size]!);
  // All smaller neighbours first, in ascending order because edges are sorted by row; then the larger ones.
  for (let k = 0; k < rows.length; k++) neighbours[next[columns[k]!]!++] = rows[k]!;
  for (let k = 0; k < rows.length; k++) neighbours[next[rows[k]!]!++] = columns[k]!;
  return { size, start, neighbours };
}

/** Whether two qubits are coupled. */
export function coupled({ start, neighbours }: Adjacency, u: number, v: number): boolean {
  let low = start[u]!;
  let high = start[u + 1]! - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = neighbours[middle]!;
    if (found === v) return true;
    if (found < v) low = middle + 1;
    else high = middle - 1;
  }
  return false;
}

/** Checks one number of a topology's shape. Throws TOPOLOGY_INVALID. */
export function checkShape(field: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) refuse(field, `a whole number from ${least} to ${most}`, value);
}

function kept(chip: Chip, hasQubit: (q: number) => boolean, hasCoupler: (key: number) => boolean): Chip {
  const { size, rows, columns } = chip;
  const indices = Int32Array.from(rows.keys()).filter(
    (k) => hasQubit(rows[k]!) && hasQubit(columns[k]!) && hasCoupler(rows[k]! * size + columns[k]!),
  );
  return {
    ...chip,
    qubits: chip.qubits.filter(hasQubit),
    rows: indices.map((k) => rows[k]!),
    columns: indices.map((k) => columns[k]!),
  };
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("TOPOLOGY_INVALID", { field, wanted, got });
}
