import { type ConstraintInput, cqmFrom } from "../models/cqm.ts";
import { defineProblem } from "../problem-builder.ts";
import { list, matrix, number, optional, record, text } from "../problem-input.ts";
import { eachOnce } from "../problems/uniqueness.ts";

const most = 500;

/** Mean-variance portfolio selection (Markowitz 1952) of whole assets: greatest return - risk aversion * variance. */
export default defineProblem({
  name: "portfolio",
  description:
    "Chooses assets with the greatest expected return less the risk aversion times the variance, exactly so many, within a budget, or both.",
  input: {
    assets: list(
      "what may be bought",
      record("an asset", {
        name: text("its name"),
        expectedReturn: number("its expected return"),
        price: optional(number("what it takes of the budget", { minimum: 0 }), 1),
      }),
      { maximum: most },
    ),
    covariance: matrix("covariance of the assets' returns, symmetric", number("a covariance"), { maximum: most }),
    riskAversion: optional(number("how much a unit of variance weighs against a unit of return", { minimum: 0 }), 1),
    choose: optional(number("how many assets, exactly", { minimum: 1, whole: true }), undefined),
    budget: optional(number("what the chosen assets may cost together", { minimum: 0 }), undefined),
  },
  example: {
    assets: [
      { name: "sun", expectedReturn: 0.12 },
      { name: "wind", expectedReturn: 0.1 },
      { name: "rain", expectedReturn: 0.09 },
    ],
    covariance: [
      [0.05, 0.04, -0.01],
      [0.04, 0.05, 0],
      [-0.01, 0, 0.04],
    ],
    choose: 2,
  },
  build({ assets, covariance, riskAversion, choose, budget }, refuse) {
    const n = assets.length;
    const names = assets.map((a) => a.name);
    eachOnce("assets", names, refuse);
    if (covariance.length !== n) refuse("covariance", `${n} rows, one an asset`, `${covariance.length} rows`);
    for (const [i, row] of covariance.entries())
      for (const [j, value] of row.entries())
        if (Math.abs(value - covariance[j]![i]!) > 1e-9 * Math.max(1, Math.abs(value)))
          refuse(`covariance[${i}][${j}]`, `${covariance[j]![i]}, as mirrored`, value);
    if (choose !== undefined && choose > n) refuse("choose", `at most ${n} assets`, choose);
    if (choose === undefined && budget === undefined) refuse("choose", "a number of assets, or a budget", undefined);
    const constraints: ConstraintInput[] = [];
    if (choose !== undefined) constraints.push({ label: "choose", linear: names.map((v) => [v, 1]), sense: "==", right: choose });
    if (budget !== undefined)
      constraints.push({ label: "budget", linear: assets.map(({ name, price }) => [name, price]), sense: "<=", right: budget });
    const cqm = cqmFrom({
      variables: names.map((label) => ({ label, kind: "binary" })),
      objective: {
        linear: assets.map(({ name, expectedReturn }, i) => [name, riskAversion * covariance[i]![i]! - expectedReturn]),
        quadratic: names.flatMap((u, i) =>
          names.slice(i + 1).map((v, k): [string, string, number] => [u, v, 2 * riskAversion * covariance[i]![i + 1 + k]!]),
        ),
      },
      constraints,
    });
    return {
      cqm,
      answer(sample) {
        const chosen = assets.flatMap((asset, i) => (sample[i] === 1 ? [{ ...asset, i }] : []));
        const expectedReturn = chosen.reduce((sum, a) => sum + a.expectedReturn, 0);
        const cost = chosen.reduce((sum, a) => sum + a.price, 0);
        let variance = 0;
        for (const a of chosen) for (const b of chosen) variance += covariance[a.i]![b.i]!;
        const violations: string[] = [];
        if (choose !== undefined && chosen.length !== choose)
          violations.push(`${chosen.length} assets are chosen, not ${choose}`);
        if (budget !== undefined && cost - budget > 1e-9 * Math.max(1, budget))
          violations.push(`the assets cost ${cost}, more than the budget ${budget}`);
        const utility = expectedReturn - riskAversion * variance;
        return {
          feasible: violations.length === 0,
          violations,
          chosen: chosen.map((a) => a.name),
          expectedReturn,
          variance,
          utility,
          cost,
        };
      },
    };
  },
});
