// What can be said of a model before it is solved: its size and shape, how its numbers spread, what the kernels would hold it in, and
// which solver `auto` would take.
import {
  type Bqm,
  type Cqm,
  chosen,
  cqmBits,
  densityOf,
  firstPenalties,
  laneTypeOf,
  matrixTypeOf,
  penalised,
  QuantumError,
  spinProblem,
  type Vartype,
} from "@entente/quantum";
import type { ProblemSource } from "./problem-source.ts";
import { readProblem } from "./reading.ts";

interface Spread {
  min: number;
  max: number;
  /** How many are not 0. */
  nonzero: number;
}

/** Facts of a model without constraints. */
export interface PlainFacts {
  vartype: Vartype;
  variables: number;
  couplings: number;
  density: number;
  offset: number;
  maximise: boolean;
  linear: Spread;
  quadratic: Spread;
  degree: { min: number; max: number; mean: number };
  /** [neighbours, how many variables have so many]; of very many different ones, ranges that begin there. */
  degrees: [number, number][];
  components: number;
  connected: boolean;
  /** Number types of the kernels: anneals' lanes and tabu's matrix. */
  lanes: string | null;
  matrix: string | null;
  auto: Auto;
}

interface Auto {
  solver: string;
  why: string;
  rivals: string[];
}

/** Facts of a model with constraints. */
export interface ConstrainedFacts {
  variables: number;
  kinds: Record<string, number>;
  couplings: number;
  constraints: number;
  senses: Record<string, number>;
  soft: number;
  discrete: number;
  /** How many bits it becomes; null where it cannot, see `whyNot`. */
  bits: number | null;
  whyNot: string | null;
  approximate: string[];
  auto: Auto | null;
}

/** Either half is null. */
export interface InspectAnswer {
  bqm: PlainFacts | null;
  cqm: ConstrainedFacts | null;
}

const degreeLevels = 32;

/** Reads a model and tells about it. Throws the codes of @entente/quantum. */
export async function inspectModel(source: ProblemSource): Promise<InspectAnswer> {
  const problem = await readProblem(source);
  if (problem.kind === "bqm") return { bqm: plainFacts(problem.model, problem.maximise), cqm: null };
  return { bqm: null, cqm: constrainedFacts(problem.model) };
}

function plainFacts(model: Bqm, maximise: boolean): PlainFacts {
  const { size, rows, columns, linear, biases } = model;
  const degree = new Int32Array(size);
  for (const ends of [rows, columns]) for (const i of ends) degree[i]! += 1;
  const components = componentsOf(model);
  const spins = size === 0 ? undefined : spinProblem(model);
  return {
    vartype: model.vartype,
    variables: size,
    couplings: biases.length,
    density: densityOf(model),
    offset: model.offset,
    maximise,
    linear: spreadOf(linear),
    quadratic: spreadOf(biases),
    degree: {
      min: degree.reduce((a, b) => Math.min(a, b), size === 0 ? 0 : size),
      max: degree.reduce((a, b) => Math.max(a, b), 0),
      mean: size === 0 ? 0 : (2 * biases.length) / size,
    },
    degrees: degreeHistogram(degree),
    components,
    connected: components <= 1,
    lanes: spins ? laneTypeOf(spins) : null,
    matrix: spins ? matrixTypeOf(spins) : null,
    auto: autoFor(model),
  };
}

function autoFor(model: Bqm): Auto {
  const { name, why, rivals } = chosen(model, "auto");
  return { solver: name, why, rivals: [...rivals] };
}

function constrainedFacts(model: Cqm): ConstrainedFacts {
  const { variables, objective, constraints } = model;
  const facts = {
    variables: variables.length,
    kinds: countsOf(variables.map((v) => v.kind)),
    couplings: objective.quadratic.length,
    constraints: constraints.length,
    senses: countsOf(constraints.map((c) => c.sense)),
    soft: constraints.filter((c) => c.soft !== undefined).length,
    discrete: constraints.filter((c) => c.discrete).length,
  };
  try {
    const bits = cqmBits(model);
    const { name, why, rivals } = chosen(penalised(bits, firstPenalties(bits)), "auto");
    const auto = { solver: name, why: `as ${bits.names.length} bits: ${why}`, rivals: [...rivals] };
    return { ...facts, bits: bits.names.length, whyNot: null, approximate: bits.approximate.map(String), auto };
  } catch (error) {
    if (!(error instanceof QuantumError)) throw error;
    return { ...facts, bits: null, whyNot: error.message, approximate: [], auto: null };
  }
}

function spreadOf(values: Float64Array): Spread {
  let [min, max, nonzero] = [0, 0, 0];
  for (const [i, value] of values.entries()) {
    min = i === 0 ? value : Math.min(min, value);
    max = i === 0 ? value : Math.max(max, value);
    if (value !== 0) nonzero += 1;
  }
  return { min, max, nonzero };
}

// Union by halving paths: components of a graph in nearly linear time.
function componentsOf({ size, rows, columns }: Bqm): number {
  const parent = Int32Array.from({ length: size }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]!]!;
      at = parent[at]!;
    }
    return at;
  };
  let count = size;
  for (const [k, row] of rows.entries()) {
    const [a, b] = [root(row), root(columns[k]!)];
    if (a === b) continue;
    parent[a] = b;
    count -= 1;
  }
  return count;
}

function degreeHistogram(degree: Int32Array): [number, number][] {
  const most = degree.reduce((a, b) => Math.max(a, b), 0);
  const width = Math.max(1, Math.ceil((most + 1) / degreeLevels));
  const counts = new Map<number, number>();
  for (const d of degree) {
    const from = Math.floor(d / width) * width;
    counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => a[0] - b[0]);
}

function countsOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
