// The constrained quadratic model: minimise a quadratic objective over binary, spin, integer and real variables, subject to
// quadratic constraints. A soft constraint may be broken at a price; a discrete one says that exactly one of its binaries is 1.
// Variables are dense indexes, labels are for people, as in Bqm. Rejected: one class with methods that grow the model, as dimod has
// it: a model is a value here, made once from plain data and checked there.
import { QuantumError } from "../errors.ts";
import type { Label } from "./bqm.ts";
import { type Domain, type Expression, expressionFrom } from "./expression.ts";

/** A variable: binary is 0 or 1, spin -1 or +1, integer and real anything from `lower` to `upper`. */
export interface CqmVariable extends Domain {
  readonly label: Label;
}

/** How the left side of a constraint stands to the right. */
export type Sense = "<=" | ">=" | "==";

/** What breaking a soft constraint costs: weight times the violation, or its square. */
export interface Softness {
  readonly weight: number;
  readonly penalty: "linear" | "quadratic";
}

/** left sense right. */
export interface Constraint {
  readonly label: Label;
  readonly left: Expression;
  readonly sense: Sense;
  readonly right: number;
  /** Absent: it must hold. */
  readonly soft?: Softness;
  /** Exactly one of these binaries is 1; discrete groups share no variable. */
  readonly discrete?: true;
}

/** A constrained quadratic model; treat it as read-only. */
export interface Cqm {
  readonly variables: readonly CqmVariable[];
  readonly objective: Expression;
  readonly constraints: readonly Constraint[];
}

/** A variable as people write it; bounds belong to integers and reals, which have lower bound 0 unless given. */
export interface VariableInput {
  readonly label: Label;
  readonly kind: Domain["kind"];
  readonly lower?: number;
  readonly upper?: number;
}

/** An expression by label; repeated terms add up. */
export interface ExpressionInput {
  readonly offset?: number;
  readonly linear?: Iterable<readonly [Label, number]>;
  readonly quadratic?: Iterable<readonly [Label, Label, number]>;
}

/** A constraint by label. */
export interface ConstraintInput extends ExpressionInput {
  readonly label: Label;
  readonly sense: Sense;
  readonly right: number;
  readonly soft?: Softness;
}

/** A model by label. */
export interface CqmInput {
  readonly variables: Iterable<VariableInput>;
  readonly objective?: ExpressionInput;
  readonly constraints?: Iterable<ConstraintInput>;
  /** Groups of binaries of which exactly one is 1. */
  readonly discrete?: Iterable<{ readonly label: Label; readonly variables: readonly Label[] }>;
}

/** The greatest size of an integer's bound: beyond, f64 skips whole numbers. */
export const integerBound = 2 ** 53 - 1;

/** A model from plain data, checked. Throws CQM_INVALID, naming the field. */
export function cqmFrom(input: CqmInput): Cqm {
  const indexes = new Map<Label, number>();
  const variables = Array.from(input.variables, (v, i) => {
    if (indexes.has(v.label)) refuse("variables", "each label once", v.label);
    indexes.set(v.label, i);
    return variableFrom(v);
  });
  const indexOf = (field: string, label: Label) => indexes.get(label) ?? refuse(field, "a variable of the model", label);
  const expression = (field: string, { offset = 0, linear = [], quadratic = [] }: ExpressionInput) =>
    expressionFrom(field, variables, {
      offset,
      linear: Array.from(linear, ([v, bias]) => [indexOf(field, v), bias] as const),
      quadratic: Array.from(quadratic, ([u, v, bias]) => [indexOf(field, u), indexOf(field, v), bias] as const),
    });
  const constraints = Array.from(input.constraints ?? [], ({ label, sense, right, soft, ...sides }): Constraint => {
    const left = expression(`constraint ${label}`, sides);
    return { label, left, sense, right, ...(soft === undefined ? {} : { soft }) };
  });
  for (const { label, variables: members } of input.discrete ?? []) {
    const ones = members.map((v) => [indexOf(`discrete ${label}`, v), 1] as const);
    if (new Set(members).size !== members.length) refuse(`discrete ${label}`, "each variable once", members);
    constraints.push({
      label,
      left: expressionFrom(`discrete ${label}`, variables, { linear: ones }),
      sense: "==",
      right: 1,
      discrete: true,
    });
  }
  return checkedCqm({ variables, objective: expression("objective", input.objective ?? {}), constraints });
}

/** The model itself, if its parts fit together (its expressions are taken as `expressionFrom` made them). Throws CQM_INVALID. */
export function checkedCqm(cqm: Cqm): Cqm {
  const labels = new Set<Label>();
  const grouped = new Set<number>();
  for (const { label, left, sense, right, soft, discrete } of cqm.constraints) {
    const field = `constraint ${label}`;
    if (labels.has(label)) refuse("constraints", "each label once", label);
    labels.add(label);
    if (sense !== "<=" && sense !== ">=" && sense !== "==") refuse(`${field}.sense`, "<=, >= or ==", sense);
    if (!Number.isFinite(right)) refuse(`${field}.right`, "a finite number", right);
    if (soft !== undefined) {
      if (!(Number.isFinite(soft.weight) && soft.weight > 0)) refuse(`${field}.soft.weight`, "a number above 0", soft.weight);
      if (soft.penalty !== "linear" && soft.penalty !== "quadratic")
        refuse(`${field}.soft.penalty`, "linear or quadratic", soft.penalty);
    }
    if (!discrete) continue;
    const oneOf = left.offset === 0 && left.quadratic.length === 0 && sense === "==" && right === 1 && left.linear.length > 0;
    if (!oneOf || soft !== undefined) refuse(field, "a hard sum of binaries == 1, being discrete", { sense, right });
    for (const [i, bias] of left.linear) {
      if (bias !== 1 || cqm.variables[i]!.kind !== "binary") refuse(field, "binaries alone", cqm.variables[i]!.label);
      if (grouped.has(i)) refuse(field, "variables of no other discrete group", cqm.variables[i]!.label);
      grouped.add(i);
    }
  }
  return cqm;
}

/** A variable with its bounds filled in and checked. Throws CQM_INVALID. */
export function variableFrom({ label, kind, lower, upper }: VariableInput): CqmVariable {
  const field = `variable ${label}`;
  if (kind === "binary") return { label, kind, lower: 0, upper: 1 };
  if (kind === "spin") return { label, kind, lower: -1, upper: 1 };
  if (kind !== "integer" && kind !== "real") refuse(`${field}.kind`, "binary, spin, integer or real", kind);
  const most = kind === "integer" ? integerBound : 1e30; // dimod's own limit for reals
  const from = lower ?? 0;
  const to = upper ?? most;
  if (!(from >= -most && from <= most)) refuse(`${field}.lower`, `a number of size at most ${most}`, from);
  if (!(to >= -most && to <= most)) refuse(`${field}.upper`, `a number of size at most ${most}`, to);
  const [least, greatest] = kind === "integer" ? [Math.ceil(from) + 0, Math.floor(to) + 0] : [from, to];
  if (least > greatest) refuse(`${field}.upper`, `at least the lower bound ${from}`, to);
  return { label, kind, lower: least, upper: greatest };
}

function refuse(field: string, wanted: string, got: unknown): never {
  throw new QuantumError("CQM_INVALID", { field, wanted, got });
}
