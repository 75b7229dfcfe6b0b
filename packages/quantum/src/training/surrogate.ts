/** What a model of the observations thinks of a configuration's features f: sum of linear_i f_i + sum over i < j of pair_ij f_i f_j. */
export interface Quadratics {
  readonly linear: Float64Array;
  /** size x size, row by row; above the diagonal alone. */
  readonly pair: Float64Array;
}

/** Features of the observations, one row each, and what was observed, standardised. */
export interface Evidence {
  readonly features: readonly Float64Array[];
  readonly values: Float64Array;
  /** The parameter that each feature belongs to. */
  readonly parameter: Int32Array;
}

/** What a model thinks of features. */
export function thought({ linear, pair }: Quadratics, features: Float64Array): number {
  const n = features.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (features[i] === 0) continue;
    let field = linear[i]!;
    for (let j = i + 1; j < n; j++) field += pair[i * n + j]! * features[j]!;
    sum += features[i]! * field;
  }
  return sum;
}

/** A number of the standard normal distribution (Box and Muller 1958). */
export function normal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}
