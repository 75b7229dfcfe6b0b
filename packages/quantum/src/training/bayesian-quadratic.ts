// A quadratic model drawn from its posterior (BOCS, Baptista and Poloczek 2018; Thompson sampling). Weights are normal a priori, those
// of pairs within a parameter are 0; with features as in hyper-space.ts an ordered parameter is then a random walk over its levels, and
// pairs of parameters are products of such. The draw is exact and needs no matrix of the size of the weights: draw weights and noise
// from the prior, then correct them by what the observations say differently (Matheron's rule; Wilson et al. 2020), which takes one
// Cholesky factor of the size of the observations. Noise and the shares of linear and pair weights are those of the highest marginal
// likelihood on a small grid. Rejected: the horseshoe prior of BOCS (a Gibbs sampler over thousands of weights, for no gain seen here).
import type { Pauses } from "../pauses.ts";
import type { Random } from "../random.ts";
import { type Evidence, normal, type Quadratics } from "./surrogate.ts";

interface Prior {
  readonly noise: number;
  /** Variances of the constant, of a linear weight and of a pair's. */
  readonly constant: number;
  readonly linear: number;
  readonly pair: number;
}

/** The observations as the posterior needs them; draws of several seeds share one. */
export interface Posterior {
  readonly evidence: Evidence;
  readonly prior: Prior;
  /** Lower Cholesky factor of the observations' covariance, row by row. */
  readonly factor: Float64Array;
}

/** Finds the prior that explains the observations best. Throws the signal's reason. */
export async function posterior(evidence: Evidence, pauses: Pauses): Promise<Posterior> {
  const { features, values, parameter } = evidence;
  const count = features.length;
  const parameters = Math.max(...parameter) + 1;
  const sums = new Float64Array(count * count); // sum over parameters of the likeness of two observations, and of its square
  const squares = new Float64Array(count * count);
  const own = new Float64Array(parameters);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      own.fill(0);
      for (let i = 0; i < parameter.length; i++) own[parameter[i]!]! += features[a]![i]! * features[b]![i]!;
      for (const k of own) {
        sums[a * count + b]! += k;
        squares[a * count + b]! += k * k;
      }
    }
    if (pauses.due(a * parameter.length)) await pauses.take();
  }
  let best: Posterior | undefined;
  let most = Number.NEGATIVE_INFINITY;
  const pairs = Math.max(1, (parameters * (parameters - 1)) / 2);
  for (const noise of [0.001, 0.01, 0.1, 0.4]) {
    for (const scale of [1, 4]) {
      for (const share of [0.9, 0.5, 0.2]) {
        const prior = { noise, constant: 1, linear: (scale * share) / parameters, pair: (scale * (1 - share)) / pairs };
        const factor = new Float64Array(count * count);
        for (let k = 0; k < factor.length; k++)
          factor[k] = prior.constant + prior.linear * sums[k]! + (prior.pair * (sums[k]! ** 2 - squares[k]!)) / 2;
        for (let a = 0; a < count; a++) factor[a * count + a]! += noise;
        factorise(factor, count);
        const white = forward(factor, values);
        let likelihood = 0;
        for (let a = 0; a < count; a++) likelihood -= white[a]! ** 2 / 2 + Math.log(factor[a * count + a]!);
        if (likelihood > most) [most, best] = [likelihood, { evidence, prior, factor }];
        if (pauses.due(count ** 3 / 6)) await pauses.take();
      }
    }
  }
  return best!;
}

/** Draws a quadratic model; `heat` 1 is the posterior itself, 0 its mean. Throws the signal's reason. */
export async function drawn(
  { evidence, prior, factor }: Posterior,
  random: Random,
  heat: number,
  pauses: Pauses,
): Promise<Quadratics> {
  const { features, values, parameter } = evidence;
  const n = parameter.length;
  const draw = (variance: number) => heat * Math.sqrt(variance) * normal(() => random.unit());
  const linear = Float64Array.from({ length: n }, () => draw(prior.linear));
  const pair = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) if (parameter[i] !== parameter[j]) pair[i * n + j] = draw(prior.pair);
    if (pauses.due(10 * (n - i))) await pauses.take();
  }
  const constant = draw(prior.constant);
  const gap = new Float64Array(features.length);
  for (const [a, row] of features.entries()) {
    let sum = values[a]! - constant - draw(prior.noise);
    for (let i = 0; i < n; i++) {
      let field = linear[i]!;
      for (let j = i + 1; j < n; j++) field += pair[i * n + j]! * row[j]!;
      sum -= row[i]! * field;
    }
    gap[a] = sum;
    if (pauses.due((n * n) / 2)) await pauses.take();
  }
  const pull = backward(factor, forward(factor, gap));
  for (const [a, row] of features.entries()) {
    for (let i = 0; i < n; i++) {
      const by = pull[a]! * row[i]!;
      if (by === 0) continue;
      linear[i]! += prior.linear * by;
      for (let j = i + 1; j < n; j++) if (parameter[i] !== parameter[j]) pair[i * n + j]! += prior.pair * by * row[j]!;
    }
    if (pauses.due((n * n) / 2)) await pauses.take();
  }
  return { linear, pair };
}

// Cholesky in place, lower triangle.
function factorise(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / matrix[j * n + j]!;
    }
  }
}

function forward(factor: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}

function backward(factor: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  const x = right.slice();
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!;
    x[i]! /= factor[i * n + i]!;
  }
  return x;
}
