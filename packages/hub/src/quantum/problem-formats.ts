/** File formats that are read: qbsolv's QUBO, Ising lines, Max-Cut (Gset) and OR-Library's QUBO, which maximises. */
export const problemFormats = ["qubo", "ising", "mc", "q"] as const;
export type ProblemFormat = (typeof problemFormats)[number];

/** A model as clients write it: biases of variables and couplings of pairs, by any labels. */
export interface Terms {
  readonly vartype: "BINARY" | "SPIN";
  readonly linear: readonly (readonly [string | number, number])[];
  readonly quadratic: readonly (readonly [string | number, string | number, number])[];
  readonly offset: number;
}
