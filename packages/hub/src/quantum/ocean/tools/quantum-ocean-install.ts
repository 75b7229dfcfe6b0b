import { z } from "zod";
import { defineOceanTool, requireOperator } from "../ocean.ts";

export default defineOceanTool({
  name: "quantum_ocean_install",
  description:
    "Installs D-Wave's Ocean SDK into a Python environment of the hub's own, from the package index that pip is set to, unless it is there already. Takes some minutes and about two thirds of a gigabyte. For the operator alone.",
  input: z.object({}),
  output: z.object({ python: z.string(), fresh: z.boolean().describe("whether this call installed it") }),
  hints: { idempotent: true },
  run: async (_input, ctx, ocean) => {
    requireOperator(ctx);
    return ocean.install(ctx);
  },
});
