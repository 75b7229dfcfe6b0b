import { z } from "zod";
import { defineJobsTool } from "../jobs.ts";
import { periods } from "../period.ts";

const time = z.object({ heldUs: z.number(), spentUs: z.number() });

export default defineJobsTool({
  name: "quantum_budget_get",
  description:
    "QPU time used and left, in us: held for jobs under way as estimated, spent as Leap told it. Callers see their own budgets; the operator sees all, and the use of the whole hub.",
  input: z.object({}),
  output: z.object({
    used: z.object({ day: time, month: time }).describe("of the caller; of the hub for the operator"),
    budgets: z.array(
      time.extend({
        scope: z.string(),
        period: z.enum(periods),
        limitUs: z.number(),
        leftUs: z.number(),
        since: z.number().describe("when the period began, ms since the epoch"),
      }),
    ),
  }),
  hints: { readOnly: true },
  run: async (_, { principal, clock }, { budgets }) => {
    const now = clock.now();
    const isOperator = principal.kind === "operator";
    const owner = isOperator ? undefined : principal.id;
    const standing = await budgets.standing(now, owner);
    return {
      used: { day: await budgets.used(owner, "day", now), month: await budgets.used(owner, "month", now) },
      budgets: standing.map((one) => ({ ...one, leftUs: Math.max(0, one.limitUs - one.heldUs - one.spentUs) })),
    };
  },
});
