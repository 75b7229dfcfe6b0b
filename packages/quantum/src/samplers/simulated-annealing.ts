// Simulated annealing (Kirkpatrick, Gelatt, Vecchi 1983) of 16, 8 or 4 independent replicas at once in the lanes of WASM vectors (see
// assembly/lanes.ts): sequential Metropolis sweeps while beta rises geometrically between measured ends (see annealing-range), then
// descent. Read r is replica r mod lanes of batch r / lanes, so asking for more reads changes none.
//
// Whole biases (also quarters and the like) anneal exactly in int8 or int16 lanes; others in int16 lanes, rounded to a 32,000th of the
// largest field, or in f32 lanes where their range is too wide for that. Then the last steps are taken in double precision, and the
// energies of what is returned always are.
import { rangeFor } from "../annealing/annealing-range.ts";
import { descend, type Walker } from "../annealing/descent.ts";
import { Lanes } from "../annealing/lanes.ts";
import { energyFrom, localFields } from "../models/spin-problem.ts";
import { Pace } from "../pace.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import { aggregated, sampleSetFromSpins } from "../sample-set.ts";
import { defineSampler, problemFor } from "../sampler.ts";

const defaultSweeps = 1000;

/** Simulated annealing of many replicas in SIMD lanes, for sparse and medium density. Default 1000 sweeps a read. */
export default defineSampler({
  name: "simulated-annealing",
  limits: { maxVariables: 1_000_000 },
  async sample(model, options) {
    const pauses = new Pauses(options.signal);
    const problem = await problemFor(model, pauses);
    const { reads = 1, seed, sweeps = defaultSweeps } = options;
    const pace = new Pace(options, reads, problem.offset);
    const probing = new Random(seed, -1);
    const { hot, cold } = rangeFor(options, problem, probing);
    await pauses.take();
    const lanes = new Lanes(problem, probing);
    const ratio = sweeps > 1 ? (cold / hot) ** (1 / (sweeps - 1)) : 1;
    const spins: Int8Array[] = [];
    for (let batch = 0; spins.length < reads && (batch === 0 || !pace.enough); batch++) {
      lanes.scatter(new Random(seed, batch));
      let beta = sweeps > 1 ? hot : cold;
      for (let sweep = 0; sweep < sweeps && !pace.enough; sweep++, beta *= ratio) {
        lanes.sweep(beta, 1);
        if (pace.due(problem.size * 4)) await pace.breathe(sweep / sweeps);
      }
      lanes.descend();
      const energies = lanes.energies();
      for (let lane = 0; lane < lanes.count && spins.length < reads; lane++) {
        const found = lanes.spins(lane);
        spins.push(found);
        pace.found(lanes.exact ? energies[lane]! : polish(found));
        pace.finished();
      }
      if (pace.due(problem.size * lanes.count)) await pace.breathe(0);
    }
    return aggregated(sampleSetFromSpins(model, spins));

    // What rounded biases make a minimum may not be one: the last steps in double precision.
    function polish(found: Int8Array): number {
      const walker: Walker = { spins: Float64Array.from(found), local: new Float64Array(problem.size) };
      localFields(problem, walker.spins, walker.local);
      descend(problem, walker);
      found.set(walker.spins);
      return energyFrom(problem, walker.spins, walker.local);
    }
  },
});
