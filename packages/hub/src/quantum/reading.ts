import { type Bqm, bqmFromTerms, isingFormat, maxCutFormat, maxCutModel, parse, qFormat, quboFormat } from "@entente/quantum";
import { defineErrors } from "../base/errors.ts";

export const quantumErrors = defineErrors({
  PROBLEM_MISSING: {
    status: 400,
    text: (_: Record<string, never>) => "wanted a problem: either `terms` (linear and quadratic) or `text` with its `format`",
  },
});

/** File formats that are read, and what they mean. */
export const problemFormats = ["qubo", "ising", "mc", "q"] as const;
export type ProblemFormat = (typeof problemFormats)[number];

/** A model ready to solve, and how its energy reads in the problem's own terms. */
export interface Problem {
  readonly model: Bqm;
  /** What the file maximises (a cut, a QUBO's value), from an energy; undefined when the energy is what is asked for. */
  readonly objective: ((energy: number) => number) | undefined;
}

/** Reads a problem in one of the file formats. Throws the codes of @entente/quantum with line numbers. */
export function readProblem(text: string, format: ProblemFormat): Problem {
  switch (format) {
    case "qubo":
      return { model: parse(quboFormat, text), objective: undefined };
    case "ising":
      return { model: parse(isingFormat, text), objective: undefined };
    case "q":
      return { model: parse(qFormat, text), objective: (energy) => -energy };
    case "mc":
      return { model: maxCutModel(parse(maxCutFormat, text)), objective: (energy) => -energy };
  }
}

/** A model from terms as a client writes them. */
export function problemFromTerms(terms: {
  vartype: "BINARY" | "SPIN";
  linear: readonly (readonly [string | number, number])[];
  quadratic: readonly (readonly [string | number, string | number, number])[];
  offset: number;
}): Problem {
  return { model: bqmFromTerms(terms), objective: undefined };
}
