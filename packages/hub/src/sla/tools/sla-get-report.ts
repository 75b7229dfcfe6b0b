import { z } from "zod";
import { reportSchema } from "../report.ts";
import { defineSlaTool } from "../sla.ts";

export default defineSlaTool({
  name: "sla_get_report",
  description:
    "An agent's service levels: each term with where it comes from, how many tasks kept it, the error budget left, burn rates over four windows and whether it is in breach; quantiles of its times (relative error 1 %); its newest breaches.",
  input: z.object({ agent: z.string() }),
  output: reportSchema,
  hints: { readOnly: true },
  run: ({ agent }, _ctx, sla) => sla.report(agent),
});
