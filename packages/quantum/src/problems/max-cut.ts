import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromPairs } from "../models/bqm.ts";
import type { WeightedGraph } from "../models/weighted-graph.ts";

/** The Max-Cut model of a graph (Lucas 2014): SPIN, a node's spin is its side, and the energy is minus the cut's weight. */
export function maxCutModel({ size, rows, columns, weights }: WeightedGraph): Bqm {
  // cut = sum w (1 - s t) / 2, hence -cut = sum (w/2) s t - sum w / 2.
  const biases = weights.map((w) => w / 2);
  const offset = -weights.reduce((sum, w) => sum + w, 0) / 2;
  return bqmFromPairs({ vartype: "SPIN", size, rows, columns, biases, offset });
}

/** The two sides of a cut and the weight between them, counted on the graph itself. */
export interface Cut {
  readonly weight: number;
  readonly sides: readonly [readonly number[], readonly number[]];
}

/** Reads a cut from a sample of the model (-1/+1; 0/1 will do). Throws GRAPH_INVALID. */
export function cutOf({ size, rows, columns, weights }: WeightedGraph, sample: ArrayLike<number>): Cut {
  if (sample.length !== size)
    throw new QuantumError("GRAPH_INVALID", { what: "sample", wanted: `${size} values`, got: sample.length });
  let weight = 0;
  for (let k = 0; k < weights.length; k++) if (sample[rows[k]!]! > 0 !== sample[columns[k]!]! > 0) weight += weights[k]!;
  const sides: [number[], number[]] = [[], []];
  for (let i = 0; i < size; i++) sides[sample[i]! > 0 ? 1 : 0].push(i);
  return { weight, sides };
}
