// Simulated annealing as the widespread sampler of dwave-samplers does it by default, in plain TypeScript: 1,000 sweeps, beta from
// ln 2 over twice the largest possible field to ln(100 x number of spins with the smallest bias) over twice that bias, sequential Metropolis
// with exp, changes kept per spin, spins whose change costs more than 44.36 / beta passed over. The anchor of the ratios here; its rate is 0.7 to
// 1.2 of the original's in C++.
import { type SpinProblem, spinProblem } from "@entente/quantum";
import type { Instance } from "./instances.ts";

const sweeps = 1000;
const hopeless = 44.36;

/** The beta range of the rule. */
export function defaultRange({ size, field, start, weight }: SpinProblem): readonly [hot: number, cold: number] {
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  let count = 0;
  for (let i = 0; i < size; i++) {
    let sum = Math.abs(field[i]!);
    let smallest = sum > 0 ? sum : Number.POSITIVE_INFINITY;
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      const w = Math.abs(weight[k]!);
      sum += w;
      if (w > 0 && w < smallest) smallest = w;
    }
    most = Math.max(most, sum);
    if (smallest < least) [least, count] = [smallest, 1];
    else if (smallest === least) count++;
  }
  return [Math.LN2 / (2 * most), Math.log(count / 0.01) / (2 * least)];
}

/** What the anchor reached: the energy of each read, and CPU seconds per read. */
export interface AnchorRun {
  readonly energies: readonly number[];
  readonly secondsPerRead: number;
}

/** Reads for `seconds` of CPU time, at least three. */
export function anchorReads({ model }: Instance, seconds: number, seed: number): AnchorRun {
  const problem = spinProblem(model);
  const range = defaultRange(problem);
  let state = seed;
  const energies: number[] = [];
  const before = process.cpuUsage();
  let spent = 0;
  do {
    state = (Math.imul(state, 747796405) + 2891336453) | 0;
    energies.push(read(problem, range, state) + problem.offset);
    const { user, system } = process.cpuUsage(before);
    spent = (user + system) / 1e6;
  } while (spent < seconds || energies.length < 3);
  return { energies, secondsPerRead: spent / energies.length };
}

function read({ size, field, start, column, weight }: SpinProblem, [hot, cold]: readonly [number, number], seed: number): number {
  let r = seed | 1;
  const next = (): number => {
    r ^= r << 13;
    r ^= r >>> 17;
    r ^= r << 5;
    return r >>> 0;
  };
  const spins = Float64Array.from({ length: size }, () => (next() & 1024 ? 1 : -1));
  const change = new Float64Array(size);
  const local = (i: number): number => {
    let sum = field[i]!;
    for (let k = start[i]!; k < start[i + 1]!; k++) sum += weight[k]! * spins[column[k]!]!;
    return sum;
  };
  for (let i = 0; i < size; i++) change[i] = -2 * spins[i]! * local(i);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const beta = hot * (cold / hot) ** (sweep / (sweeps - 1));
    const threshold = hopeless / beta;
    for (let i = 0; i < size; i++) {
      const cost = change[i]!;
      if (cost >= threshold) continue;
      if (cost > 0 && Math.exp(-cost * beta) * 4294967296 <= next()) continue;
      const s = spins[i]!;
      for (let k = start[i]!, end = start[i + 1]!; k < end; k++) {
        const j = column[k]!;
        change[j]! += 4 * weight[k]! * s * spins[j]!;
      }
      spins[i] = -s;
      change[i] = -cost;
    }
  }
  let energy = 0;
  for (let i = 0; i < size; i++) energy += spins[i]! * (local(i) + field[i]!);
  return energy / 2;
}
