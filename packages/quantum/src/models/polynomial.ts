// Polynomials of any degree over spins or binaries, and their reduction to quadratic models (Rosenberg 1975; Boros & Hammer 2002,
// section 4.4). In every term of degree 3 and more a pair x y is replaced by a new binary w, held to the product by
// M (xy - 2xw - 2yw + 3w), which is 0 where w = xy and at least M elsewhere. M is the larger of what the positive and what the negative
// terms with w sum up to: then no wrong w ever pays, and the lowest energies stay. The pair that occurs in most terms goes first.
// Spin terms are written out over x = (1 + s) / 2 first. Rejected: the ancilla-free minor reductions and Ishikawa's, which need
// fewer variables for positive terms only, and per-spin gadgets, which need two ancillas a pair.
import { QuantumError } from "../errors.ts";
import { type Bqm, bqmFromPairs, type Label, labelOf, type Vartype } from "./bqm.ts";

/** bias * product of the variables (indexes, sorted, each once). */
export interface Term {
  readonly variables: readonly number[];
  readonly bias: number;
}

/** A polynomial over spins or binaries; each set of variables has one term. */
export interface Polynomial {
  readonly vartype: Vartype;
  readonly size: number;
  readonly terms: readonly Term[];
  readonly labels: readonly Label[];
}

const highestSpinDegree = 16; // a spin term of degree d is written out as 2^d terms

/**
 * A polynomial from terms by label. Repeated terms add up; of a repeated variable x*x is x and s*s is 1; an empty list of variables is
 * the constant. `variables` gives an order, or variables without a term. Throws POLYNOMIAL_INVALID.
 */
export function polynomialFrom(input: {
  readonly vartype: Vartype;
  readonly terms: Iterable<readonly [readonly Label[], number]>;
  readonly variables?: Iterable<Label>;
}): Polynomial {
  const { vartype } = input;
  if (vartype !== "SPIN" && vartype !== "BINARY") refuse("vartype", "SPIN or BINARY", vartype);
  const indexes = new Map<Label, number>();
  const indexOf = (label: Label) => {
    const known = indexes.get(label) ?? indexes.size;
    indexes.set(label, known);
    return known;
  };
  for (const label of input.variables ?? []) indexOf(label);
  const sums = new Sums();
  for (const [labels, bias] of input.terms) {
    if (!Number.isFinite(bias)) refuse("terms", "finite numbers", bias);
    const times = new Map<number, number>();
    for (const label of labels) times.set(indexOf(label), (times.get(indexOf(label)) ?? 0) + 1);
    const kept = [...times].filter(([, count]) => vartype === "BINARY" || count % 2 === 1).map(([i]) => i);
    if (vartype === "SPIN" && kept.length > highestSpinDegree)
      refuse("terms", `at most ${highestSpinDegree} spins a term`, kept.length);
    sums.add(kept, bias);
  }
  return { vartype, size: indexes.size, terms: sums.terms(), labels: [...indexes.keys()] };
}

/** The value of one sample (-1/+1 or 0/1 by vartype). Throws SAMPLE_INVALID. */
export function polynomialEnergy({ vartype, size, terms, labels }: Polynomial, sample: ArrayLike<number>): number {
  if (sample.length !== size) throw new QuantumError("SAMPLE_INVALID", { wanted: `${size} values`, got: sample.length });
  const low = vartype === "SPIN" ? -1 : 0;
  for (let i = 0; i < size; i++)
    if (sample[i] !== 1 && sample[i] !== low)
      throw new QuantumError("SAMPLE_INVALID", { wanted: `${low} or 1 for variable ${labelOf({ labels }, i)}`, got: sample[i] });
  let energy = 0;
  for (const { variables, bias } of terms) energy += variables.reduce((product, i) => product * sample[i]!, bias);
  return energy;
}

/** A quadratic model of a polynomial. */
export interface Quadratic {
  /** BINARY; the polynomial's variables come first, with their labels, then one a product, called as "a*b". */
  readonly model: Bqm;
  /** How many variables stand for products. */
  readonly products: number;
  /** A sample of `model` as one of the polynomial, in its vartype; its energy is at most the model's. */
  lift(sample: ArrayLike<number>): Int8Array;
  /** A sample of the polynomial with every product right: its energy in `model` is the polynomial's. */
  lower(sample: ArrayLike<number>): Int8Array;
}

/** Reduces a polynomial to a quadratic model with the same lowest energies. Throws BQM_NUMBER_INVALID. */
export function quadraticFrom(polynomial: Polynomial): Quadratic {
  const { size, vartype } = polynomial;
  const binary = vartype === "SPIN" ? overBinaries(polynomial) : polynomial;
  const names: Label[] = [...polynomial.labels];
  const taken = new Set<Label>(names);
  const sums = new Sums();
  const high: { variables: number[]; bias: number }[] = [];
  for (const { variables, bias } of binary.terms) {
    if (variables.length <= 2) sums.add(variables, bias);
    else high.push({ variables: [...variables], bias });
  }
  const products: (readonly [number, number])[] = [];
  const pairs = new PairCounts();
  for (const [t, { variables }] of high.entries()) pairs.addAll(t, variables);
  for (let pair = pairs.mostFrequent(); pair; pair = pairs.mostFrequent()) {
    const [x, y] = pair;
    const w = names.length;
    let name: Label = `${names[x]}*${names[y]}`;
    while (taken.has(name)) name = `${name}'`;
    names.push(name);
    taken.add(name);
    products.push(pair);
    let [up, down] = [0, 0];
    for (const t of pairs.termsWith(x, y)) {
      const term = high[t]!;
      if (term.bias > 0) up += term.bias;
      else down -= term.bias;
      pairs.removeAll(t, term.variables);
      term.variables = [...term.variables.filter((v) => v !== x && v !== y), w];
      if (term.variables.length <= 2) sums.add(term.variables, term.bias);
      else pairs.addAll(t, term.variables);
    }
    const tie = Math.max(up, down);
    sums.add([x, y], tie);
    sums.add([x, w], -2 * tie);
    sums.add([y, w], -2 * tie);
    sums.add([w], 3 * tie);
  }
  return {
    model: modelOf(sums.terms(), names),
    products: products.length,
    lift: (sample) => Int8Array.from({ length: size }, (_, i) => (vartype === "SPIN" ? 2 * sample[i]! - 1 : sample[i]!)),
    lower(sample) {
      const bits = Int8Array.from({ length: names.length }, (_, i) => (i < size && sample[i]! > 0 ? 1 : 0));
      for (const [k, [x, y]] of products.entries()) bits[size + k] = bits[x]! & bits[y]!;
      return bits;
    },
  };
}

function modelOf(terms: readonly Term[], labels: readonly Label[]): Bqm {
  const linear = new Float64Array(labels.length);
  const pairs = terms.filter(({ variables }) => variables.length === 2);
  let offset = 0;
  for (const { variables, bias } of terms) {
    if (variables.length === 0) offset += bias;
    if (variables.length === 1) linear[variables[0]!] = bias;
  }
  return bqmFromPairs({
    vartype: "BINARY",
    size: labels.length,
    linear,
    rows: pairs.map((t) => t.variables[0]!),
    columns: pairs.map((t) => t.variables[1]!),
    biases: pairs.map((t) => t.bias),
    offset,
    ...(labels.every((label, i) => label === i) ? {} : { labels }),
  });
}

// s = 2x - 1, so a product of d spins is the sum over all subsets of (-1)^(d - k) 2^k times the product of k binaries.
function overBinaries(polynomial: Polynomial): Polynomial {
  const sums = new Sums();
  for (const { variables, bias } of polynomial.terms) {
    const degree = variables.length;
    for (let subset = 0; subset < 2 ** degree; subset++) {
      const chosen = variables.filter((_, k) => (subset >> k) & 1);
      sums.add(chosen, bias * (-1) ** (degree - chosen.length) * 2 ** chosen.length);
    }
  }
  return { ...polynomial, vartype: "BINARY", terms: sums.terms() };
}

/** Terms being summed up by their variables. */
class Sums {
  readonly #biases = new Map<string, { variables: readonly number[]; bias: number }>();

  add(variables: readonly number[], bias: number): void {
    const sorted = [...variables].sort((a, b) => a - b);
    const key = sorted.join();
    const known = this.#biases.get(key);
    if (known) known.bias += bias;
    else this.#biases.set(key, { variables: sorted, bias });
  }

  terms(): Term[] {
    return [...this.#biases.values()].filter((t) => t.bias !== 0);
  }
}

/** In which terms each pair of variables occurs, and by how many, so that the most frequent is at hand. */
class PairCounts {
  readonly #terms = new Map<string, Set<number>>();
  readonly #byCount: Set<string>[] = []; // the pairs that occur in so many terms

  addAll(term: number, variables: readonly number[]): void {
    for (const key of keysOf(variables)) {
      const known = this.#terms.get(key) ?? new Set<number>();
      this.#terms.set(key, known);
      this.#move(key, known.size, known.add(term).size);
    }
  }

  removeAll(term: number, variables: readonly number[]): void {
    for (const key of keysOf(variables)) {
      const known = this.#terms.get(key);
      if (!known?.delete(term)) continue;
      this.#move(key, known.size + 1, known.size);
    }
  }

  termsWith(x: number, y: number): number[] {
    return [...(this.#terms.get(`${Math.min(x, y)},${Math.max(x, y)}`) ?? [])];
  }

  mostFrequent(): readonly [number, number] | undefined {
    while (this.#byCount.length > 0 && this.#byCount.at(-1)!.size === 0) this.#byCount.pop();
    const [key] = this.#byCount.at(-1) ?? [];
    if (key === undefined) return undefined;
    const [x = 0, y = 0] = key.split(",").map(Number);
    return [x, y];
  }

  #move(key: string, from: number, to: number): void {
    if (from === to) return;
    this.#byCount[from]?.delete(key);
    if (to === 0) {
      this.#terms.delete(key);
      return;
    }
    while (this.#byCount.length <= to) this.#byCount.push(new Set());
    this.#byCount[to]!.add(key);
  }
}

function* keysOf(variables: readonly number[]): Generator<string> {
  for (const [i, u] of variables.entries()) for (const v of variables.slice(i + 1)) yield `${Math.min(u, v)},${Math.max(u, v)}`;
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("POLYNOMIAL_INVALID", { field, wanted, got });
}
