// Seeded models that several tests use.
import { type Bqm, bqmFromPairs, energyOf, type Vartype } from "../src/index.ts";
import { Random } from "../src/random.ts";

/** A random model: each pair coupled with probability `density`, biases whole numbers or reals in [-5, 5]. */
export function randomModel(
  seed: number,
  size: number,
  { vartype = "SPIN", density = 0.5, whole = false }: { vartype?: Vartype; density?: number; whole?: boolean } = {},
): Bqm {
  const random = new Random(seed);
  const bias = () => (whole ? random.below(11) - 5 : random.unit() * 10 - 5);
  const [rows, columns, biases]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) {
      if (random.unit() >= density) continue;
      rows.push(i);
      columns.push(j);
      biases.push(bias());
    }
  }
  return bqmFromPairs({
    vartype,
    size,
    linear: Float64Array.from({ length: size }, bias),
    rows,
    columns,
    biases,
    offset: bias(),
  });
}

/** The lowest energy of a model, by trying every sample the plain way. */
export function bruteForce(model: Bqm, energyOf: (m: Bqm, s: number[]) => number): number {
  let best = Number.POSITIVE_INFINITY;
  const low = model.vartype === "SPIN" ? -1 : 0;
  for (let bits = 0; bits < 2 ** model.size; bits++) {
    best = Math.min(
      best,
      energyOf(
        model,
        Array.from({ length: model.size }, (_, i) => ((bits >> i) & 1 ? 1 : low)),
      ),
    );
  }
  return best;
}

/** Mean and standard deviation of the energy of a small SPIN model in equilibrium at an inverse temperature, by enumeration. */
export function boltzmann(model: Bqm, beta: number): { readonly mean: number; readonly deviation: number } {
  let [weight, first, second] = [0, 0, 0];
  for (let bits = 0; bits < 2 ** model.size; bits++) {
    const energy = energyOf(
      model,
      Array.from({ length: model.size }, (_, i) => ((bits >> i) & 1 ? 1 : -1)),
    );
    const w = Math.exp(-beta * energy);
    weight += w;
    first += w * energy;
    second += w * energy * energy;
  }
  const mean = first / weight;
  return { mean, deviation: Math.sqrt(second / weight - mean * mean) };
}
