import { z } from "zod";
import { hubScope } from "../budgets.ts";
import { jobErrors } from "../errors.ts";
import { defineJobsTool } from "../jobs.ts";
import { periods } from "../period.ts";

export default defineJobsTool({
  name: "quantum_budget_set",
  description:
    "Sets how much QPU time (us of qpu_access_time, as Leap charges it) a principal, or the whole hub (scope *), may use in a day or a month (UTC); null ends the budget. Principals without one may not use a QPU or a hybrid solver; the operator needs none. For the operator alone.",
  input: z.object({
    scope: z.string().min(1).max(200).default(hubScope).describe("a principal such as client:ada, or * for the hub"),
    period: z.enum(periods),
    limitUs: z.int().min(0).nullable(),
  }),
  output: z.object({ scope: z.string(), period: z.enum(periods), limitUs: z.number().nullable() }),
  hints: { idempotent: true },
  run: async ({ scope, period, limitUs }, { principal, clock }, { budgets }) => {
    if (principal.kind !== "operator") throw jobErrors.BUDGET_OPERATOR_ONLY({ principal: principal.id });
    await budgets.set(scope, period, limitUs, principal.id, clock.now());
    return { scope, period, limitUs };
  },
});
