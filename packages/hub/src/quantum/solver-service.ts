import type { Implementation } from "@entente/pipe";
import { selectItems } from "./select-items.ts";
import { solveProblem } from "./solve-problem.ts";
import type { solverInterface } from "./solver-interface.ts";
import { stepsOf } from "./steps.ts";

/** What the solver thread does. */
export const solverService: Implementation<(typeof solverInterface)["methods"]> = {
  solve: (order, { signal }) => stepsOf((report) => solveProblem(order, signal, report)),
  select: (order, { signal }) => stepsOf((report) => selectItems(order, signal, report)),
};
