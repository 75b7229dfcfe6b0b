// Lucas 2014, section 7.2: x[city][position]. The first city stands at position 0 for good, which saves a row and a column and takes
// away the n rotations of each tour.
import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, matrix, number, optional, text } from "../problem-input.ts";
import { eachOnce } from "../problems/uniqueness.ts";

const most = 60;

/** The travelling salesman problem, symmetric or not. */
export default defineProblem({
  name: "travelling-salesman",
  description: "Finds the shortest round trip through all cities, each visited once, from a matrix of distances.",
  input: {
    distances: matrix("distance from the row's city to the column's", number("a distance"), { maximum: most }),
    cities: optional(list("names of the cities", text("a name"), { maximum: most }), undefined),
  },
  example: {
    distances: [
      [0, 1, 4],
      [1, 0, 2],
      [4, 2, 0],
    ],
  },
  build({ distances, cities }, refuse) {
    const n = distances.length;
    const names = cities ?? distances.map((_, i) => String(i));
    if (names.length !== n) refuse("cities", `${n} names`, `${names.length} names`);
    eachOnce("cities", names, refuse);
    const others = Array.from({ length: n - 1 }, (_, k) => k + 1);
    const at = (city: number, position: number) => `${names[city]} at ${position}`;
    const linear = others.flatMap((c): [string, number][] => [
      [at(c, 1), distances[0]![c]!],
      [at(c, n - 1), distances[c]![0]!],
    ]);
    const quadratic = others
      .slice(0, -1)
      .flatMap((p) =>
        others.flatMap((a) =>
          others.filter((b) => b !== a).map((b): [string, string, number] => [at(a, p), at(b, p + 1), distances[a]![b]!]),
        ),
      );
    const cqm = cqmFrom({
      variables: others.flatMap((c) => others.map((p) => ({ label: at(c, p), kind: "binary" }))),
      objective: { linear, quadratic },
      constraints: others.map((p) => ({
        label: `position ${p}`,
        linear: others.map((c) => [at(c, p), 1]),
        sense: "==",
        right: 1,
      })),
      discrete: others.map((c) => ({ label: `visit of ${names[c]}`, variables: others.map((p) => at(c, p)) })),
    });
    return {
      cqm,
      answer(sample) {
        const is = (c: number, p: number) => sample[(c - 1) * (n - 1) + p - 1] === 1;
        const violations: string[] = [];
        for (const c of others) {
          const visits = others.filter((p) => is(c, p)).length;
          if (visits !== 1) violations.push(`${names[c]} is visited ${visits} times`);
        }
        for (const p of others) {
          const here = others.filter((c) => is(c, p)).length;
          if (here !== 1) violations.push(`${here} cities are at position ${p}`);
        }
        if (violations.length > 0) return { feasible: false, violations, tour: null, length: null };
        const tour = [0, ...others.map((p) => others.find((c) => is(c, p))!)];
        const length = tour.reduce((sum, c, k) => sum + (n === 1 ? 0 : distances[c]![tour[(k + 1) % n]!]!), 0);
        return { feasible: true, violations, tour: tour.map((c) => names[c]!), length };
      },
    };
  },
});
