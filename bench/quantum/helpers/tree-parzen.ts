// The tree-structured Parzen estimator (Bergstra, Bardenet, Bengio, Kegl 2011): split observations into the best and the rest, estimate
// the density of each parameter in both by Gaussians around the observations (bandwidths: the greater gap to a neighbour, clipped) and a
// prior, draw candidates from the density of the best and take the one of the highest ratio. Each parameter on its own, conditions
// first; ten at random to begin with, the best tenth, 24 candidates, as Optuna does; ranges stay continuous.
import type { Configuration, Observation, Parameter, ParameterValue, Space } from "@entente/quantum";
import type { Draws } from "./draws.ts";

const [startup, candidates] = [10, 24];

/** The next configuration to try. */
export function treeParzen(space: Space, observations: readonly Observation[], draw: Draws): Configuration {
  if (observations.length < startup) return atRandom(space, draw);
  const sorted = observations.toSorted((a, b) => (a.value ?? 1e300) - (b.value ?? 1e300));
  const count = Math.min(25, Math.ceil(0.1 * sorted.length));
  return filled(space, (parameter) => {
    const of = (part: readonly Observation[]) =>
      part.flatMap(({ configuration }) => (parameter.name in configuration ? [configuration[parameter.name]!] : []));
    const [good, rest] = [of(sorted.slice(0, count)), of(sorted.slice(count))];
    return parameter.kind === "categorical" ? category(parameter.values, good, rest, draw) : ranged(parameter, good, rest, draw);
  });
}

/** Any configuration, ranges uniform on their scale. */
export function atRandom(space: Space, draw: Draws): Configuration {
  return filled(space, (p) => (p.kind === "categorical" ? p.values[draw.below(p.values.length)]! : fromUnit(p, draw.unit())));
}

function filled(space: Space, pick: (parameter: Parameter) => ParameterValue): Configuration {
  const configuration: Record<string, ParameterValue> = {};
  for (const parameter of space) {
    const { when } = parameter;
    if (when && !when.is.includes(configuration[when.parameter]!)) continue;
    configuration[parameter.name] = pick(parameter);
  }
  return configuration;
}

function category(
  values: readonly ParameterValue[],
  good: readonly ParameterValue[],
  rest: readonly ParameterValue[],
  draw: Draws,
): ParameterValue {
  const share = (of: readonly ParameterValue[]) =>
    values.map((v) => (of.filter((other) => other === v).length + 1) / (of.length + values.length));
  const [best, other] = [share(good), share(rest)];
  let [chosen, most] = [0, Number.NEGATIVE_INFINITY];
  for (let c = 0; c < candidates; c++) {
    let at = draw.unit();
    let k = 0;
    while (k < values.length - 1 && at >= best[k]!) at -= best[k++]!;
    if (best[k]! / other[k]! > most) [chosen, most] = [k, best[k]! / other[k]!];
  }
  return values[chosen]!;
}

type Range = Extract<Parameter, { kind: "real" | "integer" }>;

function ranged(parameter: Range, good: readonly ParameterValue[], rest: readonly ParameterValue[], draw: Draws): number {
  const [best, other] = [mixture(parameter, good), mixture(parameter, rest)];
  let [chosen, most] = [0.5, Number.NEGATIVE_INFINITY];
  for (let c = 0; c < candidates; c++) {
    const x = best.draw(draw);
    const ratio = best.density(x) / other.density(x);
    if (ratio > most) [chosen, most] = [x, ratio];
  }
  return fromUnit(parameter, chosen);
}

// Gaussians cut to 0..1, and one over all of it.
function mixture(parameter: Range, values: readonly ParameterValue[]) {
  const centres = values.map((v) => toUnit(parameter, Number(v))).sort((a, b) => a - b);
  const least = 1 / Math.min(100, centres.length + 2);
  const parts = centres.map((centre, i) => {
    const gap = Math.max(centre - (centres[i - 1] ?? 0), (centres[i + 1] ?? 1) - centre);
    return { centre, width: Math.min(1, Math.max(least, gap)) };
  });
  parts.push({ centre: 0.5, width: 1 });
  return {
    draw(draw: Draws): number {
      const { centre, width } = parts[draw.below(parts.length)]!;
      for (;;) {
        const x = centre + width * draw.normal();
        if (x >= 0 && x <= 1) return x;
      }
    },
    density: (x: number) =>
      parts.reduce((sum, { centre, width }) => {
        const mass = normalBelow((1 - centre) / width) - normalBelow(-centre / width);
        return sum + Math.exp(-(((x - centre) / width) ** 2) / 2) / (width * mass);
      }, 1e-12) / parts.length,
  };
}

function toUnit({ lower, upper, scale }: Range, v: number): number {
  return scale === "log" ? Math.log(v / lower) / Math.log(upper / lower) : (v - lower) / (upper - lower);
}

function fromUnit({ kind, lower, upper, scale }: Range, t: number): number {
  const v = scale === "log" ? lower * (upper / lower) ** t : lower + (upper - lower) * t;
  return kind === "integer" ? Math.round(v) : v;
}

// The logistic approximation of the normal distribution (error below 2e-4: Bowling et al. 2009).
const normalBelow = (x: number) => 1 / (1 + Math.exp(-(0.07056 * x ** 3 + 1.5976 * x)));
