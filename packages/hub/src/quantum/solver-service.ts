import type { Implementation } from "@entente/pipe";
import { embedModel } from "./embedding-order.ts";
import { convertModel } from "./model-conversion.ts";
import { inspectModel } from "./model-facts.ts";
import { packModel } from "./model-packing.ts";
import { placeModels } from "./place-order.ts";
import { selectItems } from "./select-items.ts";
import { solveProblem } from "./solve-problem.ts";
import type { solverInterface } from "./solver-interface.ts";
import { stepsOf } from "./steps.ts";
import { describeTopology } from "./topology-order.ts";
import { allocateLayers, roundLayer, suggestConfigurations } from "./train-with-samplers.ts";

/** What the solver thread does. */
export const solverService: Implementation<(typeof solverInterface)["methods"]> = {
  solve: (order, { signal }) => stepsOf((report) => solveProblem(order, signal, report)),
  select: (order, { signal }) => stepsOf((report) => selectItems(order, signal, report)),
  pack: (source) => stepsOf(() => packModel(source)),
  inspect: (source) => stepsOf(() => inspectModel(source)),
  convert: (order) => stepsOf(() => convertModel(order)),
  topology: (order) => stepsOf(() => describeTopology(order)),
  embed: (order, { signal }) => stepsOf((report) => embedModel(order, signal, report)),
  place: (order, { signal }) => stepsOf((report) => placeModels(order, signal, report)),
  allocate: (order, { signal }) => stepsOf((report) => allocateLayers(order, signal, report)),
  tune: (order, { signal }) => stepsOf((report) => suggestConfigurations(order, signal, report)),
  round: (order, { signal }) => stepsOf((report) => roundLayer(order, signal, report)),
};
