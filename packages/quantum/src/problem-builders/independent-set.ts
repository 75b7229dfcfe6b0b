import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

/** Maximum independent set (Lucas 2014, section 4.2); edge weights play no part. */
export default defineProblem({
  name: "independent-set",
  description: "Chooses as many nodes of a graph as possible of which no two are joined by an edge.",
  input: graphFields,
  example: {
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
    ],
  },
  build(input, refuse) {
    const graph = namedGraph(input, refuse);
    const cqm = cqmFrom({
      variables: graph.names.map((label) => ({ label, kind: "binary" })),
      objective: { linear: graph.names.map((label) => [label, -1]) },
      constraints: graph.edges.map(({ from, to }, k) => ({
        label: `edge ${k}`,
        linear: [from, to].map((i) => [graph.names[i]!, 1] as const),
        sense: "<=",
        right: 1,
      })),
    });
    return {
      cqm,
      answer(sample) {
        const chosen = graph.names.filter((_, i) => sample[i] === 1);
        const violations = graph.edges
          .filter(({ from, to }) => sample[from] === 1 && sample[to] === 1)
          .map(({ from, to }) => `${graph.names[from]} and ${graph.names[to]} are joined by an edge`);
        return { feasible: violations.length === 0, violations, chosen, size: chosen.length };
      },
    };
  },
});
