import { allocate, outputError, roundingProblem, roundWeights, suggest } from "@entente/quantum";
import type { Report } from "./steps.ts";
import type { AllocateAnswer, AllocateOrder, RoundAnswer, RoundOrder, TuneAnswer, TuneOrder } from "./training-orders.ts";

/** Allocates options to layers. Throws the codes of @entente/quantum, or the signal's reason. */
export async function allocateLayers(order: AllocateOrder, signal: AbortSignal, report: Report): Promise<AllocateAnswer> {
  const started = performance.now();
  const allocation = await allocate(order.problem, {
    seed: order.seed,
    timeLimitMs: order.seconds * 1000,
    signal,
    progress: (fraction) => report(fraction, "allocating"),
  });
  return { ...allocation, timeMs: performance.now() - started };
}

/** Suggests configurations. Throws the codes of @entente/quantum, or the signal's reason. */
export async function suggestConfigurations(order: TuneOrder, signal: AbortSignal, report: Report): Promise<TuneAnswer> {
  const started = performance.now();
  const { space, observations, ...rest } = order;
  const suggestions = await suggest(space, observations, {
    ...rest,
    signal,
    progress: (fraction) => report(fraction, "suggesting"),
  });
  const worked = observations.filter(({ value }) => value !== null);
  const best = worked.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0] ?? null;
  return { ...suggestions, best, timeMs: performance.now() - started };
}

/** Rounds a layer. Throws the codes of @entente/quantum, or the signal's reason. */
export async function roundLayer(order: RoundOrder, signal: AbortSignal, report: Report): Promise<RoundAnswer> {
  const started = performance.now();
  const { seconds, seed, ...input } = order;
  const problem = await roundingProblem(input, signal);
  const { levels, nearest, successive, rowsWon, rowsSolved, solver, models } = await roundWeights(problem, {
    seed,
    timeLimitMs: seconds * 1000,
    signal,
    progress: (fraction) => report(fraction, "rounding rows"),
  });
  const errors = {
    qubo: outputError(problem, levels),
    successive: outputError(problem, successive),
    nearest: outputError(problem, nearest),
  };
  // Rows minimise the damped error, so without damping a baseline can be the better one.
  const method =
    errors.nearest < Math.min(errors.successive, errors.qubo)
      ? "nearest"
      : errors.successive <= errors.qubo
        ? "successive"
        : "qubo";
  const groups = Math.ceil(problem.columns / problem.groupSize);
  return {
    levels: inRows({ qubo: levels, successive, nearest }[method], problem.columns),
    steps: inRows(problem.grid.steps, groups),
    lowest: inRows(problem.grid.lowest, groups),
    method,
    errors,
    rowsWon,
    rowsSolved,
    models,
    solver,
    timeMs: performance.now() - started,
  };
}

function inRows(values: Uint8Array | Float64Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, r) => [...values.subarray(r * columns, (r + 1) * columns)]);
}
