// Tuning by annealing: learn a quadratic model of what was observed, let a sampler find the bits that it likes best, ask for that
// configuration, and again. Ask and tell, without memory: the same space, observations and seed give the same suggestions. The first
// configurations are stratified (a Latin hypercube, McKay et al. 1979). A sample is repaired to a point of the space and settled by
// changes of one parameter; what was observed already is not suggested again.
import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromPairs } from "../models/bqm.ts";
import { Pauses } from "../pauses.ts";
import { Random } from "../random.ts";
import { sampleAt } from "../sample-set.ts";
import { solve } from "../solve.ts";
import { drawn, type Posterior, posterior } from "./bayesian-quadratic.ts";
import { factorisationMachine } from "./factorisation-machine.ts";
import { type Configuration, Grid, type Point, type Space } from "./hyper-space.ts";
import { type Evidence, type Quadratics, thought } from "./surrogate.ts";

/** A configuration that was tried; `value` is to be low, null where it failed (worse than all others). */
export interface Observation {
  readonly configuration: Configuration;
  readonly value: number | null;
}

/** The model of the observations: a quadratic one drawn from its posterior, or a factorisation machine. */
export type Surrogate = "bayesian" | "factorisation-machine";

/** How to suggest. */
export interface SuggestOptions {
  /** Default 1. */
  readonly seed?: number;
  /** How many configurations. Default 1. */
  readonly count?: number;
  /** Default "bayesian", which measured better (docs/reference/benchmarks.md). */
  readonly surrogate?: Surrogate;
  /** How many configurations are stratified before a model is asked. Default one a parameter and one more, at least 4. */
  readonly initial?: number;
  /** A sampler's name. Default "tabu". */
  readonly solver?: string;
  /** How widely the Bayesian model explores: 1 draws from the posterior, 0 takes its mean. Default 0.3. */
  readonly heat?: number;
  readonly signal?: AbortSignal;
  /** Fraction of the suggestions made, 0 to 1. */
  readonly progress?: (fraction: number) => void;
}

/** What to try next. Fewer than asked only where nothing new was found to try. */
export interface Suggestions {
  readonly configurations: readonly Configuration[];
  /** For each, whether it is one of the stratified first, from the model, or at random since the model had nothing new. */
  readonly from: readonly ("initial" | "model" | "random")[];
  readonly bits: number;
  readonly surrogate: Surrogate;
  readonly solver: string;
}

const mostObservations = 400; // the best half and the newest half of more
const steps = 4000; // of tabu search
const triesAtRandom = 500;

/** Suggests configurations. Throws TUNING_INVALID, OPTION_INVALID, what `solve` throws, or the signal's reason. */
export async function suggest(
  space: Space,
  observations: readonly Observation[],
  options: SuggestOptions = {},
): Promise<Suggestions> {
  const { seed = 1, count = 1, surrogate = "bayesian", solver = "tabu", heat = 0.3, signal, progress } = options;
  const initial = options.initial ?? Math.max(4, space.length + 1);
  wholeNumber("seed", seed, 0);
  wholeNumber("count", count, 1);
  wholeNumber("initial", initial, 1);
  if (!(heat >= 0 && Number.isFinite(heat)))
    throw new QuantumError("OPTION_INVALID", { option: "heat", wanted: "a number of at least 0", got: heat });
  const grid = new Grid(space);
  const pauses = new Pauses(signal);
  await pauses.take();
  const seen = new Set<string>();
  const tried = observations.map(({ configuration, value }, o) => {
    if (value !== null && !Number.isFinite(value))
      throw new QuantumError("TUNING_INVALID", {
        field: `observations[${o}].value`,
        wanted: "a finite number, or null",
        got: value,
      });
    const point = grid.nearest(`observations[${o}]`, configuration);
    seen.add(point.join());
    return { point, value };
  });
  const strata = stratified(grid, initial, new Random(seed, -2));
  const found: Point[] = [];
  const from: ("initial" | "model" | "random")[] = [];
  let model: ((random: Random) => Promise<Quadratics>) | undefined;
  for (let c = 0; c < count; c++) {
    const at = observations.length + c;
    const random = new Random(seed, at);
    const isNew = (point: Point) => !seen.has(point.join());
    let point: Point | undefined;
    let way: "initial" | "model" | "random" = "initial";
    if (at < initial) point = strata[at]!;
    else if (tried.length > 0) {
      way = "model";
      model ??= await modelOf(evidenceOf(grid, kept(tried)), surrogate, heat, pauses);
      const quadratics = await model(random);
      const { samples } = await solve(acquisition(grid, quadratics), {
        solver,
        seed: seed + at,
        reads: 1,
        ...(solver === "tabu" ? { sweeps: steps } : {}),
        ...(signal === undefined ? {} : { signal }),
      });
      const start = grid.pointOf(sampleAt(samples, 0), (a) => random.below(grid.axes[a]!.values.length));
      point = await settled(grid, quadratics, start, isNew, pauses);
    }
    for (let t = 0; t < triesAtRandom && !(point && isNew(point)); t++) {
      point = grid.any(random);
      way = "random";
    }
    if (!point || !isNew(point)) break;
    seen.add(point.join());
    found.push(point);
    from.push(way);
    progress?.((c + 1) / count);
  }
  return { configurations: found.map((point) => grid.configurationOf(point)), from, bits: grid.bits.length, surrogate, solver };
}

async function modelOf(
  evidence: Evidence,
  surrogate: Surrogate,
  heat: number,
  pauses: Pauses,
): Promise<(random: Random) => Promise<Quadratics>> {
  if (surrogate === "factorisation-machine") return (random) => factorisationMachine(evidence, random, pauses);
  const known: Posterior = await posterior(evidence, pauses);
  return (random) => drawn(known, random, heat, pauses);
}

function featuresOf(grid: Grid, point: Point): Float64Array {
  const set = grid.bitsOf(point);
  return Float64Array.from(grid.bits, ({ gain, centre }, i) => gain * (set[i]! - centre));
}

// Values by rank, spread as a normal distribution: one diverged run must not flatten all others.
function evidenceOf(grid: Grid, tried: readonly Tried[]): Evidence {
  const order = tried.map(({ value }) => value ?? Number.POSITIVE_INFINITY);
  const sorted = [...order].sort((a, b) => a - b);
  const values = Float64Array.from(order, (v) => {
    const rank = (sorted.indexOf(v) + sorted.lastIndexOf(v)) / 2; // equal values share the middle of their ranks
    return quantile((rank + 0.5) / tried.length);
  });
  return {
    features: tried.map(({ point }) => featuresOf(grid, point)),
    values,
    parameter: Int32Array.from(grid.bits, ({ parameter }) => parameter),
  };
}

interface Tried {
  readonly point: Point;
  readonly value: number | null;
}

function kept(tried: readonly Tried[]): readonly Tried[] {
  if (tried.length <= mostObservations) return tried;
  const newest = tried.slice(-mostObservations / 2);
  const value = (t: Tried) => t.value ?? Number.POSITIVE_INFINITY;
  const best = tried.slice(0, -mostObservations / 2).sort((a, b) => value(a) - value(b));
  return [...best.slice(0, mostObservations / 2), ...newest];
}

// The model over bits, with walls around what no point has: broken thermometers, categories of none or two, parts that are switched off.
function acquisition(grid: Grid, { linear, pair }: Quadratics): Bqm {
  const n = grid.bits.length;
  const own = new Float64Array(n);
  const both = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const { gain, centre } = grid.bits[i]!;
    own[i]! += gain * linear[i]!;
    for (let j = i + 1; j < n; j++) {
      const other = grid.bits[j]!;
      const weight = gain * other.gain * pair[i * n + j]!;
      both[i * n + j]! += weight;
      own[i]! -= weight * other.centre;
      own[j]! -= weight * centre;
    }
  }
  let wall = 0;
  for (let i = 0; i < n; i++) {
    let most = Math.abs(own[i]!);
    for (let j = 0; j < n; j++) most += Math.abs(i < j ? both[i * n + j]! : both[j * n + i]!) / 2;
    wall = Math.max(wall, most);
  }
  const couple = (i: number, j: number, weight: number) => {
    both[Math.min(i, j) * n + Math.max(i, j)]! += weight;
  };
  for (const { first, values, ordered, when } of grid.axes) {
    const at = first + (when ? 1 : 0);
    // Bits that add up to what the condition says, as squares: (sum of ours - sum of theirs)^2.
    const same = (ours: readonly number[], theirs: readonly number[], constant: number) => {
      const signs = [...ours.map((i) => [i, 1] as const), ...theirs.map((i) => [i, -1] as const)];
      for (const [a, [i, s]] of signs.entries()) {
        own[i]! += wall * (1 - 2 * s * constant);
        for (const [j, t] of signs.slice(a + 1)) couple(i, j, 2 * wall * s * t);
      }
    };
    const parent = when ? grid.axes[when.axis]! : undefined;
    const theirs = when && parent ? [...when.levels].map((level) => parent.first + (parent.when ? 1 : 0) + level) : [];
    if (when) same([first], theirs, 0);
    if (!ordered) {
      const ours = values.map((_, k) => at + k);
      if (when) same(ours, [first], 0);
      else same(ours, [], 1);
      continue;
    }
    for (let k = when ? -1 : 0; k < values.length - 2; k++) {
      own[at + k + 1]! += wall; // bit k + 1 wants bit k; before the first stands the one that says it is on
      couple(at + k, at + k + 1, -wall);
    }
  }
  const pairs = (n * (n - 1)) / 2;
  const [rows, columns, biases] = [new Int32Array(pairs), new Int32Array(pairs), new Float64Array(pairs)];
  let k = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      if (both[i * n + j] === 0) continue;
      [rows[k], columns[k], biases[k]] = [i, j, both[i * n + j]!];
      k++;
    }
  }
  const used = { rows: rows.subarray(0, k), columns: columns.subarray(0, k), biases: biases.subarray(0, k) };
  return bqmFromPairs({ vartype: "BINARY", size: n, linear: own, ...used, offset: 0 });
}

// Changes one parameter at a time while the model likes it better; then, if the place is not new, the best new neighbour.
async function settled(
  grid: Grid,
  quadratics: Quadratics,
  start: Point,
  isNew: (point: Point) => boolean,
  pauses: Pauses,
): Promise<Point | undefined> {
  let point = start;
  let value = thought(quadratics, featuresOf(grid, point));
  for (;;) {
    let best: Point | undefined;
    let fresh: Point | undefined;
    let least = value - 1e-12;
    let leastFresh = Number.POSITIVE_INFINITY;
    for (const [a, { values }] of grid.axes.entries()) {
      if (point[a]! < 0) continue;
      for (let level = 0; level < values.length; level++) {
        if (level === point[a]) continue;
        const next = point.slice();
        next[a] = level;
        grid.settled(next, (other) => grid.axes[other]!.values.length >> 1);
        const v = thought(quadratics, featuresOf(grid, next));
        if (v < least) [least, best] = [v, next];
        if (v < leastFresh && isNew(next)) [leastFresh, fresh] = [v, next];
        if (pauses.due(grid.bits.length ** 2 / 4)) await pauses.take();
      }
    }
    if (!best) return isNew(point) ? point : fresh;
    [point, value] = [best, least];
  }
}

// One point in each of `count` layers of every parameter.
function stratified(grid: Grid, count: number, random: Random): Point[] {
  const columns = grid.axes.map(() => {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    random.shuffle(order);
    return order;
  });
  return Array.from({ length: count }, (_, p) =>
    grid.settled(new Int32Array(grid.axes.length).fill(-1), (a) => {
      const { length } = grid.axes[a]!.values;
      return Math.min(length - 1, Math.floor(((columns[a]![p]! + random.unit()) / count) * length));
    }),
  );
}

// The standard normal distribution's inverse, to 4.5e-4 (Abramowitz and Stegun 26.2.23), which ranks need not better.
function quantile(p: number): number {
  const q = Math.min(p, 1 - p);
  const t = Math.sqrt(-2 * Math.log(q));
  const x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return p < 0.5 ? -x : x;
}

function wholeNumber(option: string, got: number, least: number): void {
  if (!(Number.isSafeInteger(got) && got >= least))
    throw new QuantumError("OPTION_INVALID", { option, wanted: `a whole number of at least ${least}`, got });
}
