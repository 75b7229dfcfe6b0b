// Pearson's chi-square test of goodness of fit. The tail of the distribution is the regularised upper incomplete gamma function Q(df/2, x/2):
// its series below a + 1, its continued fraction above (Lentz), each to 1e-14 (Abramowitz and Stegun 6.5.29 and 6.5.31).

/** The probability of a statistic at least this large by chance, for observed and expected counts; expected ones must be above 0. */
export function chiSquareTail(observed: readonly number[], expected: readonly number[]): number {
  if (observed.length < 2) return 1;
  const statistic = observed.reduce((sum, one, i) => sum + (one - expected[i]!) ** 2 / expected[i]!, 0);
  return upperGamma((observed.length - 1) / 2, statistic / 2);
}

/** Q(a, x), for a above 0 and x at least 0. */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = a + 1; Math.abs(term) > Math.abs(sum) * 1e-15; n++) {
      term *= x / n;
      sum += term;
    }
    return Math.max(0, 1 - front * sum);
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < 1000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / nonzero(an * d + b, tiny);
    c = nonzero(b + an / c, tiny);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return front * fraction;
}

// By halves alone, which is all that degrees of freedom need: from Γ(1/2) and Γ(1) by Γ(a + 1) = a Γ(a).
function logGamma(a: number): number {
  let sum = Number.isInteger(a) ? 0 : Math.log(Math.PI) / 2;
  for (let x = Number.isInteger(a) ? 1 : 0.5; x < a; x++) sum += Math.log(x);
  return sum;
}

function nonzero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
