// Bins are numbered; as many are offered as first-fit decreasing needs, and as many are surely used as the sizes fill (their bits are
// left out), so that the model has bits only for what is open.
import { type ConstraintInput, cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, number, record, text } from "../problem-input.ts";
import { eachOnce } from "../problems/uniqueness.ts";

/** Bin packing: which item goes into which of the fewest bins of one capacity. */
export default defineProblem({
  name: "bin-packing",
  description: "Packs items into as few bins of one capacity as possible.",
  input: {
    items: list("what to pack", record("an item", { name: text("its name"), size: number("its size", { minimum: 0 }) }), {
      maximum: 200,
    }),
    capacity: number("what a bin holds", { minimum: 0 }),
  },
  example: {
    items: [
      { name: "a", size: 4 },
      { name: "b", size: 3 },
      { name: "c", size: 3 },
    ],
    capacity: 6,
  },
  build({ items, capacity }, refuse) {
    eachOnce(
      "items",
      items.map((item) => item.name),
      refuse,
    );
    for (const [i, { size }] of items.entries())
      if (size > capacity) refuse(`items[${i}].size`, `at most the capacity ${capacity}`, size);
    const bins = firstFitDecreasing(
      items.map((item) => item.size),
      capacity,
    );
    const total = items.reduce((sum, item) => sum + item.size, 0);
    const sure = Math.min(bins, Math.max(1, Math.ceil(total / capacity - 1e-9) || 1));
    const inBin = (item: number, bin: number) => `${items[item]!.name} in ${bin + 1}`;
    const used = (bin: number) => `bin ${bin + 1} used`;
    const numbers = Array.from({ length: bins }, (_, b) => b);
    const open = numbers.slice(sure);
    const cqm = cqmFrom({
      variables: [...items.flatMap((_, i) => numbers.map((b) => inBin(i, b))), ...open.map(used)].map((label) => ({
        label,
        kind: "binary",
      })),
      objective: { offset: sure, linear: open.map((b) => [used(b), 1]) },
      constraints: numbers.map((b): ConstraintInput => {
        const sizes = items.map(({ size }, i): [string, number] => [inBin(i, b), size]);
        const room: [string, number][] = b < sure ? [] : [[used(b), -capacity]];
        return { label: `bin ${b + 1}`, linear: [...sizes, ...room], sense: "<=", right: b < sure ? capacity : 0 };
      }),
      discrete: items.map(({ name }, i) => ({ label: `place of ${name}`, variables: numbers.map((b) => inBin(i, b)) })),
    });
    return {
      cqm,
      answer(sample) {
        const packed = numbers.map((b) => items.filter((_, i) => sample[i * bins + b] === 1));
        const violations = items.flatMap(({ name }, i) => {
          const places = numbers.filter((b) => sample[i * bins + b] === 1);
          if (places.length === 1) return [];
          return [places.length === 0 ? `${name} is in no bin` : `${name} is in bins ${places.map((b) => b + 1).join(" and ")}`];
        });
        for (const [b, content] of packed.entries()) {
          const size = content.reduce((sum, item) => sum + item.size, 0);
          if (size - capacity > 1e-9 * capacity)
            violations.push(`bin ${b + 1} holds ${size}, more than the capacity ${capacity}`);
        }
        const filled = packed.filter((content) => content.length > 0).map((content) => content.map((item) => item.name));
        return { feasible: violations.length === 0, violations, count: filled.length, bins: filled };
      },
    };
  },
});

function firstFitDecreasing(sizes: readonly number[], capacity: number): number {
  const rooms: number[] = [];
  for (const size of sizes.toSorted((a, b) => b - a)) {
    const fits = rooms.findIndex((room) => room >= size);
    if (fits < 0) rooms.push(capacity - size);
    else rooms[fits]! -= size;
  }
  return rooms.length;
}
