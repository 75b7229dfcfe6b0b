// One-flip tabu search (Glover, Kochenberger, Alidaee 1998) with path relinking between elites (Wang, Lü, Glover, Hao 2012), for dense
// models. Each step flips the best variable that was not flipped lately, even uphill; a tabu variable may flip if that gives a new
// best. The change that each flip would make is kept for all variables, so one step is one pass over a row of the matrix, and the
// pass that brings the changes up to date also finds the next move (assembly/tabu.ts). After `stall` steps without a new best the
// round's best joins a small pool, and the search begins anew on the way between two of the pool, or now and then from nowhere.
//
// Couplings and changes are f32 (half the memory traffic, which is what limits a step): exact for whole numbers below 2^24. Other
// biases steer the search a little wrong but never its result: what counts as best is decided in double precision.
import { defineSampler, sampleReads } from "../sampler.ts";
import { DenseSearch } from "../tabu/dense-search.ts";

const maxVariables = 10_000; // a matrix of 400 MB

/** Tabu search for dense models. `sweeps` counts steps (default: 20,000, or 40 a variable if that is more). */
export default defineSampler({
  name: "tabu",
  endless: "sweeps",
  limits: { maxVariables },
  sample: (model, options) =>
    sampleReads(model, options, (problem) => {
      const { size } = problem;
      const { sweeps = Math.max(20_000, 40 * size), confirmations = Number.POSITIVE_INFINITY } = options;
      const longest = Math.max(1, Math.floor(400_000 / size));
      return async (random, pace) => {
        using search = new DenseSearch(problem, random);
        const slice = Number.isFinite(confirmations) ? Math.min(longest, search.stall) : longest;
        for (let done = 0; done < sweeps && !pace.enough && search.confirmations < confirmations; done += slice) {
          search.run(Math.min(slice, sweeps - done));
          pace.found(search.bestEnergy);
          if (pace.due((slice * size) / 8)) await pace.breathe(done / sweeps);
        }
        return search.best;
      };
    }),
});
