import { z } from "zod";
import { toYaml } from "../openslo.ts";
import { defineSlaTool } from "../sla.ts";

export default defineSlaTool({
  name: "sla_export_openslo",
  description:
    "The terms of one agent or of all as OpenSLO v1 documents, over this hub's Prometheus metrics: a service per agent, an SLO per term, an alert policy per burn rule. As YAML and as JSON.",
  input: z.object({ agent: z.string().optional().describe("only this agent") }),
  output: z.object({ yaml: z.string(), documents: z.array(z.record(z.string(), z.json())) }),
  hints: { readOnly: true },
  run: async ({ agent }, _ctx, sla) => {
    const documents = sla.openSlo(agent);
    return { yaml: toYaml(documents), documents: JSON.parse(JSON.stringify(documents)) };
  },
});
