// A constrained model over bits: the objective, and for every constraint a form that is 0 where it holds and at least 1 where not.
//
// - Integers and, to a stated resolution, reals are sums of bits (bit-encoding.ts); spins are 2x - 1.
// - left == right becomes ((left - right) / unit)^2; the unit is the common one of the coefficients, so a miss costs at least 1.
// - left <= right gets a slack number that covers exactly the room: (left + slack - right)^2. Where at most one of some bits may be 1
//   the form is the sum of their pairs, with no slack. A constraint that holds everywhere is left out.
// - Coefficients without a common unit (six decimals) get a slack in 2^slackBits steps and are named in `approximate`.
// - A product inside a constraint becomes a bit of its own, tied by Rosenberg's form xy - 2xw - 2yw + 3w.
// - A soft constraint gets a number that holds its violation and stands in the objective at its weight.
//
// Rejected: unbalanced penalization (Montanez-Barrera et al. 2022), which needs no slack but moves the optimum.
import { QuantumError } from "../errors.ts";
import { type Affine, affineRange, affineSum, affineValue, Bits } from "./bit-encoding.ts";
import { BitTerms } from "./bit-terms.ts";
import type { Label } from "./bqm.ts";
import { commonUnit } from "./common-unit.ts";
import type { Constraint, Cqm, CqmVariable } from "./cqm.ts";
import type { Expression } from "./expression.ts";

/** How to turn variables into bits. */
export interface BitOptions {
  /** The step of real variables. Without it they are refused. */
  readonly resolution?: number;
  /** Bits of a slack whose constraint has no common unit. Default 8. */
  readonly slackBits?: number;
}

/** What a constraint asks of the bits: the square of an affine function, or that at most one of some bits is 1. */
export type Form =
  | { readonly kind: "square"; readonly of: Affine }
  | { readonly kind: "at-most-one"; readonly bits: readonly number[] };

/**
 * A form with its constraint: 0 where it holds, at least 1 where not. A soft constraint's form ties its violation to the objective at
 * the `price` that is known to suffice; a hard one has none, and its penalty is to be chosen.
 */
export interface Requirement {
  readonly constraint: Label;
  readonly form: Form;
  readonly price?: number;
}

/** The bit that stands for the product of two others. */
export interface ProductBit {
  readonly first: number;
  readonly second: number;
  readonly product: number;
}

/** A constrained model over bits. */
export interface CqmBits {
  readonly names: readonly Label[];
  readonly objective: BitTerms;
  readonly requirements: readonly Requirement[];
  readonly products: readonly ProductBit[];
  /** Constraints whose slack is not exact. */
  readonly approximate: readonly Label[];
  /** The constrained model's sample that a sample of bits stands for. */
  read(bits: ArrayLike<number>): Float64Array;
}

const widest = 2 ** 24; // units; squares of wider numbers would drown the objective in rounding

/** Turns a constrained model into bits. Throws CQM_CANNOT_CONVERT, CQM_CONSTRAINT_IMPOSSIBLE, OPTION_INVALID. */
export function cqmBits(cqm: Cqm, { resolution, slackBits = 8 }: BitOptions = {}): CqmBits {
  if (resolution !== undefined && !(resolution > 0 && Number.isFinite(resolution)))
    throw new QuantumError("OPTION_INVALID", { option: "resolution", wanted: "a number above 0", got: resolution });
  if (!(Number.isInteger(slackBits) && slackBits >= 1 && slackBits <= 20))
    throw new QuantumError("OPTION_INVALID", { option: "slackBits", wanted: "a whole number from 1 to 20", got: slackBits });
  const bits = new Bits();
  const encoded = cqm.variables.map((v) => encodedVariable(bits, v, resolution));
  const objective = new BitTerms();
  addExpression(objective, cqm.objective, encoded);
  const products = new Map<string, ProductBit>();
  const requirements: Requirement[] = [];
  const approximate: Label[] = [];
  const productOf = (u: number, v: number): number => {
    if (u === v) return u;
    const [first, second] = u < v ? [u, v] : [v, u];
    const known = products.get(`${first},${second}`);
    if (known) return known.product;
    const product = bits.add(`${bits.names[first]}*${bits.names[second]}`);
    products.set(`${first},${second}`, { first, second, product });
    return product;
  };

  for (const constraint of cqm.constraints) {
    const left = linearised(constraint.left, encoded, productOf);
    const requirement = constraint.soft
      ? softened(constraint, constraint.soft.weight, left, bits, objective)
      : hardened(constraint, left, bits, slackBits);
    if (requirement?.exact === false) approximate.push(constraint.label);
    if (requirement) requirements.push(requirement.requirement);
  }
  const read = (sample: ArrayLike<number>) =>
    Float64Array.from(encoded, (a, i) => {
      const value = affineValue(a, sample);
      const { kind, lower, upper } = cqm.variables[i]!;
      return kind === "real" ? Math.min(upper, Math.max(lower, value)) : value; // sums of steps like 0.1 round
    });
  return { names: bits.names, objective, requirements, products: [...products.values()], approximate, read };
}

function encodedVariable(bits: Bits, { label, kind, lower, upper }: CqmVariable, resolution: number | undefined): Affine {
  if (kind === "binary") return { offset: 0, terms: new Map([[bits.add(label), 1]]) };
  if (kind === "spin") return { offset: -1, terms: new Map([[bits.add(label), 2]]) };
  const unit = kind === "integer" ? 1 : resolution;
  const what = `the ${kind} variable ${label}`;
  if (unit === undefined)
    throw new QuantumError("CQM_CANNOT_CONVERT", { what, wanted: "a resolution among the options", got: resolution });
  if ((upper - lower) / unit > widest)
    throw new QuantumError("CQM_CANNOT_CONVERT", { what, wanted: `bounds at most ${widest} steps apart`, got: [lower, upper] });
  return bits.number(label, lower, upper - lower, unit);
}

function addExpression(terms: BitTerms, { offset, linear, quadratic }: Expression, encoded: readonly Affine[]): void {
  terms.offset += offset;
  for (const [i, bias] of linear) terms.addAffine(bias, encoded[i]!);
  for (const [u, v, bias] of quadratic) {
    if (u === v) terms.addSquare(bias, encoded[u]!);
    else terms.addProduct(bias, encoded[u]!, encoded[v]!);
  }
}

function linearised(expression: Expression, encoded: readonly Affine[], productOf: (u: number, v: number) => number): Affine {
  const parts: [number, Affine][] = expression.linear.map(([i, bias]) => [bias, encoded[i]!]);
  for (const [u, v, bias] of expression.quadratic) {
    const [a, b] = [encoded[u]!, encoded[v]!];
    parts.push([bias * b.offset, { offset: 0, terms: a.terms }], [bias * a.offset, { offset: 0, terms: b.terms }]);
    parts.push([bias, { offset: a.offset * b.offset, terms: new Map() }]);
    for (const [x, c] of a.terms)
      for (const [y, d] of b.terms) parts.push([bias * c * d, { offset: 0, terms: new Map([[productOf(x, y), 1]]) }]);
  }
  return affineSum(expression.offset, parts);
}

interface Made {
  readonly requirement: Requirement;
  readonly exact: boolean;
}

function hardened(constraint: Constraint, left: Affine, bits: Bits, slackBits: number): Made | undefined {
  const { label, sense } = constraint;
  const sign = sense === ">=" ? -1 : 1;
  const gap = affineSum(-sign * constraint.right, [[sign, left]]); // <= 0 or == 0
  const [least, most] = affineRange(gap);
  const unit = commonUnit(gap.terms.values());
  const near = 1e-9 * Math.max(1, Math.abs(constraint.right), unit ?? 0);
  const room = unit === undefined ? -least : Math.floor((-least + near) / unit) * unit; // the slack's range, on the grid of the left side
  const offGrid = unit !== undefined && -least - room > near;
  if (least > near || (sense === "==" && (most < -near || offGrid))) throw impossible(constraint, left);
  if (gap.terms.size === 0 || (sense !== "==" && most <= near)) return undefined;
  if (sense === "==") {
    const scale = unit ?? 1;
    return {
      requirement: { constraint: label, form: { kind: "square", of: scaledBy(gap, 1 / scale) } },
      exact: unit !== undefined,
    };
  }
  if (unit !== undefined && room === unit && [...gap.terms.values()].every((c) => c === unit))
    return { requirement: { constraint: label, form: { kind: "at-most-one", bits: [...gap.terms.keys()] } }, exact: true };
  const exact = unit !== undefined && room / unit <= widest;
  const step = exact ? unit : Math.max(room, most) / (2 ** slackBits - 1);
  const slack = bits.number(`slack ${label}`, 0, room, step);
  const shift = exact ? -least - room : 0; // right sides between two values of the left side move down to the lower one
  const square = scaledBy(
    affineSum(shift, [
      [1, gap],
      [1, slack],
    ]),
    1 / step,
  );
  return { requirement: { constraint: label, form: { kind: "square", of: square } }, exact };
}

function softened(constraint: Constraint, weight: number, left: Affine, bits: Bits, objective: BitTerms): Made | undefined {
  const { label, sense } = constraint;
  const sign = sense === ">=" ? -1 : 1;
  const gap = affineSum(-sign * constraint.right, [[sign, left]]);
  const squared = constraint.soft?.penalty === "quadratic";
  if (sense === "==" && squared) {
    objective.addSquare(weight, gap);
    return undefined;
  }
  const [least, most] = affineRange(gap);
  if (sense !== "==" && most <= 0) return undefined;
  const unit = commonUnit([...gap.terms.values(), gap.offset]);
  const [over, under] = [Math.max(0, most), Math.max(0, -least)];
  const step = unit !== undefined && Math.max(over, under) / unit <= widest ? unit : Math.max(over, under) / 255;
  const excess = bits.number(`excess ${label}`, 0, over, step);
  const room = bits.number(`${sense === "==" ? "shortfall" : "slack"} ${label}`, 0, under, step);
  if (squared) objective.addSquare(weight, excess);
  else objective.addAffine(weight, excess);
  if (sense === "==") objective.addAffine(weight, room);
  const square = scaledBy(
    affineSum(0, [
      [1, gap],
      [-1, excess],
      [1, room],
    ]),
    1 / step,
  );
  // An excess that is r steps too small saves at most weight * step * r (its square: 2 * over * weight * step * r); the form costs r * r.
  const price = weight * step * (squared ? 2 * over : 1) * 1.01;
  return { requirement: { constraint: label, form: { kind: "square", of: square }, price }, exact: step === unit };
}

function scaledBy({ offset, terms }: Affine, factor: number): Affine {
  const near = (v: number) => {
    const whole = Math.round(v);
    return Math.abs(v - whole) <= 1e-9 * Math.max(1, Math.abs(whole)) ? whole + 0 : v; // 0.3 / 0.1 is 3
  };
  return { offset: near(offset * factor), terms: new Map([...terms].map(([bit, c]) => [bit, near(c * factor)])) };
}

function impossible(constraint: Constraint, left: Affine): QuantumError {
  const [least, most] = affineRange(left);
  const { label, sense, right } = constraint;
  return new QuantumError("CQM_CONSTRAINT_IMPOSSIBLE", { constraint: label, sense, right, least, most });
}
