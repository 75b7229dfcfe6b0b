// Annealing with partition crossover: the lanes anneal, and what is best in each region of each of their samples is put together
// (see partition-crossover). From that, the lanes set out again, reheated a little, and find improvements in different places, all of
// which the next crossover takes. On sparse models (degree up to some 20) this reaches in a second what independent anneals do not
// reach in hours: their best of many samples is one that has few defects everywhere by luck, here defects are mended one by one.
//
// An epoch is a fresh anneal, or the best sample so far, followed by such rounds until `patience` of them found nothing. Fresh and
// continued epochs take turns: continuing alone gets stuck on graphs whose samples differ in one large component (random graphs
// above their percolation threshold), fresh ones alone waste what large lattices have gained. In timed runs two epochs later the
// anneals are twice as long, unless they would not fit the time that is left.
//
// Rejected: a population of elites (the same after 12 s on G55 to G81, more to keep); learning the depth of the reheating (all
// depths between a fifth and seven tenths of the range pay on some model).
import { rangeFor } from "../annealing/annealing-range.ts";
import { Lanes } from "../annealing/lanes.ts";
import { PartitionCrossover } from "../annealing/partition-crossover.ts";
import { Search } from "../annealing/search.ts";
import { Pace } from "../pace.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import { aggregated, joined, type SampleSet, sampleSetFromSpins, truncated } from "../sample-set.ts";
import { defineSampler, problemFor } from "../sampler.ts";

const defaultSweeps = 400;
const keptSamples = 100;

/**
 * Annealing in SIMD lanes with partition crossover, the strongest for sparse models. A read is an epoch; reads build on each other.
 * `sweeps` is the length of an anneal: 400 by default, and then doubled every two epochs where there is a time limit.
 */
export default defineSampler({
  name: "crossover-annealing",
  endless: "reads",
  limits: { maxVariables: 1_000_000 },
  async sample(model, options) {
    const pauses = new Pauses(options.signal);
    const problem = await problemFor(model, pauses);
    const { reads = 1, seed, timeLimitMs } = options;
    const pace = new Pace(options, reads, problem.offset);
    const random = new Random(seed);
    const range = rangeFor(options, problem, new Random(seed, -1));
    await pauses.take();
    const lanes = new Lanes(problem, random);
    const search = new Search({ problem, range, lanes, crossover: new PartitionCrossover(problem), random, pace });
    const doubling = timeLimitMs !== undefined && options.sweeps === undefined;
    let sweeps = options.sweeps ?? defaultSweeps;
    let samples: SampleSet | undefined;
    let found: Int8Array[] = [];
    const gather = (): void => {
      const set = sampleSetFromSpins(model, found);
      samples = truncated(aggregated(samples ? joined([samples, set]) : set), keptSamples);
      found = [];
    };
    for (let epoch = 0; epoch < reads && (epoch === 0 || !pace.enough); epoch++) {
      found.push(await search.epoch(epoch % 2 === 1, sweeps));
      pace.finished();
      if (found.length >= keptSamples) gather();
      if (doubling && epoch % 2 === 1) sweeps *= 2;
    }
    gather();
    return samples!;
  },
});
