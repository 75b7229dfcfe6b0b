import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { number } from "../problem-input.ts";
import { graphFields, namedGraph } from "../problems/named-graph.ts";

const most = 500_000;

/** Graph colouring (Lucas 2014, section 6.1): a feasible answer is a proper colouring, an infeasible one says which edges clash. */
export default defineProblem({
  name: "colouring",
  description: "Gives each node of a graph one of a number of colours so that the two ends of every edge differ.",
  input: { ...graphFields, colours: number("how many colours there are", { minimum: 1, maximum: 200, whole: true }) },
  example: {
    edges: [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "c", to: "a" },
    ],
    colours: 3,
  },
  build({ colours, ...input }, refuse) {
    const { names, edges } = namedGraph(input, refuse);
    const rules = (names.length + edges.length) * colours;
    if (rules > most) refuse("colours", `at most ${most} choices and rules in all: (nodes + edges) * colours`, rules);
    const palette = Array.from({ length: colours }, (_, c) => c);
    const has = (node: number, colour: number) => `${names[node]} in ${colour}`;
    const cqm = cqmFrom({
      variables: names.flatMap((_, i) => palette.map((c) => ({ label: has(i, c), kind: "binary" }))),
      constraints: edges.flatMap(({ from, to }, k) =>
        palette.map((c) => ({
          label: `edge ${k} in ${c}`,
          linear: [[has(from, c), 1] as const, [has(to, c), 1] as const],
          sense: "<=" as const,
          right: 1,
        })),
      ),
      discrete: names.map((name, i) => ({ label: `colour of ${name}`, variables: palette.map((c) => has(i, c)) })),
    });
    return {
      cqm,
      answer(sample) {
        const chosen = names.map((_, i) => palette.filter((c) => sample[i * colours + c] === 1));
        const violations = names.flatMap((name, i) => {
          const of = chosen[i]!;
          if (of.length === 1) return [];
          return [of.length === 0 ? `${name} has no colour` : `${name} has the colours ${of.join(" and ")}`];
        });
        for (const { from, to } of edges)
          for (const c of chosen[from]!)
            if (chosen[to]!.includes(c)) violations.push(`${names[from]} and ${names[to]} both have the colour ${c}`);
        const colouring = Object.fromEntries(names.map((name, i) => [name, chosen[i]![0] ?? null]));
        return { feasible: violations.length === 0, violations, colours: colouring, used: new Set(chosen.flat()).size };
      },
    };
  },
});
