// qbsolv's format: "c" comments, one line "p qubo TOPOLOGY MAX_NODES NODES COUPLERS", then NODES lines "i i q" and COUPLERS lines
// "i j q" with i < j, all from 0. Minimise sum q_ii x_i + sum q_ij x_i x_j. "c offset 1.5" is ours: a comment to everyone else.
import { QuantumError } from "../errors.ts";
import type { Bqm } from "../models/bqm.ts";
import { Entries, fieldsOf, number, whole } from "./entries.ts";
import type { FormatLimits, LineReader, TextFormat } from "./format.ts";
import { biasedCount, entryLines, modelFromEntries } from "./linear-or-pair.ts";

const name = "qbsolv QUBO";

/** QUBO models as qbsolv reads them. */
export const quboFormat: TextFormat<Bqm> = {
  name,
  extension: ".qubo",
  reader,
  *lines(model) {
    if (model.vartype !== "BINARY")
      throw new QuantumError("FORMAT_CANNOT_HOLD", { format: name, what: "a SPIN model; convert it to BINARY" });
    if (model.offset !== 0) yield `c offset ${model.offset}`;
    yield `p qubo 0 ${model.size} ${biasedCount(model)} ${model.biases.length}`;
    yield* entryLines(model, 0);
  },
};

function reader(limits: FormatLimits = {}): LineReader<Bqm> {
  const entries: Entries = new Entries(name, 0, limits);
  let promised: { nodes: number; couplers: number } | undefined;
  let nodes = 0;
  let lastLine = 0;
  let offset = 0;
  const header = 'a header "p qubo TOPOLOGY MAX_NODES NODES COUPLERS"';
  return {
    line(text, line) {
      lastLine = line;
      const fields = fieldsOf(text);
      if (fields.length === 0) return;
      if (fields[0] === "c") {
        if (fields[1] === "offset") offset = number(fields[2]) ?? entries.wanted(line, "a finite offset", fields[2]);
        return;
      }
      if (promised) {
        entries.add(fields, line);
        if (Number(fields[0]) === Number(fields[1])) nodes++;
        return;
      }
      const [p, qubo, , ...counts] = fields;
      const [size, nodeCount, couplers] = counts.map(whole);
      if (
        p !== "p" ||
        qubo !== "qubo" ||
        counts.length !== 3 ||
        size === undefined ||
        nodeCount === undefined ||
        couplers === undefined
      ) {
        entries.wanted(line, header, text);
      }
      promised = { nodes: nodeCount, couplers };
      entries.declare(size, line);
    },
    end() {
      if (!promised) entries.wanted(lastLine + 1, header, "end of file");
      entries.promised("nodes", promised.nodes, nodes);
      entries.promised("couplers", promised.couplers, entries.count - nodes);
      return modelFromEntries("BINARY", entries.arrays(), entries.size, offset);
    },
  };
}
