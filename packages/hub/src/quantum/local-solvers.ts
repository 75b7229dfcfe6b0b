import { loadSampler, samplerNames } from "@entente/quantum";

/** A solver that can be asked for by name. */
export interface SolverEntry {
  name: string;
  /** Where it runs: in this hub, or elsewhere. */
  where: "hub" | "leap";
  kind: "classical" | "hybrid" | "quantum";
  for: string;
  maxVariables: number | null;
}

// What each sampler of the library is for; a test holds this list to the library's own.
const purposes: Readonly<Record<string, string>> = {
  "crossover-annealing": "sparse models of any size: replicas anneal in SIMD lanes and trade the regions in which they differ",
  exact: "the smallest models: tries every sample, and so proves its answer",
  "parallel-tempering":
    "chip-like and low-degree models with hard landscapes: replicas at many temperatures, with moves of whole clusters",
  "population-annealing": "many different low samples of one model: a population that is cooled and resampled",
  "scalar-annealing": "comparison: annealing in plain arithmetic, one spin at a time",
  "simulated-annealing": "sparse and medium density: annealing in SIMD lanes",
  "simulated-quantum-annealing": "comparison: an imitation of a quantum annealer by path integrals, on a classical machine",
  "steepest-descent": "the baseline: downhill to the next local minimum",
  tabu: "dense models: one flip at a time, the best that was not made lately, with path relinking",
};

/** The samplers of this hub. */
export async function localSolvers(): Promise<readonly SolverEntry[]> {
  const samplers = await Promise.all(samplerNames().map(loadSampler));
  return samplers.map(({ name, limits }) => ({
    name,
    where: "hub",
    kind: "classical",
    for: purposes[name] ?? "",
    maxVariables: Number.isFinite(limits.maxVariables) ? limits.maxVariables : null,
  }));
}
