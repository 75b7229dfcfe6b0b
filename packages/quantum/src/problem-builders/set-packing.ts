import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, number, optional, record, text } from "../problem-input.ts";
import { conflictsOf, sharing } from "../problems/sharing.ts";
import { eachOnce } from "../problems/uniqueness.ts";

/** Weighted set packing (Lucas 2014, section 4.2). */
export default defineProblem({
  name: "set-packing",
  description: "Chooses sets that share no member and together weigh the most.",
  input: {
    sets: list(
      "what may be chosen",
      record("a set", {
        name: text("its name"),
        members: list("what is in it", text("a member")),
        weight: optional(number("what it counts", { minimum: 0 }), 1),
      }),
    ),
  },
  example: {
    sets: [
      { name: "early", members: ["mon", "tue"] },
      { name: "late", members: ["thu", "fri"] },
      { name: "all", members: ["mon", "thu"], weight: 3 },
    ],
  },
  build({ sets }, refuse) {
    eachOnce(
      "sets",
      sets.map((s) => s.name),
      refuse,
    );
    const shared = sharing(sets.map((s) => s.members));
    const cqm = cqmFrom({
      variables: sets.map(({ name }) => ({ label: name, kind: "binary" })),
      objective: { linear: sets.map(({ name, weight }) => [name, -weight]) },
      constraints: shared.map(({ member, holders }) => ({
        label: member,
        linear: holders.map((i) => [sets[i]!.name, 1]),
        sense: "<=",
        right: 1,
      })),
    });
    return {
      cqm,
      answer(sample) {
        const chosen = sets.filter((_, i) => sample[i] === 1);
        const violations = conflictsOf(shared, sample, (i) => sets[i]!.name);
        const weight = chosen.reduce((sum, s) => sum + s.weight, 0);
        return { feasible: violations.length === 0, violations, chosen: chosen.map((s) => s.name), weight };
      },
    };
  },
});
