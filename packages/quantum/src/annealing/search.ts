import { energyFrom, localFields, type SpinProblem } from "../models/spin-problem.ts";
import type { Pace } from "../pace.ts";
import type { Random } from "../random.ts";
import type { AnnealingRange } from "./annealing-range.ts";
import { descend, type Walker } from "./descent.ts";
import type { Lanes } from "./lanes.ts";
import type { PartitionCrossover } from "./partition-crossover.ts";

/** What a search works with. */
export interface SearchInput {
  readonly problem: SpinProblem;
  readonly range: AnnealingRange;
  readonly lanes: Lanes;
  readonly crossover: PartitionCrossover;
  readonly random: Random;
  readonly pace: Pace;
}

interface Found {
  readonly spins: Int8Array;
  readonly energy: number;
}

const patience = 8; // rounds without a gain that end an epoch
const [shallowest, deepest] = [0.2, 0.7]; // of the range, in logarithms: where a reheated anneal may begin
const shortest = 16;

/** A search by annealing with partition crossover (see samplers/crossover-annealing.ts), and the best it has seen. */
export class Search {
  readonly #in: SearchInput;
  readonly #walker: Walker;
  #best: Found | undefined;
  #swept = 0;

  constructor(input: SearchInput) {
    this.#in = input;
    const { size } = input.problem;
    this.#walker = { spins: new Float64Array(size), local: new Float64Array(size) };
  }

  /** One epoch with anneals of `sweeps` sweeps, from the best so far or afresh. Returns its best spins (-1/+1). */
  async epoch(onward: boolean, sweeps: number): Promise<Int8Array> {
    const { lanes, random, range, pace } = this.#in;
    const length = this.#fitting(sweeps);
    let best = onward ? this.#best : undefined;
    if (!best) {
      lanes.scatter(random);
      best = await this.#anneal(range.hot, length);
    }
    for (let idle = 0; idle < patience && !pace.enough; idle++) {
      const depth = shallowest + (deepest - shallowest) * random.unit();
      lanes.gather(best.spins, random);
      const found = await this.#anneal(range.hot * (range.cold / range.hot) ** depth, length, best);
      if (found.energy < best.energy) idle = -1;
      best = found;
    }
    if (this.#best && this.#best !== best) best = this.#crossed(best, [this.#best.spins]);
    if (!this.#best || best.energy <= this.#best.energy) this.#best = best;
    return best.spins;
  }

  // Anneals all replicas and puts together what is best in them, and in `base` if there is one.
  async #anneal(from: number, sweeps: number, base?: Found): Promise<Found> {
    const { problem, lanes, pace, range } = this.#in;
    const ratio = (range.cold / from) ** (1 / Math.max(1, sweeps - 1));
    let beta = from;
    for (let sweep = 0; sweep < sweeps && !pace.enough; sweep++, beta *= ratio) {
      lanes.sweep(beta, 1);
      this.#swept++;
      if (pace.due(problem.size * 4)) await pace.breathe(0);
    }
    lanes.descend();
    const energies = lanes.energies();
    const lowest = energies.indexOf(Math.min(...energies));
    const start = base && base.energy < energies[lowest]! ? base : this.#measured(lanes.spins(lowest));
    pace.found(start.energy);
    const others: Int8Array[] = [];
    for (let lane = 0; lane < lanes.count && !pace.enough; lane++)
      if (lane !== lowest || start === base) others.push(lanes.spins(lane));
    const found = this.#crossed(start, others);
    if (pace.due(problem.size * 40)) await pace.breathe(0);
    return found;
  }

  #crossed({ spins, energy }: Found, others: readonly Int8Array[]): Found {
    const { crossover, random, pace } = this.#in;
    const child = spins.slice();
    let gained = 0;
    for (const other of others) gained += crossover.improve(child, other, random);
    const found = gained > 0 ? this.#measured(child) : { spins: child, energy };
    pace.found(found.energy);
    return found;
  }

  // The energy in double precision, after the last steps down that lanes with rounded biases may have missed.
  #measured(spins: Int8Array): Found {
    const { problem, lanes } = this.#in;
    const walker = this.#walker;
    walker.spins.set(spins);
    localFields(problem, walker.spins, walker.local);
    if (!lanes.exact) {
      descend(problem, walker);
      spins.set(walker.spins);
    }
    return { spins, energy: energyFrom(problem, walker.spins, walker.local) };
  }

  // As long as asked for, but no longer than half of what time is left will do: a fresh anneal that is cut short is worth nothing.
  #fitting(sweeps: number): number {
    const { leftMs, spentMs } = this.#in.pace;
    if (leftMs === undefined || this.#swept === 0) return sweeps;
    return Math.min(sweeps, Math.max(shortest, Math.floor((this.#swept * leftMs) / spentMs / 2)));
  }
}
