// Exact minimisation by eliminating variables one after another (bucket elimination; Bertelè, Brioschi 1972; Dechter 1999), which is dynamic
// programming over a tree decomposition: eliminating v leaves a table of the best energy for every assignment of its neighbours, so cost and
// memory grow with 2 to the power of the largest number of neighbours at elimination (the width), and only linearly with the model. Trees have
// width 1, rings 2, an L x K grid min(L, K). An oracle for the samplers, and the best solver there is where the width is small.
//
// The order is by least degree at the time, which is within a few of the best width on the graphs that matter here. A table is filled in
// Gray-code order: from one assignment to the next one bit changes, and with it each factor's index by one exclusive or.

import type { Bqm } from "../models/bqm.ts";
import { type SpinProblem, spinProblem } from "../models/spin-problem.ts";
import { Pauses } from "../pauses.ts";

/** A lowest state (-1/+1 per variable), its energy as the model counts, and the width of the order that proved it. */
export interface GroundState {
  readonly spins: Int8Array;
  readonly energy: number;
  readonly width: number;
}

/** When to give up, and cancellation. */
export interface EliminationOptions {
  /** The most neighbours of a variable at its elimination; time and memory double with each. Default 16. */
  readonly maxWidth?: number;
  readonly signal?: AbortSignal;
}

interface Factor {
  /** Variables, the first being bit 0 of the table's index. */
  readonly scope: readonly number[];
  readonly table: Float64Array;
}

interface Step {
  readonly variable: number;
  readonly scope: readonly number[];
  /** For every assignment of the scope (bit 1: +1) whether the variable is best at +1. */
  readonly up: Uint8Array;
}

const defaultWidth = 16;
const mostEntries = 2 ** 27; // bytes kept to walk back

/** The ground state, or undefined where the elimination would be wider than allowed or keep more than 128 MB. Throws the signal's reason. */
export async function groundState(
  model: Bqm,
  { maxWidth = defaultWidth, signal }: EliminationOptions = {},
): Promise<GroundState | undefined> {
  const problem = spinProblem(model);
  const order = eliminationOrder(problem, maxWidth);
  if (!order || order.entries > mostEntries) return undefined;
  const pauses = new Pauses(signal);
  const factors: Set<Factor>[] = Array.from({ length: problem.size }, () => new Set());
  const rank = new Int32Array(problem.size);
  for (const [at, variable] of order.variables.entries()) rank[variable] = at;
  const steps: Step[] = [];
  let energy = problem.offset;
  for (const variable of order.variables) {
    const mine = [...factors[variable]!, ...ownFactors(problem, variable, rank)];
    const scope = [...new Set(mine.flatMap((factor) => factor.scope))].filter((v) => v !== variable);
    const { table, up } = eliminated(variable, scope, mine);
    for (const factor of mine) for (const v of factor.scope) factors[v]!.delete(factor);
    if (scope.length === 0) energy += table[0]!;
    else {
      const made: Factor = { scope, table };
      for (const v of scope) factors[v]!.add(made);
    }
    steps.push({ variable, scope, up });
    if (pauses.due(2 ** scope.length * mine.length)) await pauses.take();
  }
  const spins = new Int8Array(problem.size);
  for (const { variable, scope, up } of steps.toReversed()) {
    let index = 0;
    for (const [bit, v] of scope.entries()) if (spins[v] === 1) index |= 1 << bit;
    spins[variable] = up[index] === 1 ? 1 : -1;
  }
  return { spins, energy, width: order.width };
}

/** An order of elimination by least degree with its width and the table entries of all steps; undefined if it is wider than `maxWidth`. */
export function eliminationOrder(
  { size, start, column }: Pick<SpinProblem, "size" | "start" | "column">,
  maxWidth: number,
): { readonly variables: Int32Array; readonly width: number; readonly entries: number } | undefined {
  const neighbours = Array.from({ length: size }, (_, i) => new Set(column.subarray(start[i]!, start[i + 1]!)));
  const byDegree: Set<number>[] = [];
  const bucket = (degree: number): Set<number> => (byDegree[degree] ??= new Set());
  for (let i = 0; i < size; i++) bucket(neighbours[i]!.size).add(i);
  const variables = new Int32Array(size);
  let [width, entries, least] = [0, 0, 0];
  for (let at = 0; at < size; at++) {
    least = Math.max(0, least - 1);
    while (!byDegree[least]?.size) least++;
    if (least > maxWidth) return undefined;
    const [variable] = byDegree[least]!;
    byDegree[least]!.delete(variable!);
    variables[at] = variable!;
    const around = [...neighbours[variable!]!];
    width = Math.max(width, around.length);
    entries += 2 ** around.length;
    for (const u of around) {
      const own = neighbours[u]!;
      bucket(own.size).delete(u);
      own.delete(variable!);
      for (const v of around) if (v !== u) own.add(v);
      bucket(own.size).add(u);
    }
    neighbours[variable!]!.clear();
  }
  return { variables, width, entries };
}

// The variable's own bias, and its couplings to variables that are eliminated later.
function ownFactors({ field, start, column, weight }: SpinProblem, i: number, rank: Int32Array): readonly Factor[] {
  const made: Factor[] = [{ scope: [i], table: Float64Array.of(-field[i]!, field[i]!) }];
  for (let k = start[i]!; k < start[i + 1]!; k++) {
    const w = weight[k]!;
    if (rank[column[k]!]! > rank[i]!) made.push({ scope: [i, column[k]!], table: Float64Array.of(w, -w, -w, w) });
  }
  return made;
}

// The best of both values of a variable for every assignment of the scope.
function eliminated(variable: number, scope: readonly number[], factors: readonly Factor[]) {
  const size = 2 ** scope.length;
  const table = new Float64Array(size);
  const up = new Uint8Array(size);
  const indexes = new Int32Array(factors.length);
  const own = Int32Array.from(factors, ({ scope: of }) => (of.includes(variable) ? 1 << of.indexOf(variable) : 0));
  const masks = scope.map((v) => Int32Array.from(factors, ({ scope: of }) => (of.includes(v) ? 1 << of.indexOf(v) : 0)));
  const tables = factors.map((factor) => factor.table);
  let assignment = 0;
  for (let step = 0; step < size; step++) {
    let [down, raised] = [0, 0];
    for (let f = 0; f < tables.length; f++) {
      down += tables[f]![indexes[f]!]!;
      raised += tables[f]![indexes[f]! | own[f]!]!;
    }
    table[assignment] = Math.min(down, raised);
    up[assignment] = raised < down ? 1 : 0;
    const bit = 31 - Math.clz32((step + 1) & -(step + 1)); // the one that changes next
    if (step + 1 === size) break;
    assignment ^= 1 << bit;
    const mask = masks[bit]!;
    for (let f = 0; f < indexes.length; f++) indexes[f]! ^= mask[f]!;
  }
  return { table, up };
}
