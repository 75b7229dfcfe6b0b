import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

/** Balanced graph partitioning (Lucas 2014, section 2.2); with an odd number of nodes one half has one more. */
export default defineProblem({
  name: "graph-partition",
  description: "Divides the nodes of a graph into two halves of equal size so that the edges between them weigh the least.",
  input: graphFields,
  example: {
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c", weight: 3 },
      { from: "c", to: "d" },
    ],
  },
  build(input, refuse) {
    const { names, edges } = namedGraph(input, refuse);
    const half = Math.floor(names.length / 2);
    // x = 1 is the smaller half. An edge is cut when x_u + x_v - 2 x_u x_v is 1.
    const cqm = cqmFrom({
      variables: names.map((label) => ({ label, kind: "binary" })),
      objective: {
        linear: edges.flatMap(({ from, to, weight }): [string, number][] => [
          [names[from]!, weight],
          [names[to]!, weight],
        ]),
        quadratic: edges.map(({ from, to, weight }) => [names[from]!, names[to]!, -2 * weight]),
      },
      constraints: [{ label: "halves", linear: names.map((label) => [label, 1]), sense: "==", right: half }],
    });
    return {
      cqm,
      answer(sample) {
        const halves = [1, 0].map((side) => names.filter((_, i) => sample[i] === side));
        const cut = edges.reduce((sum, e) => sum + (sample[e.from] === sample[e.to] ? 0 : e.weight), 0);
        const size = halves[0]!.length;
        const violations =
          size === half
            ? []
            : [`the halves have ${size} and ${names.length - size} nodes, not ${half} and ${names.length - half}`];
        return { feasible: violations.length === 0, violations, cut, halves };
      },
    };
  },
});
