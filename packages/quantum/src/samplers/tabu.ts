// One-flip tabu search (Glover, Kochenberger, Alidaee 1998; restarts in the manner of Palubeckis' iterated tabu search, 2006) for
// dense models. Each step flips the best variable that was not flipped lately, even uphill; a tabu variable may flip if that gives
// a new best. The change delta_i that each flip would make is kept for all i, so one step is one pass over a row of the matrix, and
// the pass that brings the deltas up to date also finds the next move. After `stall` steps without a new best the search restarts:
// from the best with a random part flipped, or now and then from nowhere.
//
// Couplings are f32 rows (half the memory traffic, which is what limits a step), deltas f64. Biases that f32 cannot hold steer the
// search a little wrong but never its result: energies are recomputed from the model.
import { noiseOf } from "../annealing/descent.ts";
import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Random } from "../random.ts";
import { defineSampler, sampleReads } from "../sampler.ts";
import { TabuSearch } from "../tabu/tabu-search.ts";

const maxVariables = 10_000; // a matrix of 400 MB

/** Tabu search for dense models. `sweeps` counts steps (default: 20,000, or 40 a variable if that is more). */
export default defineSampler({
  name: "tabu",
  limits: { maxVariables },
  sample: (model, options) =>
    sampleReads(model, options, (problem) => {
      const { size } = problem;
      const { sweeps = Math.max(20_000, 40 * size) } = options;
      const { matrix, error } = denseMatrix(problem);
      const noise = noiseOf(problem);
      const slice = Math.max(1, Math.floor(50_000 / size));
      return async (random: Random, pace) => {
        const search = new TabuSearch(problem, matrix, noise, random);
        for (let done = 0; done < sweeps && !pace.enough; done += slice) {
          search.run(Math.min(slice, sweeps - done));
          pace.found(search.bestEnergy + error);
          if (pace.due(slice * size)) await pace.breathe(done / sweeps);
        }
        const local = new Float64Array(size);
        localFields(problem, search.best, local);
        pace.found(energyFrom(problem, search.best, local));
        return search.best;
      };
    }),
});

// `error` bounds what rounding the couplings to f32 can do to an energy difference: 0 for whole numbers below 2^24.
function denseMatrix({ size, start, column, weight }: SpinProblem): { matrix: Float32Array; error: number } {
  const matrix = new Float32Array(size * size);
  let error = 0;
  for (let i = 0; i < size; i++) {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      matrix[i * size + column[k]!] = weight[k]!;
      error += Math.abs(weight[k]! - Math.fround(weight[k]!));
    }
  }
  return { matrix, error };
}
