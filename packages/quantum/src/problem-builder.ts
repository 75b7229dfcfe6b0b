// A problem in the user's terms, and back: a builder takes one plain JSON object and gives a constrained model and a decoder. The
// decoder never trusts the penalty energy: it judges a sample by the problem's own data and says in words what is wrong with it.
import type { Bqm } from "./models/bqm.ts";
import type { Cqm } from "./models/cqm.ts";
import { cqmBits } from "./models/cqm-bits.ts";
import { penalised, surePenalties } from "./models/cqm-penalties.ts";
import { type Fields, type Read, type Refuse, readInput, record, refusalOf } from "./problem-input.ts";
import { type CqmSolution, type SolveCqmOptions, solveCqm } from "./solve-cqm.ts";

/** Plain JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An answer in the user's terms: plain JSON that says whether the sample keeps the rules and, if not, which it breaks. */
export interface Answer {
  readonly feasible: boolean;
  readonly violations: readonly string[];
  readonly [field: string]: Json;
}

/** A problem as a model. */
export interface Problem {
  readonly cqm: Cqm;
  /** What a sample of `cqm` (one value a variable) says about the problem. */
  answer(sample: ArrayLike<number>): Answer;
}

/** Builds problems of one kind. */
export interface ProblemBuilder {
  /** Kebab-case, the same as the file's name. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  /** The input as JSON Schema, plain data. */
  readonly input: Readonly<Record<string, unknown>>;
  /** A small input that builds. */
  readonly example: Json;
  /** Builds a problem from one plain JSON object. Throws PROBLEM_INVALID, and CQM_CONSTRAINT_IMPOSSIBLE where no answer can keep the rules. */
  build(input: unknown): Problem;
}

/** Declares a builder: its input is read and checked before `build` sees it. */
export function defineProblem<F extends Fields>(of: {
  readonly name: string;
  readonly description: string;
  readonly input: F;
  readonly example: Json;
  readonly build: (input: Read<F>, refuse: Refuse) => Problem;
}): ProblemBuilder {
  const { name, description, input, example, build } = of;
  const { schema } = record(description, input);
  return Object.freeze({
    name,
    description,
    input: schema,
    example,
    build: (given: unknown) => build(readInput(name, input, given), refusalOf(name)),
  });
}

/** A problem as a BINARY model whose lowest samples are its best answers, and the way back from a sample of it. Throws CQM_CONSTRAINT_IMPOSSIBLE. */
export function problemModel({ cqm, answer }: Problem): { readonly model: Bqm; decode(sample: ArrayLike<number>): Answer } {
  const bits = cqmBits(cqm);
  return { model: penalised(bits, surePenalties(bits)), decode: (sample) => answer(bits.read(sample)) };
}

/** Solves a problem with penalties that are raised until the sample is feasible. Throws as `solveCqm`. */
export async function solveProblem(
  problem: Problem,
  options: SolveCqmOptions = {},
): Promise<{ readonly answer: Answer; readonly solution: CqmSolution }> {
  const solution = await solveCqm(problem.cqm, options);
  return { answer: problem.answer(solution.sample), solution };
}
