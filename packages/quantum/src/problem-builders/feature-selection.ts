import { cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, matrix, number, optional, record, text } from "../problem-input.ts";
import { eachOnce } from "../problems/uniqueness.ts";

const most = 500;

/** Feature selection by relevance less redundancy, as one quadratic objective (after Peng, Long & Ding 2005). */
export default defineProblem({
  name: "feature-selection",
  description:
    "Chooses features that each say much about the target and repeat each other little: the greatest sum of relevances less a weight times the redundancies of the chosen pairs.",
  input: {
    features: list(
      "the features",
      record("a feature", { name: text("its name"), relevance: number("what it says about the target") }),
      { maximum: most },
    ),
    redundancy: matrix(
      "how much two features say the same; the diagonal plays no part, and a pair counts both ways",
      number("a redundancy"),
      { maximum: most },
    ),
    weight: optional(number("how much redundancy weighs against relevance", { minimum: 0 }), 1),
    choose: optional(number("how many features, exactly; any number otherwise", { minimum: 1, whole: true }), undefined),
  },
  example: {
    features: [
      { name: "height", relevance: 0.8 },
      { name: "width", relevance: 0.75 },
      { name: "colour", relevance: 0.4 },
    ],
    redundancy: [
      [1, 0.3, 0],
      [0.3, 1, 0.05],
      [0, 0.05, 1],
    ],
    choose: 2,
  },
  build({ features, redundancy, weight, choose }, refuse) {
    const n = features.length;
    const names = features.map((f) => f.name);
    eachOnce("features", names, refuse);
    if (redundancy.length !== n) refuse("redundancy", `${n} rows, one a feature`, `${redundancy.length} rows`);
    if (choose !== undefined && choose > n) refuse("choose", `at most ${n} features`, choose);
    const shared = (i: number, j: number) => redundancy[i]![j]! + redundancy[j]![i]!;
    const cqm = cqmFrom({
      variables: names.map((label) => ({ label, kind: "binary" })),
      objective: {
        linear: features.map(({ name, relevance }) => [name, -relevance]),
        quadratic: names.flatMap((u, i) =>
          names.slice(i + 1).map((v, k): [string, string, number] => [u, v, weight * shared(i, i + 1 + k)]),
        ),
      },
      constraints:
        choose === undefined ? [] : [{ label: "choose", linear: names.map((v) => [v, 1]), sense: "==", right: choose }],
    });
    return {
      cqm,
      answer(sample) {
        const chosen = names.flatMap((_, i) => (sample[i] === 1 ? [i] : []));
        const relevance = chosen.reduce((sum, i) => sum + features[i]!.relevance, 0);
        let repeated = 0;
        for (const [k, i] of chosen.entries()) for (const j of chosen.slice(k + 1)) repeated += shared(i, j);
        const violations =
          choose === undefined || chosen.length === choose ? [] : [`${chosen.length} features are chosen, not ${choose}`];
        return {
          feasible: violations.length === 0,
          violations,
          chosen: chosen.map((i) => names[i]!),
          relevance,
          redundancy: repeated,
          score: relevance - weight * repeated,
        };
      },
    };
  },
});
