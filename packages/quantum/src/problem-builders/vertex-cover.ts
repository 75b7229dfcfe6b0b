import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

/** Minimum vertex cover (Lucas 2014, section 4.3): the variable says that a node is left out, so that an edge is a pair not both left out. */
export default defineProblem({
  name: "vertex-cover",
  description: "Chooses as few nodes of a graph as possible so that every edge has a chosen end.",
  input: graphFields,
  example: {
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  },
  build(input, refuse) {
    const { names, edges } = namedGraph(input, refuse);
    const out = (i: number) => `without ${names[i]}`;
    const cqm = cqmFrom({
      variables: names.map((_, i) => ({ label: out(i), kind: "binary" })),
      objective: { offset: names.length, linear: names.map((_, i) => [out(i), -1]) },
      constraints: edges.map(({ from, to }, k) => ({
        label: `edge ${k}`,
        linear: [from, to].map((i) => [out(i), 1] as const),
        sense: "<=",
        right: 1,
      })),
    });
    return {
      cqm,
      answer(sample) {
        const chosen = names.filter((_, i) => sample[i] === 0);
        const violations = edges
          .filter(({ from, to }) => sample[from] === 1 && sample[to] === 1)
          .map(({ from, to }) => `the edge of ${names[from]} and ${names[to]} is not covered`);
        return { feasible: violations.length === 0, violations, chosen, size: chosen.length };
      },
    };
  },
});
