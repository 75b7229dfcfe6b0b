// Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983) in plain TypeScript and double precision, one replica at a time: what the
// lanes of simulated-annealing are held to, and the choice where biases span more than seven decimal orders.
// Sequential Metropolis sweeps while beta rises geometrically, then descent.
//
// Speed. What each spin feels is kept up to date, so a rejected move costs one multiplication. Metropolis accepts when
// dE <= E/beta with E exponentially distributed; the E come from a shuffled pool of -ln u, so there is no exp and no log in the loop
// and one 32-bit random number per spin.
//
// Temperature range. The usual worst-case formula (hot: ln 2 / largest possible change; cold: from the smallest bias of the model)
// spends most sweeps where nothing is decided: all is accepted, or all is frozen. Here both ends are measured (see annealing-range).
// Rejected: linear beta (worse on models with mixed scales), f32 arrays (conversions cost 20-40 % in JavaScript).
import { rangeFor } from "../annealing/annealing-range.ts";
import { descend, randomWalker } from "../annealing/descent.ts";
import { metropolisSweep } from "../annealing/metropolis.ts";
import { energyFrom, localFields } from "../models/spin-problem.ts";
import { defineSampler, sampleReads } from "../sampler.ts";

const defaultSweeps = 1000;

/** Simulated annealing in double precision with a measured temperature range, the reference. Default 1000 sweeps a read. */
export default defineSampler({
  name: "scalar-annealing",
  limits: { maxVariables: 1_000_000 },
  sample: (model, options) =>
    sampleReads(model, options, (problem, probing) => {
      const { sweeps = defaultSweeps } = options;
      const { hot, cold } = rangeFor(options, problem, probing);
      const ratio = sweeps > 1 ? (cold / hot) ** (1 / (sweeps - 1)) : 1;
      return async (random, pace) => {
        const walker = randomWalker(problem, random);
        const state = Int32Array.of(random.next() | 1);
        let beta = sweeps > 1 ? hot : cold;
        for (let sweep = 0; sweep < sweeps && !pace.enough; sweep++, beta *= ratio) {
          const flips = metropolisSweep(problem, walker, beta, state);
          if (pace.due(problem.size + flips * 8)) await pace.breathe(sweep / sweeps);
        }
        localFields(problem, walker.spins, walker.local); // without the roundings of the anneal
        descend(problem, walker);
        pace.found(energyFrom(problem, walker.spins, walker.local));
        if (pace.due(problem.size)) await pace.breathe(1);
        return walker.spins;
      };
    }),
});
