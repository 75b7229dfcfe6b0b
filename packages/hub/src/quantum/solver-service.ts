import type { Implementation } from "@entente/pipe";
import { selectItems } from "./select-items.ts";
import { solveProblem } from "./solve-problem.ts";
import type { solverInterface } from "./solver-interface.ts";
import { stepsOf } from "./steps.ts";
import { allocateLayers, roundLayer, suggestConfigurations } from "./train-with-samplers.ts";

/** What the solver thread does. */
export const solverService: Implementation<(typeof solverInterface)["methods"]> = {
  solve: (order, { signal }) => stepsOf((report) => solveProblem(order, signal, report)),
  select: (order, { signal }) => stepsOf((report) => selectItems(order, signal, report)),
  allocate: (order, { signal }) => stepsOf((report) => allocateLayers(order, signal, report)),
  tune: (order, { signal }) => stepsOf((report) => suggestConfigurations(order, signal, report)),
  round: (order, { signal }) => stepsOf((report) => roundLayer(order, signal, report)),
};
