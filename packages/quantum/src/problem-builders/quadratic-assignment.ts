import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { matrix, number } from "../problem-input.ts";

const most = 30;

/** The quadratic assignment problem (Koopmans & Beckmann 1957) with x[facility][location]. */
export default defineProblem({
  name: "quadratic-assignment",
  description:
    "Places facilities at locations, one each, so that the flows between facilities times the distances of their locations sum to the least.",
  input: {
    flows: matrix("flow from the row's facility to the column's", number("a flow"), { maximum: most }),
    distances: matrix("distance from the row's location to the column's", number("a distance"), { maximum: most }),
  },
  example: {
    flows: [
      [0, 5, 1],
      [5, 0, 2],
      [1, 2, 0],
    ],
    distances: [
      [0, 1, 4],
      [1, 0, 3],
      [4, 3, 0],
    ],
  },
  build({ flows, distances }, refuse) {
    const n = flows.length;
    if (distances.length !== n) refuse("distances", `${n} rows, as many as flows has`, `${distances.length} rows`);
    const all = Array.from({ length: n }, (_, i) => i);
    const at = (facility: number, location: number) => facility * n + location;
    const quadratic = all.flatMap((f) =>
      all.flatMap((g) => {
        const flow = flows[f]![g]!;
        if (f === g || flow === 0) return [];
        return all.flatMap((k) =>
          all.filter((l) => l !== k).map((l): [number, number, number] => [at(f, k), at(g, l), flow * distances[k]![l]!]),
        );
      }),
    );
    const cqm = cqmFrom({
      variables: all.flatMap((f) => all.map((k) => ({ label: at(f, k), kind: "binary" }))),
      objective: {
        quadratic,
        linear: all.flatMap((f) => all.map((k): [number, number] => [at(f, k), flows[f]![f]! * distances[k]![k]!])),
      },
      constraints: all.map((k) => ({ label: `location ${k}`, linear: all.map((f) => [at(f, k), 1]), sense: "==", right: 1 })),
      discrete: all.map((f) => ({ label: `facility ${f}`, variables: all.map((k) => at(f, k)) })),
    });
    return {
      cqm,
      answer(sample) {
        const places = all.map((f) => all.filter((k) => sample[at(f, k)] === 1));
        const violations = places.flatMap((of, f) => (of.length === 1 ? [] : [`facility ${f} stands at ${of.length} locations`]));
        for (const k of all) {
          const here = places.filter((of) => of.includes(k)).length;
          if (here > 1) violations.push(`location ${k} has ${here} facilities`);
        }
        if (violations.length > 0) return { feasible: false, violations, locations: null, cost: null };
        const locations = places.map((of) => of[0]!);
        let cost = 0;
        for (const f of all) for (const g of all) cost += flows[f]![g]! * distances[locations[f]!]![locations[g]!]!;
        return { feasible: true, violations, locations, cost };
      },
    };
  },
});
