// Population annealing (Hukushima, Iba 2003; Machta 2010): a population of replicas is cooled together, and at each step a replica is copied or
// dropped in proportion to exp(-(beta' - beta) E), so that the population stays spread as the Boltzmann distribution asks. What simulated
// annealing loses in replicas that froze early, goes to copies of the better ones. Systematic resampling (one random number a step) keeps the
// number of replicas fixed and its noise least.
import { rangeFor } from "../annealing/annealing-range.ts";
import { descend, type Walker } from "../annealing/descent.ts";
import { Replicas } from "../annealing/replicas.ts";
import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Pace } from "../pace.ts";
import type { Random } from "../random.ts";
import { defineSampler, sampleReads } from "../sampler.ts";

const defaultSweeps = 500;
const population = 64;
const sweepsEach = 2; // at a temperature

/** Population annealing with 64 replicas; a read is one population, its sample the lowest of them. Default 500 sweeps. */
export default defineSampler({
  name: "population-annealing",
  limits: { maxVariables: 200_000 },
  sample: (model, options) =>
    sampleReads(model, options, (problem, probing) => {
      const { sweeps = defaultSweeps } = options;
      const { hot, cold } = rangeFor(options, problem, probing);
      return (random, pace) => cool(problem, hot, cold, sweeps, random, pace);
    }),
});

async function cool(
  problem: SpinProblem,
  hot: number,
  cold: number,
  sweeps: number,
  random: Random,
  pace: Pace,
): Promise<Int8Array> {
  const replicas = new Replicas(problem, random, population);
  const steps = Math.max(1, Math.ceil(sweeps / sweepsEach));
  let beta = 0; // random places are the population at infinite temperature
  for (let step = 0; step < steps && !pace.enough; step++) {
    const next = steps === 1 ? cold : hot * (cold / hot) ** (step / (steps - 1));
    if (step > 0) resample(replicas, next - beta, random);
    beta = next;
    replicas.betas.fill(beta);
    replicas.sweep(sweepsEach);
    if (pace.due(problem.size * replicas.count)) await pace.breathe(step / steps);
  }
  const walker: Walker = { spins: new Float64Array(problem.size), local: new Float64Array(problem.size) };
  let best = replicas.spins(0);
  let lowest = Number.POSITIVE_INFINITY;
  for (let replica = 0; replica < replicas.count; replica++) {
    walker.spins.set(replicas.spins(replica));
    localFields(problem, walker.spins, walker.local);
    descend(problem, walker);
    const energy = energyFrom(problem, walker.spins, walker.local);
    if (energy >= lowest) continue;
    lowest = energy;
    best = Int8Array.from(walker.spins);
    pace.found(energy);
    if (pace.due(problem.size * 4)) await pace.breathe(1);
  }
  return best;
}

// Replaces replicas that get no copy by further copies of those that get several.
function resample(replicas: Replicas, rise: number, random: Random): void {
  const { count, energies } = replicas;
  const least = Math.min(...energies);
  const weights = energies.map((energy) => Math.exp(-rise * (energy - least)));
  const total = weights.reduce((sum, w) => sum + w, 0);
  const copies = new Int32Array(count);
  let position = random.unit();
  let sum = 0;
  for (let replica = 0; replica < count; replica++) {
    sum += (weights[replica]! / total) * count;
    for (; position < sum; position++) copies[replica]!++;
  }
  const dropped = [...copies.keys()].filter((replica) => copies[replica] === 0);
  for (let replica = 0; replica < count; replica++) {
    if (copies[replica]! < 2) continue;
    const spins = replicas.spins(replica);
    for (let copy = 1; copy < copies[replica]! && dropped.length > 0; copy++) replicas.put(dropped.pop()!, spins);
  }
  replicas.settle();
}
