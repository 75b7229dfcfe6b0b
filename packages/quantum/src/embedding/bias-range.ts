import { type Bqm, converted } from "../models/bqm.ts";

/** What a chip can set: from and to, as in a solver's properties h_range, j_range and extended_j_range. */
export interface BiasRanges {
  readonly h: readonly [number, number];
  /** Couplings; give extended_j_range where the solver allows it, with chains strong and negative. */
  readonly j: readonly [number, number];
}

/** A model in range, and the factor that its biases, offset and energies were multiplied by. */
export interface Ranged {
  readonly model: Bqm;
  readonly factor: number;
}

/** The model as SPIN, scaled by the largest factor that keeps every bias in range, as a chip's auto-scale does; 1 for a model without biases. */
export function fittedToRanges(model: Bqm, { h, j }: BiasRanges): Ranged {
  const spin = converted(model, "SPIN");
  let most = 0; // how many times over a range is filled
  for (const bias of spin.linear) most = Math.max(most, bias / (bias < 0 ? h[0] : h[1]));
  for (const bias of spin.biases) most = Math.max(most, bias / (bias < 0 ? j[0] : j[1]));
  const factor = most === 0 ? 1 : 1 / most;
  return {
    model: {
      ...spin,
      linear: spin.linear.map((bias) => bias * factor),
      biases: spin.biases.map((bias) => bias * factor),
      offset: spin.offset * factor,
    },
    factor,
  };
}
