// A model as bytes to keep: dimod's own file format, so that what is kept can be handed out as it is.
import { dimodBqmFormat, dimodCqmFormat } from "@entente/quantum";
import type { ProblemSource } from "./problem-source.ts";
import { type ReadProblem, readProblem } from "./reading.ts";

/** A model as a dimod file, with its sizes. */
export interface PackAnswer {
  kind: "bqm" | "cqm";
  bytes: Uint8Array;
  maximise: boolean;
  variables: number;
  couplings: number;
  constraints: number;
}

/** Reads a model and packs it. Throws the codes of @entente/quantum. */
export async function packModel(source: ProblemSource): Promise<PackAnswer> {
  return packed(await readProblem(source));
}

/** A model that was read, packed. Throws FORMAT_CANNOT_HOLD. */
export function packed(problem: ReadProblem): PackAnswer {
  if (problem.kind === "bqm") {
    const { model, maximise } = problem;
    const bytes = dimodBqmFormat.bytes(model);
    return { kind: "bqm", bytes, maximise, variables: model.size, couplings: model.biases.length, constraints: 0 };
  }
  const { variables, objective, constraints } = problem.model;
  return {
    kind: "cqm",
    bytes: dimodCqmFormat.bytes(problem.model),
    maximise: false,
    variables: variables.length,
    couplings: objective.quadratic.length,
    constraints: constraints.length,
  };
}
