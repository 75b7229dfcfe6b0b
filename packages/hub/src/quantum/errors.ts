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
});
