import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

/** Max-Cut (after Lucas 2014): a node's spin is its side. */
export default defineProblem({
  name: "max-cut",
  description: "Divides the nodes of a graph into two sides so that the edges between them weigh the most.",
  input: graphFields,
  example: {
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c", weight: 2 },
      { from: "c", to: "a" },
    ],
  },
  build(input, refuse) {
    const { names, edges } = namedGraph(input, refuse);
    const cqm = cqmFrom({
      variables: names.map((label) => ({ label, kind: "spin" })),
      objective: {
        quadratic: edges.map(({ from, to, weight }) => [names[from]!, names[to]!, weight / 2]),
        offset: -edges.reduce((sum, e) => sum + e.weight, 0) / 2,
      },
    });
    return {
      cqm,
      answer(sample) {
        const weight = edges.reduce((sum, e) => sum + (sample[e.from] === sample[e.to] ? 0 : e.weight), 0);
        const sides = [-1, 1].map((side) => names.filter((_, i) => sample[i] === side));
        return { feasible: true, violations: [], weight, sides };
      },
    };
  },
});
