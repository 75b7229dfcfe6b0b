// Reverse-mode differentiation of a recorded graph (Griewank and Walther, Evaluating Derivatives, ch. 3): walk the tape from
// its end, ask each rule for the gradients of its inputs, and add where a tensor was used more than once. Only the part of
// the tape that depends on a wanted tensor is walked, so frozen weights cost nothing.
import { LearningError } from "../errors.ts";
import type { Graph, Tensor } from "./graph.ts";
import { add } from "./primitives.ts";

/** The gradients of a scalar `loss` by each of `parameters`, in their order. */
export function gradients(g: Graph, loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  const dependent = new Set(parameters.map((t) => t.name));
  for (const entry of g.tape) {
    if (entry.inputs.some((t) => dependent.has(t.name))) dependent.add(entry.output.name);
  }
  const found = new Map<string, Tensor>([[loss.name, g.scalar(1)]]);
  for (const entry of g.tape.toReversed()) {
    const gradient = found.get(entry.output.name);
    const wanted = entry.inputs.map((t) => dependent.has(t.name));
    if (gradient === undefined || !wanted.includes(true)) continue;
    const parts = entry.rule(gradient, wanted);
    for (const [i, input] of entry.inputs.entries()) {
      const part = parts[i];
      if (part === undefined || !wanted[i]) continue;
      const known = found.get(input.name);
      found.set(input.name, known === undefined ? part : add(g, known, part));
    }
  }
  return parameters.map((t) => {
    const gradient = found.get(t.name);
    if (gradient !== undefined) return gradient;
    throw new LearningError("GRAPH_SHAPE_MISMATCH", {
      op: "gradients",
      wanted: "a loss that depends on every parameter",
      got: t.name,
    });
  });
}
