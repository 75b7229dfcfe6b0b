import { type Bqm, bqmFromTerms, isingFormat, maxCutFormat, maxCutModel, parse, qFormat, quboFormat } from "@entente/quantum";
import type { ProblemFormat, Terms } from "./problem-formats.ts";

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
export function problemFromTerms(terms: Terms): Problem {
  return { model: bqmFromTerms(terms), objective: undefined };
}
