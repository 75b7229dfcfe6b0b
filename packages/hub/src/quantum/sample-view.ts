// Samples as clients see them.
import { type Bqm, type Cqm, type Label, labelOf, type SampleSet, sampleAt } from "@entente/quantum";
import type { FoundSample } from "./solve-order.ts";

const namedVariables = 5000;
const energyLevels = 200;

/** The lowest samples, at most so many. */
export function foundSamples(model: Bqm, samples: SampleSet, most: number): FoundSample[] {
  return Array.from({ length: Math.min(most, samples.count) }, (_, r) => {
    const values = sampleAt(samples, r);
    return {
      energy: samples.energies[r]!,
      occurrences: samples.occurrences[r]!,
      sample: valuesByVariable({ length: model.size, at: (i) => labelOf(model, i) }, values),
      bits: Array.from(values, (value) => (value > 0 ? "+" : "-")).join(""),
    };
  });
}

/** A sample of a model with constraints. */
export function constrainedSample(
  { variables }: Cqm,
  values: ArrayLike<number>,
  energy: number,
  occurrences: number,
): FoundSample {
  const areBits = variables.every(({ kind }) => kind === "binary" || kind === "spin");
  return {
    energy,
    occurrences,
    sample: valuesByVariable(
      variables.map(({ label }) => label),
      values,
    ),
    bits: areBits ? Array.from(values, (value) => (value > 0 ? "+" : "-")).join("") : null,
  };
}

/** A sample's values by variable; null when there are too many. */
export function valuesByVariable(
  labels: { readonly length: number; at(i: number): Label | undefined },
  values: ArrayLike<number>,
): Record<string, number> | null {
  if (labels.length > namedVariables) return null;
  return Object.fromEntries(Array.from(values, (value, i) => [String(labels.at(i)), value]));
}

/** How often each energy occurs among the samples, lowest first; of very many energies the lowest. */
export function histogramOf({ energies, occurrences }: Pick<SampleSet, "energies" | "occurrences">): [number, number][] {
  const counts = new Map<number, number>();
  for (const [r, energy] of energies.entries()) counts.set(energy, (counts.get(energy) ?? 0) + occurrences[r]!);
  return [...counts].sort((a, b) => a[0] - b[0]).slice(0, energyLevels);
}
