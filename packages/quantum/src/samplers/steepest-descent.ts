// From a random start, always the flip that lowers the energy most, until none does. The baseline every other sampler has to beat,
// and the polish of samples that come from elsewhere.
import { flip, noiseOf, randomWalker } from "../annealing/descent.ts";
import { energyFrom } from "../models/spin-problem.ts";
import { defineSampler, sampleReads } from "../sampler.ts";

/** Steepest descent from random starts; `sweeps` bounds the flips of a read (default: until a local minimum). */
export default defineSampler({
  name: "steepest-descent",
  limits: { maxVariables: 1_000_000 },
  sample: (model, options) =>
    sampleReads(model, options, (problem) => {
      const noise = noiseOf(problem);
      const { sweeps = Number.POSITIVE_INFINITY } = options;
      return async (random, pace) => {
        const walker = randomWalker(problem, random);
        const { spins, local } = walker;
        for (let flips = 0; flips < sweeps && !pace.enough; flips++) {
          let best = -1;
          let gain = noise;
          for (let i = 0; i < problem.size; i++) {
            const g = spins[i]! * local[i]!;
            if (g > gain) [gain, best] = [g, i];
          }
          if (best < 0) break;
          flip(problem, walker, best);
          if (pace.due(problem.size)) await pace.breathe(0);
        }
        pace.found(energyFrom(problem, spins, local));
        return spins;
      };
    }),
});
