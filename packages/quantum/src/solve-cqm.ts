// Constrained models, solved as bits. Each round solves the model under the present penalties with a fresh seed; if its lowest sample
// breaks constraints, their penalties double. What surely suffices in theory is no limit to that: a sampler that misses the lowest
// samples may need more, where other constraints' walls are higher. The best few samples of a round are polished without slack bits
// (models/cqm-polish.ts). The best feasible one of all rounds is the answer, told in the constrained model's terms and checked there, not by the penalty energy. Under a time limit the search for penalties has half of it, in
// equal shares; the rest goes to the first penalties that hold.
import { QuantumError } from "./errors.ts";
import type { Label } from "./models/bqm.ts";
import type { Cqm } from "./models/cqm.ts";
import { type BitOptions, type CqmBits, cqmBits } from "./models/cqm-bits.ts";
import { firstPenalties, penalised, surePenalties } from "./models/cqm-penalties.ts";
import { type Polish, polisher } from "./models/cqm-polish.ts";
import { type Evaluation, evaluated, type Tolerance } from "./models/feasibility.ts";
import { Pauses } from "./pauses.ts";
import type { Progress } from "./sample-options.ts";
import { sampleAt } from "./sample-set.ts";
import { type Provenance, solve } from "./solve.ts";
import type { SolveOptions } from "./solve-options.ts";

const polishedSamples = 10; // of each round

/**
 * How to solve a constrained model: as a binary one, and how its variables become bits. `target` is not offered, since energies change
 * with the penalties; `progress` reports the energy of the best feasible sample so far, infinite before there is one.
 */
export interface SolveCqmOptions extends Omit<SolveOptions, "target">, BitOptions {
  readonly tolerance?: Tolerance;
  /** How often to raise penalties and solve again, at most. Default 12. */
  readonly rounds?: number;
}

/** One round: the penalties by constraint, and which hard constraints its lowest sample broke. */
export interface PenaltyRound {
  readonly penalties: ReadonlyMap<Label, number>;
  readonly lowestFeasible: boolean;
  readonly broken: readonly Label[];
}

/** The best sample of a constrained model: feasible before infeasible, then lowest energy (infeasible ones: least violation). */
export interface CqmSolution extends Evaluation {
  /** One value a variable. */
  readonly sample: Float64Array;
  readonly assignment: ReadonlyMap<Label, number>;
  readonly rounds: readonly PenaltyRound[];
  /** Constraints whose slack had no exact step: the optimum under them may be missed, a broken one not. */
  readonly approximate: readonly Label[];
  readonly bits: number;
  /** True when every sample was tried and none is feasible (to the resolution of reals); false says nothing. */
  readonly impossible: boolean;
  /** Of the last round, but for reads, rounds and time (of all), and `energy`, which is the solution's. */
  readonly provenance: Provenance;
}

/** Finds a good feasible sample. Throws CQM_CANNOT_CONVERT, CQM_CONSTRAINT_IMPOSSIBLE, OPTION_INVALID, and what `solve` throws. */
export async function solveCqm(cqm: Cqm, options: SolveCqmOptions = {}): Promise<CqmSolution> {
  const { rounds: most = 12, tolerance, timeLimitMs, resolution, slackBits, seed = 1, progress, ...rest } = options;
  if (!(Number.isSafeInteger(most) && most >= 1))
    throw new QuantumError("OPTION_INVALID", { option: "rounds", wanted: "a whole number of at least 1", got: most });
  const startedAt = performance.now();
  const pauses = new Pauses(rest.signal);
  const leftMs = () => (timeLimitMs ?? Number.POSITIVE_INFINITY) - (performance.now() - startedAt);
  const bits = cqmBits(cqm, {
    ...(resolution === undefined ? {} : { resolution }),
    ...(slackBits === undefined ? {} : { slackBits }),
  });
  const terms = [cqm.objective, ...cqm.constraints.map((c) => c.left)].reduce(
    (sum, e) => sum + e.linear.length + e.quadratic.length,
    1,
  );
  const sure = surePenalties(bits);
  let polish: Polish | undefined;
  let penalties = firstPenalties(bits);
  let best: Candidate | undefined;
  let last: Provenance | undefined;
  let reads = 0;
  let held = false; // the present penalties gave a feasible lowest sample
  let impossible = false;
  const rounds: PenaltyRound[] = [];
  let fraction = 0;
  // Nobody knows how many rounds there will be: each takes half of what is left, unless the clock says more.
  const report = (within: number, readsWithin: number) => {
    const byRounds = 1 - 0.5 ** rounds.length * (1 - within / 2);
    const byTime = timeLimitMs === undefined ? 0 : 1 - leftMs() / timeLimitMs;
    fraction = Math.min(1, Math.max(fraction, timeLimitMs === undefined ? byRounds : byTime));
    progress?.({
      fraction,
      energy: best?.evaluation.feasible ? best.evaluation.energy : Number.POSITIVE_INFINITY,
      reads: reads + readsWithin,
    });
  };
  for (let searches = 0; searches < most && !impossible; ) {
    const share = held ? leftMs() : leftMs() / (2 * (most - searches));
    const { samples, provenance } = await solve(penalised(bits, penalties), {
      ...rest,
      seed: seed + rounds.length,
      ...(progress === undefined ? {} : { progress: (p: Progress) => report(p.fraction, p.reads) }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs: Math.max(1, share) }),
    });
    last = provenance;
    reads += provenance.reads;
    const candidates: Candidate[] = [];
    for (let r = 0; r < samples.count; r++) {
      candidates.push(judged(cqm, bits.read(sampleAt(samples, r)), tolerance));
      if (pauses.due(terms)) await pauses.take();
    }
    for (const c of candidates) if (!best || better(c, best)) best = c;
    if (provenance.solver !== "exact" || bits.approximate.length > 0) {
      polish ??= polisher(cqm);
      for (const { sample } of candidates.toSorted((a, b) => (better(a, b) ? -1 : 1)).slice(0, polishedSamples)) {
        const c = judged(cqm, await polish(sample, pauses), tolerance);
        if (better(c, best!)) best = c;
      }
    }
    const { violations, feasible } = candidates[0]!.evaluation;
    const broken = new Set(violations.filter((v) => !v.soft).map((v) => v.constraint));
    rounds.push({ penalties: byConstraint(bits, penalties), lowestFeasible: feasible, broken: [...broken] });
    const triedAll = provenance.solver === "exact" && timeLimitMs === undefined && bits.approximate.length === 0;
    impossible = triedAll && !best!.evaluation.feasible && penalties.every((p, r) => p >= sure[r]!);
    const done = feasible && (timeLimitMs === undefined || held || provenance.solver === "exact");
    if (done || leftMs() < 0.02 * (timeLimitMs ?? 0)) break;
    held = feasible;
    if (feasible) continue;
    searches++;
    penalties = penalties.map((p, r) => (broken.has(bits.requirements[r]!.constraint) ? 2 * p : p));
  }
  const { sample, evaluation } = best!;
  fraction = 1;
  report(1, 0);
  return {
    ...evaluation,
    sample,
    assignment: new Map(cqm.variables.map(({ label }, i) => [label, sample[i]!])),
    rounds,
    approximate: bits.approximate,
    bits: bits.names.length,
    impossible,
    provenance: {
      ...last!,
      seed,
      reads,
      rounds: rounds.length,
      timeMs: performance.now() - startedAt,
      energy: evaluation.energy,
    },
  };
}

interface Candidate {
  readonly sample: Float64Array;
  readonly evaluation: Evaluation;
  readonly excess: number;
}

function judged(cqm: Cqm, sample: Float64Array, tolerance: Tolerance | undefined): Candidate {
  const evaluation = evaluated(cqm, sample, tolerance);
  const excess = evaluation.violations.reduce((sum, v) => sum + (v.soft ? 0 : v.by), 0);
  return { sample, evaluation, excess };
}

function better(a: Candidate, b: Candidate): boolean {
  if (a.evaluation.feasible !== b.evaluation.feasible) return a.evaluation.feasible;
  if (a.excess !== b.excess && !a.evaluation.feasible) return a.excess < b.excess;
  return a.evaluation.energy < b.evaluation.energy;
}

function byConstraint({ requirements }: CqmBits, penalties: readonly number[]): ReadonlyMap<Label, number> {
  return new Map(requirements.map(({ constraint }, r) => [constraint, penalties[r]!]));
}
