import { normalised } from "../models/couplings.ts";
import type { WeightedGraph } from "../models/weighted-graph.ts";
import type { TextFormat } from "./format.ts";
import { headedReader } from "./headed.ts";

/** Max-Cut graphs as the Gset has them: a header "n m", then m lines "i j w", indexes from 1. */
export const maxCutFormat: TextFormat<WeightedGraph> = {
  name: "Max-Cut",
  extension: ".mc",
  reader: (limits = {}) =>
    headedReader("Max-Cut", limits, (entries, size) => {
      const { first, second, value } = entries;
      const { rows, columns, biases } = normalised(size, first, second, value, "refuse");
      return { size, rows, columns, weights: biases };
    }),
  *lines({ size, rows, columns, weights }) {
    yield `${size} ${weights.length}`;
    for (let k = 0; k < weights.length; k++) yield `${rows[k]! + 1} ${columns[k]! + 1} ${weights[k]}`;
  },
};
