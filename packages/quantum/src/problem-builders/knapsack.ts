import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, number, record, text } from "../problem-input.ts";
import { eachOnce } from "../problems/uniqueness.ts";

/** The knapsack problem (Lucas 2014, section 5.2), with a binary slack instead of his unary one. */
export default defineProblem({
  name: "knapsack",
  description: "Chooses items of the greatest total value whose weights together keep to a capacity.",
  input: {
    items: list(
      "what may be chosen",
      record("an item", {
        name: text("its name"),
        value: number("what it is worth", { minimum: 0 }),
        weight: number("what it weighs", { minimum: 0 }),
      }),
    ),
    capacity: number("what the chosen items may weigh together", { minimum: 0 }),
  },
  example: {
    items: [
      { name: "tent", value: 9, weight: 5 },
      { name: "stove", value: 5, weight: 3 },
      { name: "lamp", value: 4, weight: 2 },
    ],
    capacity: 7,
  },
  build({ items, capacity }, refuse) {
    const names = items.map((item) => item.name);
    eachOnce("items", names, refuse);
    const cqm = cqmFrom({
      variables: names.map((label) => ({ label, kind: "binary" })),
      objective: { linear: items.map(({ name, value }) => [name, -value]) },
      constraints: [{ label: "capacity", linear: items.map(({ name, weight }) => [name, weight]), sense: "<=", right: capacity }],
    });
    return {
      cqm,
      answer(sample) {
        const chosen = items.filter((_, i) => sample[i] === 1);
        const value = chosen.reduce((sum, item) => sum + item.value, 0);
        const weight = chosen.reduce((sum, item) => sum + item.weight, 0);
        const over = weight - capacity > 1e-9 * Math.max(1, capacity);
        const violations = over ? [`the chosen items weigh ${weight}, more than the capacity ${capacity}`] : [];
        return { feasible: !over, violations, chosen: chosen.map((item) => item.name), value, weight };
      },
    };
  },
});
