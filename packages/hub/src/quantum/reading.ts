import {
  type Answer,
  type Bqm,
  bqmFromTerms,
  type Cqm,
  cqmFrom,
  dimodBqmFormat,
  dimodCqmFormat,
  isingFormat,
  loadProblem,
  lpFormat,
  maxCutFormat,
  maxCutModel,
  parse,
  polynomialFrom,
  qFormat,
  quadraticFrom,
  quboFormat,
} from "@entente/quantum";
import type { ProblemFormat, ProblemSource } from "./problem-source.ts";

/** A model without constraints. */
export interface PlainProblem {
  readonly kind: "bqm";
  readonly model: Bqm;
  /** Whether its energy is minus what is asked for: a cut, a QUBO's value. */
  readonly maximise: boolean;
}

/** A model with constraints, and what a sample of it says in the user's terms where a builder made it. */
export interface ConstrainedProblem {
  readonly kind: "cqm";
  readonly model: Cqm;
  readonly answer?: (sample: ArrayLike<number>) => Answer;
}

/** A model ready to solve. */
export type ReadProblem = PlainProblem | ConstrainedProblem;

/** Reads a model. Throws the codes of @entente/quantum, for texts with line numbers. */
export async function readProblem(source: ProblemSource): Promise<ReadProblem> {
  if ("terms" in source) return plain(bqmFromTerms(source.terms));
  if ("polynomial" in source) return plain(quadraticFrom(polynomialFrom(source.polynomial)).model);
  if ("cqm" in source) return { kind: "cqm", model: cqmFrom(source.cqm) };
  if ("text" in source) return readText(source.text, source.format);
  if ("bytes" in source) {
    const isConstrained = Buffer.from(source.bytes.subarray(0, dimodMagic.length)).toString("latin1") === dimodMagic;
    if (isConstrained) return { kind: "cqm", model: dimodCqmFormat.parse(source.bytes) };
    return plain(dimodBqmFormat.parse(source.bytes), source.maximise);
  }
  const { cqm, answer } = (await loadProblem(source.builder)).build(source.input);
  return { kind: "cqm", model: cqm, answer };
}

const dimodMagic = "DIMODCQM";

function readText(text: string, format: ProblemFormat): ReadProblem {
  switch (format) {
    case "qubo":
      return plain(parse(quboFormat, text));
    case "ising":
      return plain(parse(isingFormat, text));
    case "q":
      return plain(parse(qFormat, text), true);
    case "mc":
      return plain(maxCutModel(parse(maxCutFormat, text)), true);
    case "lp":
      return { kind: "cqm", model: parse(lpFormat, text) };
  }
}

function plain(model: Bqm, maximise = false): PlainProblem {
  return { kind: "bqm", model, maximise };
}
