import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { flag, optional } from "../problem-input.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

/** Maximum-weight matching, perfect if asked. */
export default defineProblem({
  name: "matching",
  description:
    "Chooses edges of a graph of the greatest total weight so that no two share a node; perfect if asked, then every node has one.",
  input: { ...graphFields, perfect: optional(flag("whether every node must be matched"), false) },
  example: {
    edges: [
      { from: "ann", to: "violin", weight: 3 },
      { from: "ann", to: "piano", weight: 2 },
      { from: "bob", to: "violin", weight: 2 },
    ],
  },
  build({ perfect, ...input }, refuse) {
    const { names, edges } = namedGraph(input, refuse);
    const touching = names.map((_, i) => edges.flatMap(({ from, to }, k) => (from === i || to === i ? [k] : [])));
    for (const [i, of] of touching.entries())
      if (perfect && of.length === 0) refuse("perfect", `an edge at node ${names[i]}`, "none");
    const cqm = cqmFrom({
      variables: edges.map((_, label) => ({ label, kind: "binary" })),
      objective: { linear: edges.map(({ weight }, k) => [k, -weight]) },
      constraints: names.flatMap((label, i) => {
        if (touching[i]!.length === 0) return [];
        return [
          {
            label,
            linear: touching[i]!.map((k) => [k, 1] as const),
            sense: perfect ? ("==" as const) : ("<=" as const),
            right: 1,
          },
        ];
      }),
    });
    return {
      cqm,
      answer(sample) {
        const violations = names.flatMap((name, i) => {
          const count = touching[i]!.filter((k) => sample[k] === 1).length;
          if (count > 1) return [`${name} is matched ${count} times`];
          return perfect && count === 0 ? [`${name} is not matched`] : [];
        });
        const chosen = edges.filter((_, k) => sample[k] === 1);
        const pairs = chosen.map(({ from, to }) => [names[from]!, names[to]!]);
        return { feasible: violations.length === 0, violations, pairs, weight: chosen.reduce((sum, e) => sum + e.weight, 0) };
      },
    };
  },
});
