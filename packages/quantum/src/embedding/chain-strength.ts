import type { Bqm } from "../models/bqm.ts";

/**
 * Uniform torque compensation: prefactor * rms of the couplings * sqrt(mean degree), the strength at which a chain withstands the
 * random torque of its neighbours (D-Wave's default; Raymond, Ndiaye, Rayaprolu, King 2020). 1 for a model without couplings.
 */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the default is D-Wave's 1.414, to the digit
export function torqueCompensation({ size, biases }: Bqm, prefactor = 1.414): number {
  if (biases.length === 0) return 1;
  let squares = 0;
  for (const bias of biases) squares += bias * bias;
  return prefactor * Math.sqrt(squares / biases.length) * Math.sqrt((2 * biases.length) / size);
}

/** A strength in proportion to the largest bias of the model, linear or quadratic; 1 for a model without couplings. */
export function scaledStrength({ linear, biases }: Bqm, prefactor = 1): number {
  if (biases.length === 0) return 1;
  let most = 0;
  for (const bias of linear) most = Math.max(most, Math.abs(bias));
  for (const bias of biases) most = Math.max(most, Math.abs(bias));
  return prefactor * most;
}
