// A clause is broken when all its literals are false: a product of x (for a negated one) and 1 - x. Written out, a clause of k literals is
// a polynomial of degree k; above 2 it is reduced to quadratic (models/polynomial.ts) and the product bits are variables of the model.
import { cqmFrom } from "../models/cqm.ts";
import { polynomialFrom, quadraticFrom } from "../models/polynomial.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, number, optional, record } from "../problem-input.ts";

const longest = 12; // literals of a clause, written out as up to 2^12 terms
const mostTerms = 500_000;

/** MAX-k-SAT: clauses as DIMACS writes them, literals from 1, negative when negated. */
export default defineProblem({
  name: "satisfiability",
  description: "Finds truth values that break as few clauses as possible, or the least weight of them (MAX-k-SAT).",
  input: {
    clauses: list(
      "the clauses",
      record("a clause", {
        literals: list(
          "variables from 1, negative when negated; one must be true",
          number("a literal", { minimum: -100_000, maximum: 100_000, whole: true }),
          {
            maximum: longest,
          },
        ),
        weight: optional(number("what breaking it costs", { minimum: 0 }), 1),
      }),
      { maximum: 100_000 },
    ),
  },
  example: { clauses: [{ literals: [1, 2, 3] }, { literals: [-1, 2, -3] }, { literals: [-2] }] },
  build({ clauses }, refuse) {
    const used = new Set<number>();
    for (const [k, { literals }] of clauses.entries())
      for (const [i, literal] of literals.entries()) {
        if (literal === 0) refuse(`clauses[${k}].literals[${i}]`, "a variable from 1, negative when negated", 0);
        used.add(Math.abs(literal));
      }
    const written = clauses.reduce((sum, { literals }) => sum + 2 ** literals.filter((l) => l > 0).length, 0);
    if (written > mostTerms) refuse("clauses", `at most ${mostTerms} terms when written out`, written);
    const variables = [...used].sort((a, b) => a - b);
    const at = new Map(variables.map((v, i) => [v, i]));
    const terms = clauses.flatMap(({ literals, weight }) => {
      const distinct = [...new Set(literals)];
      if (distinct.some((l) => distinct.includes(-l))) return []; // x or not x: always true
      let products: [number[], number][] = [[[], weight]];
      for (const l of distinct) {
        products =
          l < 0
            ? products.map(([of, bias]) => [[...of, -l], bias])
            : products.flatMap(([of, bias]): [number[], number][] => [
                [of, bias],
                [[...of, l], -bias],
              ]);
      }
      return products;
    });
    const { model } = quadraticFrom(polynomialFrom({ vartype: "BINARY", terms, variables }));
    const cqm = cqmFrom({
      variables: Array.from({ length: model.size }, (_, label) => ({ label, kind: "binary" })),
      objective: {
        offset: model.offset,
        linear: Array.from(model.linear, (bias, i): [number, number] => [i, bias]),
        quadratic: Array.from(model.biases, (bias, k): [number, number, number] => [model.rows[k]!, model.columns[k]!, bias]),
      },
    });
    return {
      cqm,
      answer(sample) {
        const isTrue = (literal: number) => (sample[at.get(Math.abs(literal))!] === 1) === literal > 0;
        const broken = clauses.flatMap(({ literals }, k) => (literals.some(isTrue) ? [] : [k]));
        const cost = broken.reduce((sum, k) => sum + clauses[k]!.weight, 0);
        const assignment = Object.fromEntries(variables.map((v, i) => [v, sample[i] === 1]));
        return { feasible: true, violations: [], satisfied: broken.length === 0, broken, cost, assignment };
      },
    };
  },
});
