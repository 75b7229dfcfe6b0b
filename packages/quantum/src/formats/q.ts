import { QuantumError } from "../errors.ts";
import type { Bqm } from "../models/bqm.ts";
import type { TextFormat } from "./format.ts";
import { headedReader } from "./headed.ts";
import { biasedCount, entryLines, modelFromEntries } from "./linear-or-pair.ts";

/**
 * QUBO as in the OR-Library (Beasley): a header "n m", then "i j q" from 1, meaning: maximise sum q_ii x_i + 2 sum_{i<j} q_ij x_i x_j.
 * The model minimises, so its energy is minus that value.
 */
export const qFormat: TextFormat<Bqm> = {
  name: "OR-Library QUBO",
  extension: ".q",
  reader: (limits = {}) =>
    headedReader("OR-Library QUBO", limits, (entries, size, offset) => modelFromEntries("BINARY", entries, size, offset, -1, -2)),
  *lines(model) {
    if (model.vartype !== "BINARY") {
      throw new QuantumError("FORMAT_CANNOT_HOLD", { format: "OR-Library QUBO", what: "a SPIN model; convert it to BINARY" });
    }
    yield `${model.size} ${biasedCount(model) + model.biases.length}`;
    if (model.offset !== 0) yield `# offset ${model.offset}`;
    yield* entryLines(model, 1, -1, -0.5);
  },
};
