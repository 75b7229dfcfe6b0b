import { defineErrors } from "../base/errors.ts";

export const quantumErrors = defineErrors({
  PROBLEM_MISSING: {
    status: 400,
    text: (_: Record<string, never>) => "wanted a problem: either `terms` (linear and quadratic) or `text` with its `format`",
  },
  SOLVER_ENDED: {
    status: 503,
    text: (d: { reason: string }) =>
      `wanted an answer of the solver thread; it ended before (${d.reason}). The next call starts another`,
  },
  // Training helpers.
  MATRIX_RAGGED: {
    status: 400,
    text: (d: { field: string; row: number; wanted: number; got: number }) =>
      `${d.field}: wanted rows of ${d.wanted} numbers, as long as the first row of weights; row ${d.row} has ${d.got}`,
  },
});
