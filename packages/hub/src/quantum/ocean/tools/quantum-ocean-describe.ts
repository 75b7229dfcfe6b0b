import { z } from "zod";
import { defineOceanTool, requireOperator } from "../ocean.ts";

export default defineOceanTool({
  name: "quantum_ocean_describe",
  description:
    "What a dotted path of D-Wave's Ocean SDK leads to: kind, signature, documentation and public members. For the operator alone.",
  input: z.object({
    path: z.string().min(1).max(300),
    handle: z.string().optional().describe("the kept object that the path begins at"),
  }),
  output: z.object({
    kind: z.enum(["module", "class", "callable", "value"]),
    signature: z.string().nullable(),
    documentation: z.string(),
    members: z.array(z.string()),
  }),
  hints: { readOnly: true },
  run: async (input, ctx, ocean) => {
    requireOperator(ctx);
    return (await ocean.call("ocean_describe", input, ctx.signal)) as never; // why: the output schema reads what the bridge told
  },
});
