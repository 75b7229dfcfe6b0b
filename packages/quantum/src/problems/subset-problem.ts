// What a good subset is. With a kernel K_ij = exp(-sharpness (1 - cos_ij)), r_i = sum_j p_j K_ij (how much of the collection item i
// stands for, p being the items' weights) and q_i = cost_i / budget (how much of the subset item i is: a long document more),
//
//   score(S) = 2 sum_{i in S} q_i r_i  -  diversity sum_{i,j in S} q_i q_j K_ij
//
// The first term is coverage, the second punishes telling the same twice. With diversity 1 and a budget used up this is a constant
// minus the squared maximum mean discrepancy between the subset and the collection (Gretton et al. 2012; kernel herding, Chen,
// Welling, Smola 2010): the best subset is the one whose average looks most like the whole. It is quadratic in the choice, so QUBO
// solvers and greedy maximise exactly the same number and can be compared without favouring either.
// Rejected as objective: facility location sum_j max_{i in S} K_ij, whose maximum has no quadratic form without n^2 more variables;
// it is reported beside the score (`coverage`) as an opinion from outside.
import { QuantumError } from "../errors.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";

/** Items to choose from. */
export interface SubsetInput {
  /** Row i of `dimensions` numbers is item i's embedding, of length 1. */
  readonly embeddings: Float32Array;
  readonly dimensions: number;
  /** How much each item matters to be covered, at least 0. Default: all alike. */
  readonly weights?: ArrayLike<number>;
  /** What each item costs of a size budget (tokens, bytes), above 0. */
  readonly sizes?: ArrayLike<number>;
  /** Exactly `count` items, or items of at most `size` in total. */
  readonly budget: { readonly count: number } | { readonly size: number };
  /** How much repetition is punished. Default 1. */
  readonly diversity?: number;
  /** How fast likeness falls with 1 - cos. Default: so that a median pair is alike by e^-3. */
  readonly sharpness?: number;
}

/** A checked input with what the score needs. */
export interface SubsetProblem {
  readonly size: number;
  readonly embeddings: Float32Array;
  readonly dimensions: number;
  /** Cost of each item: 1 for a count budget. */
  readonly costs: Float64Array;
  readonly budget: number;
  /** True for a count budget: it is to be met exactly. */
  readonly exact: boolean;
  readonly diversity: number;
  readonly sharpness: number;
  /** r: how much of the collection each item stands for, 0 to 1. */
  readonly representation: Float64Array;
  /** The items that stand for the collection in r and in `coverage`: all, or a weighted sample, and their share of the weight. */
  readonly anchors: Int32Array;
  readonly shares: Float64Array;
  /** K of all pairs, row by row in f32, where there are not too many: choosing and judging ask for each pair a dozen times. */
  readonly pairs: Float32Array | undefined;
}

// 64 MB.
const mostPaired = 4096;

/** Above this many items, r is measured against a weighted random sample of as many. */
export const maxAnchors = 2000;

/** Checks an input and measures r. Throws SUBSET_INVALID or the signal's reason. */
export async function subsetProblem(input: SubsetInput, seed: number, signal?: AbortSignal): Promise<SubsetProblem> {
  const { embeddings, dimensions, budget, diversity = 1 } = input;
  const size = checkedSize(embeddings, dimensions);
  if (!(diversity >= 0 && Number.isFinite(diversity))) refuse("diversity", "a number of at least 0", diversity);
  const weights = column("weights", input.weights, size, 0);
  const totalWeight = weights.reduce((sum, w) => sum + w, 0);
  if (size > 0 && !(totalWeight > 0 && Number.isFinite(totalWeight))) refuse("weights", "a finite sum above 0", totalWeight);
  const costs = "count" in budget ? new Float64Array(size).fill(1) : column("sizes", input.sizes, size, Number.MIN_VALUE);
  const amount = "count" in budget ? budget.count : budget.size;
  if ("count" in budget && !(Number.isSafeInteger(amount) && amount >= 0 && amount <= size))
    refuse("budget.count", `a whole number from 0 to ${size}`, amount);
  if (!(amount >= 0 && Number.isFinite(amount))) refuse("budget.size", "a number of at least 0", amount);
  const sharpness = input.sharpness ?? medianSharpness(embeddings, dimensions, size);
  if (!(sharpness > 0 && Number.isFinite(sharpness))) refuse("sharpness", "a number above 0", sharpness);

  const { anchors, shares } = chosenAnchors(weights, totalWeight, new Random(seed));
  const bare = { size, embeddings, dimensions, sharpness };
  const pairs =
    size <= mostPaired ? await likenessMatrix({ ...bare, pairs: undefined }, [...Array(size).keys()], signal) : undefined;
  const representation = new Float64Array(size);
  const pauses = new Pauses(signal);
  for (let i = 0; i < size; i++) {
    for (let a = 0; a < anchors.length; a++) representation[i]! += shares[a]! * likeness({ ...bare, pairs }, i, anchors[a]!);
    if (pauses.due(anchors.length * (pairs ? 1 : dimensions))) await pauses.take();
  }
  return {
    size,
    embeddings,
    dimensions,
    costs,
    budget: amount,
    exact: "count" in budget,
    diversity,
    sharpness,
    representation,
    anchors,
    shares,
    pairs,
  };
}

/** What the likeness of two items is measured on. */
export type Measured = Pick<SubsetProblem, "size" | "embeddings" | "dimensions" | "sharpness" | "pairs">;

/** K_ij: 1 for the same direction, towards 0 the further apart. */
export function likeness({ size, embeddings, dimensions, sharpness, pairs }: Measured, i: number, j: number): number {
  if (pairs) return pairs[i * size + j]!;
  return i === j ? 1 : Math.exp(-sharpness * Math.max(0, 1 - cosine(embeddings, dimensions, i, j)));
}

/** The likeness of each pair of `items`, row by row, in f32. */
export async function likenessMatrix(problem: Measured, items: ArrayLike<number>, signal?: AbortSignal): Promise<Float32Array> {
  const n = items.length;
  const isWhole = n === problem.size && Array.from(items).every((item, i) => item === i);
  if (problem.pairs && isWhole) return problem.pairs;
  const matrix = new Float32Array(n * n);
  const pauses = new Pauses(signal);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) matrix[i * n + j] = matrix[j * n + i] = likeness(problem, items[i]!, items[j]!);
    if (pauses.due(i * problem.dimensions)) await pauses.take();
  }
  return matrix;
}

/** A subset's marks. */
export interface SubsetScore {
  /** What greedy and QUBO both maximise. */
  readonly score: number;
  /** Facility location: the weighted mean, over the collection, of the likeness to the nearest chosen item; 0 to 1. */
  readonly coverage: number;
  /** Mean likeness of two different chosen items; 0 to 1, low is diverse. */
  readonly redundancy: number;
  /** What the choice costs of the budget. */
  readonly cost: number;
}

/** Marks a choice of items from the embeddings alone, whoever made it. Takes time in proportion to choice x (choice + anchors). */
export async function subsetScore(problem: SubsetProblem, chosen: readonly number[], signal?: AbortSignal): Promise<SubsetScore> {
  const { budget, diversity, representation, anchors, shares, costs, dimensions } = problem;
  const pauses = new Pauses(signal);
  const perPair = problem.pairs ? 1 : dimensions;
  const unit = budget || 1; // with a budget of 0 nothing is chosen
  let alike = 0;
  let repeated = 0;
  let stands = 0;
  for (const [a, i] of chosen.entries()) {
    const q = costs[i]! / unit;
    stands += q * representation[i]!;
    repeated += q * q;
    for (let b = 0; b < a; b++) {
      const pair = likeness(problem, i, chosen[b]!);
      alike += pair;
      repeated += 2 * q * (costs[chosen[b]!]! / unit) * pair;
    }
    if (pauses.due(a * perPair)) await pauses.take();
  }
  let coverage = 0;
  for (const [a, anchor] of anchors.entries()) {
    let nearest = 0;
    for (const i of chosen) nearest = Math.max(nearest, likeness(problem, i, anchor));
    coverage += shares[a]! * nearest;
    if (pauses.due(chosen.length * perPair)) await pauses.take();
  }
  const pairs = (chosen.length * (chosen.length - 1)) / 2;
  const cost = chosen.reduce((sum, i) => sum + costs[i]!, 0);
  return { score: 2 * stands - diversity * repeated, coverage, redundancy: pairs === 0 ? 0 : alike / pairs, cost };
}

function cosine(embeddings: Float32Array, d: number, i: number, j: number): number {
  // Four sums at once: one would wait for each addition before the next.
  let [a, b, c, e] = [0, 0, 0, 0];
  let [x, y] = [i * d, j * d];
  const [end, whole] = [x + d, x + (d & ~3)];
  for (; x < whole; x += 4, y += 4) {
    a += embeddings[x]! * embeddings[y]!;
    b += embeddings[x + 1]! * embeddings[y + 1]!;
    c += embeddings[x + 2]! * embeddings[y + 2]!;
    e += embeddings[x + 3]! * embeddings[y + 3]!;
  }
  for (; x < end; x++, y++) a += embeddings[x]! * embeddings[y]!;
  return a + b + (c + e);
}

const medianPairs = 2001;

function medianSharpness(embeddings: Float32Array, d: number, n: number): number {
  if (n < 2) return 1;
  const random = new Random(n); // a fixed sample: the default must not depend on the caller's seed
  const apart = Float64Array.from({ length: medianPairs }, () => {
    const i = random.below(n);
    return Math.max(0, 1 - cosine(embeddings, d, i, (i + 1 + random.below(n - 1)) % n));
  }).sort();
  return 3 / Math.max(1e-6, apart[medianPairs >> 1]!);
}

// With too many items, anchors are drawn with chances in proportion to weight (systematic sampling: low variance), of equal share.
function chosenAnchors(weights: Float64Array, total: number, random: Random): Pick<SubsetProblem, "anchors" | "shares"> {
  const n = weights.length;
  if (n <= maxAnchors) return { anchors: Int32Array.from(weights.keys()), shares: weights.map((w) => w / total) };
  const anchors = new Int32Array(maxAnchors);
  const order = Int32Array.from(weights.keys());
  random.shuffle(order);
  const step = total / maxAnchors;
  let upTo = 0;
  let next = random.unit() * step;
  let drawn = 0;
  for (const i of order) {
    upTo += weights[i]!;
    for (; next < upTo && drawn < maxAnchors; next += step) anchors[drawn++] = i;
  }
  return { anchors: anchors.subarray(0, drawn), shares: new Float64Array(drawn).fill(1 / drawn) };
}

function checkedSize(embeddings: Float32Array, d: number): number {
  if (!(Number.isSafeInteger(d) && d >= 1)) refuse("dimensions", "a whole number of at least 1", d);
  if (embeddings.length % d !== 0) refuse("embeddings", `rows of ${d} numbers`, `${embeddings.length} numbers`);
  const n = embeddings.length / d;
  for (let i = 0; i < n; i++) {
    const length = Math.sqrt(cosine(embeddings, d, i, i));
    if (!(Math.abs(length - 1) < 1e-3)) refuse(`embeddings[${i}]`, "a vector of length 1", length);
  }
  return n;
}

function column(field: string, values: ArrayLike<number> | undefined, size: number, least: number): Float64Array {
  if (values === undefined) return new Float64Array(size).fill(1);
  if (values.length !== size) refuse(field, `${size} numbers`, values.length);
  const checked = Float64Array.from(values);
  for (const [i, v] of checked.entries())
    if (!(v >= least && Number.isFinite(v)))
      refuse(`${field}[${i}]`, least > 0 ? "a number above 0" : "a number of at least 0", v);
  return checked;
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("SUBSET_INVALID", { field, wanted, got });
}
