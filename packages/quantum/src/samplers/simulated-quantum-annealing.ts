// Simulated quantum annealing by path-integral Monte Carlo (Santoro, Martonák, Tosatti, Car 2002): the transverse-field Ising model at inverse
// temperature beta is, by Suzuki and Trotter, a classical model of P copies ("slices") of the spins, each with couplings J / P, and with
// ferromagnetic couplings -ln tanh(beta Gamma / P) / 2 between a spin's neighbouring slices on a ring. The transverse field Gamma falls from
// where it rules to where it is nothing; then all slices agree. An honest classical stand-in for a quantum annealer: it follows the same model,
// pays P times for a sweep, and shows where fluctuations through thin barriers help and where they do not.
//
// A sweep tries each spin of each slice, and then each spin in all slices at once, without which the slices freeze together. Double precision,
// plain TypeScript: it is here to compare with, not to win.
import { rangeFor } from "../annealing/annealing-range.ts";
import { descend, type Walker } from "../annealing/descent.ts";
import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Pace } from "../pace.ts";
import type { Random } from "../random.ts";
import { defineSampler, sampleReads } from "../sampler.ts";

const defaultSweeps = 500;
const slices = 16;
const strongest = 3; // of the transverse field, in mean local fields
const weakest = 1e-3;

/** Simulated quantum annealing (path integral, 16 slices), the local stand-in for a quantum annealer. Default 500 sweeps a read. */
export default defineSampler({
  name: "simulated-quantum-annealing",
  limits: { maxVariables: 50_000 },
  sample: (model, options) =>
    sampleReads(model, options, (problem, probing) => {
      const { sweeps = defaultSweeps } = options;
      const { cold } = rangeFor(options, problem, probing);
      const scale = meanField(problem);
      return (random, pace) => anneal(problem, cold, scale, sweeps, random, pace);
    }),
});

async function anneal(
  problem: SpinProblem,
  beta: number,
  scale: number,
  sweeps: number,
  random: Random,
  pace: Pace,
): Promise<Int8Array> {
  const { size, start, column, weight } = problem;
  const spins = Array.from({ length: slices }, () => Float64Array.from({ length: size }, () => (random.next() & 1) * 2 - 1));
  const local = spins.map((slice) => {
    const fields = new Float64Array(size);
    localFields(problem, slice, fields);
    return fields;
  });
  const flip = (slice: number, i: number): void => {
    const [own, fields] = [spins[slice]!, local[slice]!];
    const change = -2 * own[i]!;
    own[i] = -own[i]!;
    for (let k = start[i]!; k < start[i + 1]!; k++) fields[column[k]!]! += weight[k]! * change;
  };
  const accepts = (exponent: number): boolean => exponent >= 0 || random.unit() < Math.exp(exponent);
  for (let sweep = 0; sweep < sweeps && !pace.enough; sweep++) {
    const done = sweeps > 1 ? sweep / (sweeps - 1) : 1;
    const gamma = scale * (strongest * (1 - done) + weakest * done);
    const between = -0.5 * Math.log(Math.tanh((beta * gamma) / slices)); // already times beta
    for (let slice = 0; slice < slices; slice++) {
      const [own, fields] = [spins[slice]!, local[slice]!];
      const [before, after] = [spins[(slice + slices - 1) % slices]!, spins[(slice + 1) % slices]!];
      for (let i = 0; i < size; i++) {
        const s = own[i]!;
        if (accepts(2 * s * ((beta / slices) * fields[i]! - between * (before[i]! + after[i]!)))) flip(slice, i);
      }
      if (pace.due(size * 4)) await pace.breathe(sweep / sweeps);
    }
    for (let i = 0; i < size; i++) {
      let sum = 0;
      for (let slice = 0; slice < slices; slice++) sum += spins[slice]![i]! * local[slice]![i]!;
      if (accepts((2 * beta * sum) / slices)) for (let slice = 0; slice < slices; slice++) flip(slice, i);
    }
    if (pace.due(size * slices)) await pace.breathe(sweep / sweeps);
  }
  let best = spins[0]!;
  let lowest = Number.POSITIVE_INFINITY;
  for (const slice of spins) {
    const walker: Walker = { spins: slice, local: new Float64Array(size) };
    localFields(problem, slice, walker.local);
    descend(problem, walker);
    const energy = energyFrom(problem, slice, walker.local);
    if (energy < lowest) [best, lowest] = [slice, energy];
  }
  pace.found(lowest);
  return Int8Array.from(best);
}

// What a spin feels when its neighbours are at random, root mean square, over all spins.
function meanField({ size, field, start, weight }: SpinProblem): number {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let square = field[i]! ** 2;
    for (let k = start[i]!; k < start[i + 1]!; k++) square += weight[k]! ** 2;
    sum += Math.sqrt(square);
  }
  return sum / size || 1;
}
