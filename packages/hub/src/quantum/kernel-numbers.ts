import { type Bqm, laneTypeOf, matrixTypeOf, spinProblem } from "@entente/quantum";

const inLanes = new Set(["simulated-annealing", "crossover-annealing"]);

/** The type of numbers in which a sampler's kernel holds a model: its lanes', or its matrix's; null where it has no kernel. */
export function lanesOf(solver: string, model: Bqm): string | null {
  if (model.size === 0) return null;
  if (solver === "tabu") return matrixTypeOf(spinProblem(model));
  return inLanes.has(solver) ? laneTypeOf(spinProblem(model)) : null;
}
