import { z } from "zod";
import { defineOceanTool, requireOperator } from "../ocean.ts";

export default defineOceanTool({
  name: "quantum_ocean_release",
  description: "Lets go of an object that the Ocean bridge keeps under a handle. For the operator alone.",
  input: z.object({ handle: z.string() }),
  output: z.object({
    released: z.boolean().describe("false when nothing was kept under it"),
    handles: z.number().describe("objects kept still"),
  }),
  hints: { destructive: true, idempotent: true },
  run: async (input, ctx, ocean) => {
    requireOperator(ctx);
    return (await ocean.call("ocean_release", input, ctx.signal)) as never; // why: the output schema reads what the bridge told
  },
});
