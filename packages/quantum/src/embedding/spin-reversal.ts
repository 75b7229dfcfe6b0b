// Spin-reversal transforms: some variables are turned around before a model goes to a chip and back in its answers. Energies stay,
// while the chip's own leanings average out over several such transforms.
import { type Bqm, bqmFromPairs, converted } from "../models/bqm.ts";
import { Random } from "../random.ts";
import type { SampleSet } from "../sample-set.ts";

/** A random transform: -1 for each variable to turn around, +1 for the others. */
export function randomReversal(size: number, seed: number): Int8Array {
  const random = new Random(seed);
  return Int8Array.from({ length: size }, () => ((random.next() & 1) === 1 ? 1 : -1));
}

/** The model with variables turned around, in the vartype it came in. */
export function reversed(model: Bqm, reversal: Int8Array): Bqm {
  const spin = converted(model, "SPIN");
  const { rows, columns } = spin;
  const linear = spin.linear.map((bias, i) => bias * reversal[i]!);
  const biases = spin.biases.map((bias, k) => bias * reversal[rows[k]!]! * reversal[columns[k]!]!);
  return converted(bqmFromPairs({ ...spin, linear, biases }), model.vartype);
}

/** Samples of a reversed model as samples of the model itself. */
export function unreversed(samples: SampleSet, reversal: Int8Array): SampleSet {
  const values = samples.values.map((value, at) => {
    if (reversal[at % samples.size] === 1) return value;
    return samples.vartype === "SPIN" ? -value : 1 - value;
  });
  return { ...samples, values };
}
