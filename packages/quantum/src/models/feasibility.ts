// What a sample of a constrained model is worth: its objective, what its broken soft constraints cost, and how far it is from
// keeping the hard ones. The tolerance is dimod's rule: a violation of at most absolute + relative * |right side| is none.
import { QuantumError } from "../errors.ts";
import type { Label } from "./bqm.ts";
import type { Constraint, Cqm } from "./cqm.ts";
import { expressionValue } from "./expression.ts";

/** How far off a sample may be and still keep a constraint or an integer. */
export interface Tolerance {
  /** Default 1e-8. */
  readonly absolute?: number;
  /** Of the right side. Default 1e-6. */
  readonly relative?: number;
}

/** One broken constraint: the left side has the value `left`, and `by` is how much too far it is, above 0. */
export interface Violation {
  readonly constraint: Label;
  readonly soft: boolean;
  readonly left: number;
  readonly by: number;
}

/** A sample's worth: `energy` is the objective and the price of broken soft constraints; feasible if every hard constraint holds. */
export interface Evaluation {
  readonly objective: number;
  readonly energy: number;
  readonly feasible: boolean;
  readonly violations: readonly Violation[];
}

/** Evaluates a sample, one value a variable. Throws SAMPLE_INVALID where a value is outside its variable's domain. */
export function evaluated(cqm: Cqm, sample: ArrayLike<number>, tolerance: Tolerance = {}): Evaluation {
  checkSample(cqm, sample);
  const objective = expressionValue(cqm.objective, sample);
  let price = 0;
  const violations: Violation[] = [];
  for (const constraint of cqm.constraints) {
    const left = expressionValue(constraint.left, sample);
    const by = excess(constraint, left);
    const { absolute = 1e-8, relative = 1e-6 } = tolerance;
    if (!(by > absolute + relative * Math.abs(constraint.right))) continue;
    const { soft, label } = constraint;
    violations.push({ constraint: label, soft: soft !== undefined, left, by });
    if (soft) price += soft.weight * (soft.penalty === "linear" ? by : by * by);
  }
  return { objective, energy: objective + price, feasible: violations.every((v) => v.soft), violations };
}

/** How far a left side is from keeping its constraint; 0 or less when it keeps it. */
export function excess({ sense, right }: Constraint, left: number): number {
  if (sense === "<=") return left - right;
  return sense === ">=" ? right - left : Math.abs(left - right);
}

function checkSample({ variables }: Cqm, sample: ArrayLike<number>): void {
  if (sample.length !== variables.length)
    throw new QuantumError("SAMPLE_INVALID", { wanted: `${variables.length} values`, got: sample.length });
  for (const [i, { label, kind, lower, upper }] of variables.entries()) {
    const v = sample[i]!;
    const whole = kind === "real" || Number.isInteger(v);
    if (!(v >= lower && v <= upper && whole && !(kind === "spin" && v === 0))) {
      const wanted = `a ${kind} from ${lower} to ${upper} for variable ${label}`;
      throw new QuantumError("SAMPLE_INVALID", { wanted, got: v });
    }
  }
}
