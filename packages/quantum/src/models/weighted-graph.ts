import { QuantumError } from "../errors.ts";
import { normalised } from "./couplings.ts";

/** An undirected graph with edge weights: edge k joins nodes rows[k] < columns[k]; sorted, each pair once, no loops. */
export interface WeightedGraph {
  readonly size: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly weights: Float64Array;
}

/** A graph from its edges; weight 1 where none is given. Throws GRAPH_INVALID, BQM_INDEX_OUT_OF_RANGE, BQM_SELF_COUPLING, BQM_NUMBER_INVALID, BQM_PAIR_REPEATED. */
export function graphFromEdges(size: number, edges: readonly (readonly [number, number, number?])[]): WeightedGraph {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new QuantumError("GRAPH_INVALID", { what: "size", wanted: "a whole number", got: size });
  const sorted = normalised(
    size,
    edges.map((e) => e[0]),
    edges.map((e) => e[1]),
    edges.map((e) => e[2] ?? 1),
    "refuse",
  );
  return { size, rows: sorted.rows, columns: sorted.columns, weights: sorted.biases };
}
