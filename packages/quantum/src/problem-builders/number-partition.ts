import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, number } from "../problem-input.ts";

/** Number partitioning (Lucas 2014, section 2.1): the objective is the square of the sides' difference. */
export default defineProblem({
  name: "number-partition",
  description: "Divides numbers into two groups whose sums differ as little as possible.",
  input: { numbers: list("the numbers to divide", number("a number"), { maximum: 1000 }) },
  example: { numbers: [5, 4, 3, 2] },
  build({ numbers }) {
    const scale = Math.max(1, ...numbers.map(Math.abs)); // squares of large numbers would drown small ones
    const cqm = cqmFrom({
      variables: numbers.map((_, label) => ({ label, kind: "spin" })),
      objective: {
        offset: numbers.reduce((sum, a) => sum + (a / scale) ** 2, 0),
        quadratic: numbers.flatMap((a, i) =>
          numbers.slice(i + 1).map((b, k): [number, number, number] => [i, i + 1 + k, (2 * a * b) / scale ** 2]),
        ),
      },
    });
    return {
      cqm,
      answer(sample) {
        const groups = [-1, 1].map((side) => numbers.filter((_, i) => sample[i] === side));
        const [first = 0, second = 0] = groups.map((group) => group.reduce((sum, a) => sum + a, 0));
        return { feasible: true, violations: [], difference: Math.abs(first - second), groups, sums: [first, second] };
      },
    };
  },
});
