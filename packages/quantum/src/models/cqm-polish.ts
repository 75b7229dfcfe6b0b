// Local search on a constrained model's own variables. Slack bits hide good moves from a sampler of bits: to put one more item into a
// knapsack, three or four slack bits have to change with it. Here there is no slack: a move is one variable (a flip, an integer by one)
// or an exchange (one binary off, another on, both in some constraint), or, where binaries lie in rows and columns of which exactly one
// is 1 (permutations: routes, assignments), two rows trading their columns. It is taken when it lessens what hard constraints are
// broken by, or keeps that and lowers the energy. First improvement, until none is left or the work is used up.
// Rejected: moves made for one problem, such as turning round a part of a route.
import type { Pauses } from "../pauses.ts";
import type { Cqm } from "./cqm.ts";
import { type Expression, expressionValue } from "./expression.ts";
import { excess } from "./feasibility.ts";

/** What a variable does to one expression: 0 is the objective, k + 1 constraint k. */
interface Touch {
  readonly expression: number;
  linear: number;
  square: number;
  readonly others: number[];
  readonly biases: number[];
}

/** Improves a sample within about `work` elementary steps; the same sample gives the same result. Throws the signal's reason. */
export type Polish = (sample: ArrayLike<number>, pauses: Pauses, work?: number) => Promise<Float64Array>;

/** The local search on one model; what it needs to know of the model is gathered once. */
export function polisher(cqm: Cqm): Polish {
  const { variables, objective, constraints } = cqm;
  const touches = touchesOf(variables.length, [objective, ...constraints.map((c) => c.left)]);
  const exchanges = exchangesOf(cqm);
  const trades = tradesOf(cqm);
  return async (sample, pauses, work = 1_000_000) => {
    const search = new Search(cqm, touches, sample);
    for (let improved = true; improved && search.work < work; ) {
      improved = false;
      for (let i = 0; i < variables.length && search.work < work; i++) {
        const before = search.work;
        for (const step of stepsOf(cqm, i, search.values[i]!)) if (search.tries([[i, step]])) improved = true;
        if (search.values[i] === 1)
          for (const j of exchanges[i]!) {
            if (search.values[j] !== 0 || search.work >= work) continue;
            if (
              !search.tries([
                [i, -1],
                [j, 1],
              ])
            )
              continue;
            improved = true;
            break; // i is off now
          }
        for (let j = i + 1; trades && j < variables.length && search.values[i] === 1 && search.work < work; j++) {
          const pair = search.values[j] === 1 ? trades(i, j) : undefined;
          if (!pair || search.values[pair[0]] !== 0 || search.values[pair[1]] !== 0) continue;
          if (
            search.tries([
              [i, -1],
              [j, -1],
              [pair[0], 1],
              [pair[1], 1],
            ])
          )
            improved = true;
        }
        if (pauses.due(search.work - before)) await pauses.take();
      }
    }
    return search.values;
  };
}

function stepsOf({ variables }: Cqm, i: number, value: number): readonly number[] {
  const { kind, lower, upper } = variables[i]!;
  if (kind === "binary") return [value === 0 ? 1 : -1];
  if (kind === "spin") return [-2 * value];
  return kind === "real" ? [] : [-1, 1].filter((step) => value + step >= lower && value + step <= upper);
}

// The binaries that stand in some constraint together with each binary.
function exchangesOf({ variables, constraints }: Cqm): readonly (readonly number[])[] {
  const found = variables.map(() => new Set<number>());
  for (const { left } of constraints) {
    const members = left.linear.map(([i]) => i).filter((i) => variables[i]!.kind === "binary");
    if (members.length > 1000) continue; // a sum over everything would make every pair an exchange
    for (const i of members) for (const j of members) if (i !== j) found[i]!.add(j);
  }
  return found.map((of) => [...of]);
}

// For binaries that each lie in exactly two sums of which one is 1, a row and a column: where rows i and j would be with each other's
// columns. Undefined when the model has no such binaries.
function tradesOf({
  variables,
  constraints,
}: Cqm): ((i: number, j: number) => readonly [number, number] | undefined) | undefined {
  const groups: number[][] = variables.map(() => []);
  for (const [k, { left, sense, right, soft }] of constraints.entries()) {
    const isOneOf =
      sense === "==" &&
      !soft &&
      left.quadratic.length === 0 &&
      right - left.offset === 1 &&
      left.linear.every(([, c]) => c === 1);
    if (isOneOf) for (const [i] of left.linear) if (variables[i]!.kind === "binary") groups[i]!.push(k);
  }
  const key = (g: number, h: number) => Math.min(g, h) * constraints.length + Math.max(g, h);
  const at = new Map<number, number>();
  for (const [i, [row, column, more]] of groups.entries())
    if (row !== undefined && column !== undefined && more === undefined) at.set(key(row, column), i);
  if (at.size === 0) return undefined;
  return (i, j) => {
    const [[r, c], [s, d]] = [groups[i]!, groups[j]!];
    if (r === undefined || c === undefined || s === undefined || d === undefined) return undefined;
    const [first, second] = [at.get(key(r, d)) ?? at.get(key(r, s)), at.get(key(s, c)) ?? at.get(key(d, c))];
    return first === undefined || second === undefined || first === second ? undefined : [first, second];
  };
}

/** A sample with the values of all expressions beside it. */
class Search {
  readonly values: Float64Array;
  work = 0;
  readonly #cqm: Cqm;
  readonly #touches: readonly (readonly Touch[])[];
  readonly #at: Float64Array; // the value of each expression
  readonly #change: Float64Array;

  constructor(cqm: Cqm, touches: readonly (readonly Touch[])[], sample: ArrayLike<number>) {
    this.#cqm = cqm;
    this.#touches = touches;
    this.values = Float64Array.from(sample);
    const expressions = [cqm.objective, ...cqm.constraints.map((c) => c.left)];
    this.#at = Float64Array.from(expressions, (e) => expressionValue(e, this.values));
    this.#change = new Float64Array(expressions.length);
  }

  /** Makes a move of one or more steps if it improves; says whether it did. */
  tries(move: readonly (readonly [number, number])[]): boolean {
    const changed = new Set<number>();
    for (const [i, step] of move) {
      for (const { expression, linear, square, others, biases } of this.#touches[i]!) {
        let slope = linear;
        for (let k = 0; k < others.length; k++) slope += biases[k]! * this.values[others[k]!]!;
        this.#change[expression]! += step * (slope + step * square) + 2 * step * square * this.values[i]!;
        changed.add(expression);
        this.work += others.length + 4;
      }
      this.values[i]! += step;
    }
    const taken = this.#improves(changed);
    if (!taken) for (const [i, step] of move) this.values[i]! -= step;
    for (const e of changed) {
      if (taken) this.#at[e]! += this.#change[e]!;
      this.#change[e] = 0;
    }
    return taken;
  }

  #improves(changed: ReadonlySet<number>): boolean {
    let broken = 0;
    let energy = 0;
    for (const e of changed) {
      if (e === 0) {
        energy += this.#change[0]!;
        continue;
      }
      const constraint = this.#cqm.constraints[e - 1]!;
      const [before, after] = [this.#at[e]!, this.#at[e]! + this.#change[e]!].map((left) => {
        const by = excess(constraint, left);
        return by > 1e-8 + 1e-6 * Math.abs(constraint.right) ? by : 0;
      }) as [number, number]; // why: two in, two out
      const { soft } = constraint;
      if (!soft) broken += after - before;
      else energy += soft.weight * (soft.penalty === "linear" ? after - before : after * after - before * before);
    }
    if (Math.abs(broken) > 1e-9) return broken < 0;
    return energy < -1e-9 * Math.max(1, Math.abs(this.#at[0]!));
  }
}

function touchesOf(size: number, expressions: readonly Expression[]): readonly (readonly Touch[])[] {
  const touches = Array.from({ length: size }, () => new Map<number, Touch>());
  const touch = (i: number, expression: number): Touch => {
    const known = touches[i]!.get(expression) ?? { expression, linear: 0, square: 0, others: [], biases: [] };
    touches[i]!.set(expression, known);
    return known;
  };
  for (const [e, { linear, quadratic }] of expressions.entries()) {
    for (const [i, bias] of linear) touch(i, e).linear += bias;
    for (const [u, v, bias] of quadratic) {
      if (u === v) touch(u, e).square += bias;
      else
        for (const [from, to] of [
          [u, v],
          [v, u],
        ] as const) {
          const of = touch(from, e);
          of.others.push(to);
          of.biases.push(bias);
        }
    }
  }
  return touches.map((of) => [...of.values()]);
}
