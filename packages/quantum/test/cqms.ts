// Seeded constrained models that several tests use.
import { type ConstraintInput, type Cqm, cqmFrom, type ExpressionInput, type Label, type VariableInput } from "../src/index.ts";
import { Random } from "../src/random.ts";

/** What a random constrained model may hold. */
export interface CqmShape {
  readonly reals?: boolean;
  readonly soft?: boolean;
  readonly discrete?: boolean;
  readonly quadraticConstraints?: boolean;
  /** Labels that are hard to write down. */
  readonly oddLabels?: boolean;
}

/** A random model of 4 binaries, a spin, an integer and perhaps a real, with three or four constraints around a random sample, so that one is feasible. */
export function randomCqm(seed: number, shape: CqmShape = {}): Cqm {
  const random = new Random(seed, 77);
  const whole = (from: number, to: number) => from + random.below(to - from + 1);
  const name = (label: string) => (shape.oddLabels ? `${label}/"é ${seed}\\` : label);
  const variables: VariableInput[] = [
    ...["a", "b", "c", "d"].map((v) => ({ label: name(v), kind: "binary" as const })),
    { label: shape.oddLabels ? 7 : "s", kind: "spin" },
    { label: name("i"), kind: "integer", lower: whole(-3, 0), upper: whole(1, 4) },
    ...(shape.reals ? [{ label: name("r"), kind: "real" as const, lower: -1.5, upper: 2.25 }] : []),
  ];
  const labels = variables.map((v) => v.label);
  const hidden = new Map<Label, number>(
    variables.map(({ label, kind, lower = 0, upper = 1 }) => {
      if (kind === "spin") return [label, random.unit() < 0.5 ? -1 : 1];
      return [label, kind === "real" ? lower + 0.75 : whole(lower, upper)];
    }),
  );
  const expression = (quadratic: boolean, share: number): ExpressionInput => {
    const linear = labels.filter(() => random.unit() < share).map((v): [Label, number] => [v, whole(-4, 4)]);
    const pairs: [Label, Label, number][] = [];
    if (quadratic)
      for (const [k, u] of labels.entries())
        for (const v of labels.slice(k + (k > 4 ? 0 : 1))) if (random.unit() < 0.3) pairs.push([u, v, whole(-3, 3)]);
    return { linear, quadratic: pairs, offset: whole(-2, 2) };
  };
  const valueAt = ({ linear = [], quadratic = [], offset = 0 }: ExpressionInput) =>
    [...quadratic].reduce(
      (sum, [u, v, q]) => sum + q * hidden.get(u)! * hidden.get(v)!,
      [...linear].reduce((sum, [v, h]) => sum + h * hidden.get(v)!, offset),
    );
  const constraints = (["<=", ">=", "=="] as const).map((sense, k): ConstraintInput => {
    const left = expression(shape.quadraticConstraints === true && k === 0, 0.6);
    const room = sense === "==" ? 0 : whole(0, 3);
    return { label: name(`c${k}`), ...left, sense, right: valueAt(left) + (sense === "<=" ? room : -room) };
  });
  if (shape.soft)
    for (const [k, sense] of (["<=", "==", ">="] as const).entries())
      constraints.push({
        label: name(`soft${k}`),
        ...expression(false, 0.7),
        sense,
        right: whole(-2, 2),
        soft: { weight: 1.5 + k, penalty: (seed + k) % 2 === 0 ? "linear" : "quadratic" },
      });
  const discrete =
    shape.discrete && hidden.get(labels[0]!)! + hidden.get(labels[1]!)! === 1
      ? [{ label: name("one"), variables: labels.slice(0, 2) }]
      : [];
  return cqmFrom({ variables, objective: expression(true, 0.8), constraints, discrete });
}

/** Every sample of a model without reals. */
export function* everyCqmSample({ variables }: Cqm): Generator<number[]> {
  const [first, ...others] = variables.map(({ kind, lower, upper }) => {
    if (kind === "spin") return [-1, 1];
    return Array.from({ length: upper - lower + 1 }, (_, k) => lower + k);
  });
  if (!first) return yield [];
  const rest = { variables: variables.slice(1), objective: { offset: 0, linear: [], quadratic: [] }, constraints: [] };
  for (const value of first) {
    if (others.length === 0) yield [value];
    else for (const tail of everyCqmSample(rest)) yield [value, ...tail];
  }
}
