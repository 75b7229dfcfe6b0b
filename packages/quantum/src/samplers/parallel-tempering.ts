// Parallel tempering (Swendsen, Wang 1986; Hukushima, Nemoto 1996) with isoenergetic cluster moves (see annealing/isoenergetic-move): replicas at
// a ladder of temperatures, of which neighbours exchange temperatures so that each wanders between hot and cold; two at every temperature,
// between which clusters are exchanged at the cold half. For low-degree and chip-like models, whose clusters do not span the graph.
//
// Exchanging temperatures instead of spins costs nothing but new thresholds. A read is one run; its sample is the lowest state that
// any replica came through, brought to its local minimum.
import { rangeFor } from "../annealing/annealing-range.ts";
import { descend, type Walker } from "../annealing/descent.ts";
import { isoenergeticMove } from "../annealing/isoenergetic-move.ts";
import { Replicas } from "../annealing/replicas.ts";
import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Pace } from "../pace.ts";
import type { Random } from "../random.ts";
import { defineSampler, sampleReads } from "../sampler.ts";

const defaultSweeps = 1000;
const [fewRungs, manyRungs] = [16, 32];
const large = 1000; // variables: neighbours of a ladder of 16 then exchange too seldom
const sweepsBetween = 4;

/** Parallel tempering with isoenergetic cluster moves, for low-degree models. Default 1000 sweeps a read. */
export default defineSampler({
  name: "parallel-tempering",
  limits: { maxVariables: 200_000 },
  endless: "sweeps",
  sample: (model, options) =>
    sampleReads(model, options, (problem, probing) => {
      const { sweeps = defaultSweeps } = options;
      const { hot, cold } = rangeFor(options, problem, probing);
      const rungs = problem.size > large ? manyRungs : fewRungs;
      const ladder = Float64Array.from({ length: rungs }, (_, k) => hot * (cold / hot) ** (k / (rungs - 1)));
      const replicas = new Replicas(problem, probing, 2 * rungs);
      return (random, pace) => {
        replicas.scatter(random);
        return temper(problem, replicas, ladder, sweeps, random, pace);
      };
    }),
});

async function temper(
  problem: SpinProblem,
  replicas: Replicas,
  ladder: Float64Array,
  sweeps: number,
  random: Random,
  pace: Pace,
): Promise<Int8Array> {
  const rungs = ladder.length;
  // at[r + rungs * s]: the replica of set s at rung r, from hot to cold.
  const at = Int32Array.from({ length: 2 * rungs }, (_, k) => k);
  const stack = new Int32Array(problem.size);
  const walker: Walker = { spins: new Float64Array(problem.size), local: new Float64Array(problem.size) };
  const best = new Int8Array(problem.size).fill(1);
  let lowest = Number.POSITIVE_INFINITY;
  let raw = Number.POSITIVE_INFINITY;
  const keep = (spins: ArrayLike<number>): void => {
    walker.spins.set(spins);
    localFields(problem, walker.spins, walker.local);
    descend(problem, walker);
    const energy = energyFrom(problem, walker.spins, walker.local);
    if (energy >= lowest) return;
    lowest = energy;
    best.set(walker.spins);
    pace.found(energy);
  };
  for (let swept = 0, round = 0; swept < sweeps && !pace.enough; swept += sweepsBetween, round++) {
    for (const [k, replica] of at.entries()) replicas.betas[replica] = ladder[k % rungs]!;
    replicas.sweep(Math.min(sweepsBetween, sweeps - swept));
    const { energies } = replicas;
    for (let replica = 0; replica < replicas.count; replica++) {
      if (energies[replica]! >= raw) continue;
      raw = energies[replica]!;
      keep(replicas.spins(replica));
    }
    for (let set = 0; set < 2; set++)
      for (let k = round % 2; k + 1 < rungs; k += 2) {
        const [a, b] = [at[k + set * rungs]!, at[k + 1 + set * rungs]!];
        const exponent = (ladder[k + 1]! - ladder[k]!) * (energies[b]! - energies[a]!);
        if (exponent < 0 && random.unit() >= Math.exp(exponent)) continue;
        at[k + set * rungs] = b;
        at[k + 1 + set * rungs] = a;
      }
    const rung = Math.floor(rungs / 2) + random.below(Math.ceil(rungs / 2));
    const [one, other] = [at[rung]!, at[rung + rungs]!];
    const [first, second] = [replicas.spins(one), replicas.spins(other)];
    if (isoenergeticMove(problem, first, second, random, stack) > 0) {
      replicas.put(one, first);
      replicas.put(other, second);
      replicas.settle();
    }
    if (pace.due(problem.size * sweepsBetween * 8)) await pace.breathe(swept / sweeps);
  }
  keep(replicas.spins(at[rungs - 1]!));
  return best;
}
