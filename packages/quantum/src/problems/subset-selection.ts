// Chooses a part of a collection that covers it without repeating itself, by QUBO, beside the greedy baseline.
//
// Up to `shardSize` items make one dense model. More are dealt at random into shards (so that each looks like the whole); every
// shard chooses twice its share, judged by r against the whole collection, and a last round chooses from their choices. Where those
// would again be too many, each shard chooses its share and the choices are simply joined: near-duplicates across shards are then not
// seen. (Two rounds as in GreeDi, Mirzasoleiman et al. 2013.)
import { QuantumError } from "../errors.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import { sampleAt } from "../sample-set.ts";
import { type Provenance, solve } from "../solve.ts";
import type { Candidates } from "./subset-choice.ts";
import { greedyByScore } from "./subset-greedy.ts";
import { decodeSubset, firstPenalty, subsetModel } from "./subset-model.ts";
import {
  likenessMatrix,
  type SubsetInput,
  type SubsetProblem,
  type SubsetScore,
  subsetProblem,
  subsetScore,
} from "./subset-problem.ts";

/** How to select. */
export interface SubsetOptions {
  /** Default 1. */
  readonly seed?: number;
  /** A sampler's name, or "auto" (the default). */
  readonly solver?: string;
  /** Samples a model. Default 4. */
  readonly reads?: number;
  /** Time for solving, all shards together; the default is the solver's own sweeps. */
  readonly timeLimitMs?: number;
  /** Most items in one model. Default 2000 (a matrix of 16 MB and 2 million couplings). */
  readonly shardSize?: number;
  readonly signal?: AbortSignal;
  /** Fraction of the models solved, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** A selection and how it came about. */
export interface SubsetSelection {
  /** Item numbers, ascending. */
  readonly chosen: readonly number[];
  readonly score: SubsetScore;
  /** What greedy on the same score chose from the same candidates, shard by shard as well. */
  readonly greedy: { readonly chosen: readonly number[]; readonly score: SubsetScore };
  /** One entry a shard, and one for the last round. */
  readonly models: readonly SolvedModel[];
}

/** How one model was solved. */
export interface SolvedModel {
  readonly items: number;
  /** The budget penalty of the model that gave the choice. */
  readonly penalty: number;
  /** By how many mean items that model's best sample missed the budget before repair; negative below. */
  readonly missedBy: number;
  /** How many penalties were tried. */
  readonly attempts: number;
  readonly provenance: Provenance;
}

const defaultShardSize = 2000;
const defaultReads = 4;
const maxAttempts = 6;

/** Selects by QUBO. Throws SUBSET_INVALID, SAMPLER_UNKNOWN, SAMPLER_LIMIT_EXCEEDED, OPTION_INVALID, or the signal's reason. */
export async function selectSubset(input: SubsetInput, options: SubsetOptions = {}): Promise<SubsetSelection> {
  const { seed = 1, shardSize = defaultShardSize, signal, progress } = options;
  if (!(Number.isSafeInteger(shardSize) && shardSize >= 2)) {
    throw new QuantumError("SUBSET_INVALID", { field: "shardSize", wanted: "a whole number of at least 2", got: shardSize });
  }
  const problem = await subsetProblem(input, seed, signal);
  const shards = dealt(problem.size, shardSize, new Random(seed, 1));
  const oversampled = shards.length > 1 && 2 * usual(problem) + shards.length <= shardSize;
  const stages = shards.length + (oversampled ? 1 : 0);
  const models: SolvedModel[] = [];
  const choose = async (items: Int32Array, budget: number) => {
    const found = await chosenByQubo(
      { problem, items, budget, likeness: await likenessMatrix(problem, items, signal) },
      options,
      stages,
    );
    models.push(found.model);
    progress?.(models.length / stages);
    return found;
  };

  let chosen: number[] = [];
  let greedy: number[] = [];
  for (const [s, items] of shards.entries()) {
    const found = await choose(items, shareOf(problem, shards, s, oversampled ? 2 : 1));
    chosen = chosen.concat(found.chosen);
    greedy = greedy.concat(found.greedy);
  }
  if (oversampled) {
    chosen = (await choose(Int32Array.from(chosen), problem.budget)).chosen;
    const items = Int32Array.from(greedy);
    greedy = greedyByScore({ problem, items, budget: problem.budget, likeness: await likenessMatrix(problem, items, signal) });
  }
  chosen.sort((a, b) => a - b);
  greedy.sort((a, b) => a - b);
  const score = await subsetScore(problem, chosen, signal);
  return { chosen, score, greedy: { chosen: greedy, score: await subsetScore(problem, greedy, signal) }, models };
}

// One penalty after another until the best sample keeps the budget; the best repaired sample of all of them is taken. A count is met
// exactly or not at all, so its penalty starts where it should hold. A size budget is only an upper bound: its first model has no
// penalty, since a best choice of all that happens to keep the budget is the best choice; only then is the sum drawn to the budget.
async function chosenByQubo(candidates: Candidates, options: SubsetOptions, stages: number) {
  const { seed = 1, solver, reads = defaultReads, timeLimitMs, signal } = options;
  const { exact } = candidates.problem;
  const greedy = greedyByScore(candidates);
  const pauses = new Pauses(signal);
  await pauses.take();
  const first = firstPenalty(candidates, greedy) * (exact ? 1 : 1 / 4);
  let best: { chosen: number[]; score: number; model: SolvedModel } | undefined;
  for (let attempt = 1; ; attempt++) {
    const penalty = exact ? first * 2 ** (attempt - 1) : attempt === 1 ? 0 : first * 2 ** (attempt - 2);
    const model = subsetModel(candidates, penalty);
    const { samples, provenance } = await solve(model, {
      seed,
      reads,
      ...(solver === undefined ? {} : { solver }),
      ...(timeLimitMs === undefined ? {} : { timeLimitMs: timeLimitMs / stages }),
      ...(signal === undefined ? {} : { signal }),
    });
    const decoded = Array.from({ length: samples.count }, (_, r) => decodeSubset(candidates, sampleAt(samples, r)));
    const { missedBy } = decoded[0]!;
    for (const { chosen, score } of decoded) {
      if (best && score <= best.score) continue;
      best = { chosen, score, model: { items: candidates.items.length, penalty, missedBy, attempts: attempt, provenance } };
    }
    if ((exact ? Math.abs(missedBy) < 1e-6 : missedBy < 0.5) || attempt === maxAttempts) {
      return { chosen: best!.chosen, greedy, model: { ...best!.model, attempts: attempt } };
    }
  }
}

// About how many items the budget buys.
function usual({ budget, costs, size }: SubsetProblem): number {
  return budget / (costs.reduce((sum, c) => sum + c, 0) / size);
}

function dealt(size: number, shardSize: number, random: Random): Int32Array[] {
  const order = Int32Array.from({ length: size }, (_, i) => i);
  if (size <= shardSize) return size === 0 ? [] : [order];
  random.shuffle(order);
  const count = Math.ceil(size / shardSize);
  return Array.from({ length: count }, (_, s) =>
    order.slice(Math.floor((s * size) / count), Math.floor(((s + 1) * size) / count)),
  );
}

// Shards are alike, so each gets the part of the budget that its number of items is of all; counts are cut so that they add up.
function shareOf({ budget, exact, size }: SubsetProblem, shards: readonly Int32Array[], s: number, factor: number): number {
  const before = shards.slice(0, s).reduce((sum, items) => sum + items.length, 0);
  const after = before + shards[s]!.length;
  if (!exact) return (factor * budget * shards[s]!.length) / size;
  const share = Math.round((budget * after) / size) - Math.round((budget * before) / size);
  return Math.min(shards[s]!.length, factor * share);
}
