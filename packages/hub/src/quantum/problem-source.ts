import type { CqmInput } from "@entente/quantum";
import type { Json } from "../base/json.ts";

/** Text formats that are read: qbsolv's QUBO, Ising lines, Max-Cut (Gset), OR-Library's QUBO, which maximises, and LP with constraints. */
export const problemFormats = ["qubo", "ising", "mc", "q", "lp"] as const;
export type ProblemFormat = (typeof problemFormats)[number];

/** A model as clients write it: biases of variables and couplings of pairs, by any labels. */
export interface Terms {
  readonly vartype: "BINARY" | "SPIN";
  readonly linear: readonly (readonly [string | number, number])[];
  readonly quadratic: readonly (readonly [string | number, string | number, number])[];
  readonly offset: number;
}

/** A polynomial of any degree: each term is a list of labels and a bias. */
export interface PolynomialTerms {
  readonly vartype: "BINARY" | "SPIN";
  readonly terms: readonly (readonly [readonly (string | number)[], number])[];
}

/**
 * A model on its way to the solver thread: terms, a polynomial, a constrained model in plain JSON, a file's text, the bytes of a dimod file
 * (`maximise`: what they came from maximises, and the energy is minus that), or the input of a problem builder.
 */
export type ProblemSource =
  | { readonly terms: Terms }
  | { readonly polynomial: PolynomialTerms }
  | { readonly cqm: CqmInput }
  | { readonly text: string; readonly format: ProblemFormat }
  | { readonly bytes: Uint8Array; readonly maximise?: boolean }
  | { readonly builder: string; readonly input: Json };
