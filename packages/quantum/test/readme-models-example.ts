import { cqmFrom, dimodCqmFormat, loadProblem, lpFormat, print, solveCqm, solveProblem } from "../src/index.ts";

// At most 8 hours in all; a crate needs 3, a chair 2, and a customer would like at least two chairs.
const workshop = cqmFrom({
  variables: [
    { label: "crates", kind: "integer", upper: 5 },
    { label: "chairs", kind: "integer", upper: 5 },
  ],
  objective: {
    linear: [
      ["crates", -5],
      ["chairs", -3],
    ],
  },
  constraints: [
    {
      label: "hours",
      linear: [
        ["crates", 3],
        ["chairs", 2],
      ],
      sense: "<=",
      right: 8,
    },
    { label: "wish", linear: [["chairs", 1]], sense: ">=", right: 2, soft: { weight: 2, penalty: "linear" } },
  ],
});
const { assignment, feasible, energy } = await solveCqm(workshop);
console.log(Object.fromEntries(assignment), feasible, energy);
console.log(dimodCqmFormat.parse(dimodCqmFormat.bytes(workshop)).constraints.length);

// The same kind of thing by a builder, in the user's terms.
const knapsack = await loadProblem("knapsack");
const problem = knapsack.build({
  capacity: 7,
  items: [
    { name: "tent", value: 9, weight: 5 },
    { name: "stove", value: 5, weight: 3 },
    { name: "lamp", value: 4, weight: 2 },
  ],
});
const { answer } = await solveProblem(problem);
console.log(answer.chosen, answer.value, answer.violations);
console.log(print(lpFormat, problem.cqm).split("\n").length);
