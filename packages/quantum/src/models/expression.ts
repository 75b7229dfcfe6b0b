// A quadratic expression over the variables of a constrained model: offset + sum a_i v_i + sum b_ij v_i v_j, where i = j is a square.
// Plain sorted tuples: these models are written by people and have thousands of terms, not millions.
import { QuantumError } from "../errors.ts";

/** An expression by variable index: each variable once in `linear`, each pair once (first <= second) in `quadratic`, both sorted. */
export interface Expression {
  readonly offset: number;
  readonly linear: readonly (readonly [number, number])[];
  readonly quadratic: readonly (readonly [number, number, number])[];
}

/** What a variable may be, and the least and greatest value it may take. */
export interface Domain {
  readonly kind: "binary" | "spin" | "integer" | "real";
  readonly lower: number;
  readonly upper: number;
}

/**
 * The expression in its one form: repeated terms add up, x*x of a binary becomes x, s*s of a spin becomes 1, and terms of 0 go.
 * Throws CQM_INVALID.
 */
export function expressionFrom(
  field: string,
  domains: readonly Domain[],
  terms: {
    readonly offset?: number;
    readonly linear?: Iterable<readonly [number, number]>;
    readonly quadratic?: Iterable<readonly [number, number, number]>;
  },
): Expression {
  let offset = terms.offset ?? 0;
  const linear = new Map<number, number>();
  const quadratic = new Map<number, number>(); // keyed by first * size + second
  const size = domains.length;
  for (const [i, bias] of terms.linear ?? []) linear.set(i, (linear.get(i) ?? 0) + bias);
  for (const [u, v, bias] of terms.quadratic ?? []) {
    const kind = domains[u]?.kind;
    if (u === v && kind === "binary") linear.set(u, (linear.get(u) ?? 0) + bias);
    else if (u === v && kind === "spin") offset += bias;
    else {
      const key = Math.min(u, v) * size + Math.max(u, v);
      quadratic.set(key, (quadratic.get(key) ?? 0) + bias);
    }
  }
  for (const value of [offset, ...linear.values(), ...quadratic.values()])
    if (!Number.isFinite(value)) throw new QuantumError("CQM_INVALID", { field, wanted: "finite numbers", got: value });
  const byIndex = (a: readonly [number, number], b: readonly [number, number]) => a[0] - b[0];
  return {
    offset: offset + 0,
    linear: [...linear].filter(([, bias]) => bias !== 0).sort(byIndex),
    quadratic: [...quadratic]
      .filter(([, bias]) => bias !== 0)
      .sort(byIndex)
      .map(([key, bias]) => [Math.floor(key / size), key % size, bias] as const),
  };
}

/** The value at a sample, one value a variable, unchecked. */
export function expressionValue({ offset, linear, quadratic }: Expression, sample: ArrayLike<number>): number {
  let value = offset;
  for (const [i, bias] of linear) value += bias * sample[i]!;
  for (const [u, v, bias] of quadratic) value += bias * sample[u]! * sample[v]!;
  return value;
}

/** The variables an expression speaks of, sorted. */
export function variablesOf({ linear, quadratic }: Expression): readonly number[] {
  const indexes = new Set(linear.map(([i]) => i));
  for (const [u, v] of quadratic) indexes.add(u).add(v);
  return [...indexes].sort((a, b) => a - b);
}
