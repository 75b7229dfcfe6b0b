import { QuantumError } from "../errors.ts";
import type { Bqm } from "../models/bqm.ts";
import type { TextFormat } from "./format.ts";
import { headedReader } from "./headed.ts";
import { biasedCount, entryLines, modelFromEntries } from "./linear-or-pair.ts";

/** Ising models: a header "n m", then "i j J" for a coupling and "i i h" for a field, from 1. Minimise sum h s + sum J s s. */
export const isingFormat: TextFormat<Bqm> = {
  name: "Ising",
  extension: ".ising",
  reader: (limits = {}) =>
    headedReader("Ising", limits, (entries, size, offset) => modelFromEntries("SPIN", entries, size, offset)),
  *lines(model) {
    if (model.vartype !== "SPIN") {
      throw new QuantumError("FORMAT_CANNOT_HOLD", { format: "Ising", what: "a BINARY model; convert it to SPIN" });
    }
    yield `${model.size} ${biasedCount(model) + model.biases.length}`;
    if (model.offset !== 0) yield `# offset ${model.offset}`;
    yield* entryLines(model, 1);
  },
};
