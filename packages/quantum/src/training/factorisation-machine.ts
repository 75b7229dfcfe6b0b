// A factorisation machine of second order (Rendle 2010): the weight of a pair of features is the product of their `rank` factors, so
// pairs that were never seen together still get one. Trained by alternating least squares with a ridge, one weight after the other in
// closed form (Rendle et al. 2011): no learning rate, which few observations would not forgive. Used to tune by annealing, a quadratic
// model being a QUBO (FMQA, Kitai et al. 2020).
import type { Pauses } from "../pauses.ts";
import type { Random } from "../random.ts";
import { type Evidence, normal, type Quadratics } from "./surrogate.ts";

const rank = 6;
const sweeps = 40;
const ridge = 0.3;

/**
 * A factorisation machine trained on observations drawn with replacement (a bootstrap: machines of several seeds differ where little is
 * known). Throws the signal's reason.
 */
export async function factorisationMachine(evidence: Evidence, random: Random, pauses: Pauses): Promise<Quadratics> {
  const all = evidence.features.length;
  const drawn = Array.from({ length: all }, () => random.below(all));
  const rows = drawn.map((d) => evidence.features[d]!);
  const n = evidence.parameter.length;
  const linear = new Float64Array(n);
  const factors = Float64Array.from({ length: rank * n }, () => 0.1 * normal(() => random.unit()));
  // What is not explained yet, and each observation's sum of factors times features.
  const sums = Array.from({ length: rank }, (_, f) =>
    Float64Array.from(rows, (row) => row.reduce((sum, x, i) => sum + factors[f * n + i]! * x, 0)),
  );
  const left = Float64Array.from(rows, (row, d) => {
    let value = evidence.values[drawn[d]!]!;
    for (let f = 0; f < rank; f++) {
      let squares = 0;
      for (let i = 0; i < n; i++) squares += (factors[f * n + i]! * row[i]!) ** 2;
      value -= (sums[f]![d]! ** 2 - squares) / 2;
    }
    return value;
  });
  for (let s = 0; s < sweeps; s++) {
    // The constant changes no comparison, so it is not kept.
    const shift = left.reduce((sum, v) => sum + v, 0) / all;
    for (let d = 0; d < all; d++) left[d]! -= shift;
    for (let i = 0; i < n; i++) {
      let [over, under] = [0, ridge];
      for (let d = 0; d < all; d++) {
        const h = rows[d]![i]!;
        over += h * (left[d]! + h * linear[i]!);
        under += h * h;
      }
      const change = over / under - linear[i]!;
      linear[i]! += change;
      for (let d = 0; d < all; d++) left[d]! -= change * rows[d]![i]!;
    }
    for (let f = 0; f < rank; f++) {
      const sum = sums[f]!;
      for (let i = 0; i < n; i++) {
        const own = factors[f * n + i]!;
        let [over, under] = [0, ridge];
        for (let d = 0; d < all; d++) {
          const x = rows[d]![i]!;
          const h = x * (sum[d]! - own * x);
          over += h * (left[d]! + h * own);
          under += h * h;
        }
        const change = over / under - own;
        factors[f * n + i]! += change;
        for (let d = 0; d < all; d++) {
          const x = rows[d]![i]!;
          left[d]! -= change * x * (sum[d]! - own * x);
          sum[d]! += change * x;
        }
      }
      if (pauses.due(4 * n * all)) await pauses.take();
    }
  }
  const pair = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      for (let f = 0; f < rank; f++) pair[i * n + j]! += factors[f * n + i]! * factors[f * n + j]!;
    }
  }
  return { linear, pair };
}
