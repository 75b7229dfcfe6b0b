import { z } from "zod";
import { defineOceanTool, requireOperator } from "../ocean.ts";

export default defineOceanTool({
  name: "quantum_ocean_call",
  description:
    'Calls anything of D-Wave\'s Ocean SDK by its dotted path, such as dwave.samplers.TabuSampler, or reads it where it cannot be called. Models cross as {"$bqm": …}, {"$cqm": …} and {"$graph": …}, sample sets as {"$sampleset": …}; objects without a form, such as samplers, stay in the bridge and come as {"$handle": "h1"}; name one in `handle` to call its methods. bridges/ocean/README.md lists the forms. Time on a QPU that is used this way is in no budget of the hub. For the operator alone.',
  input: z.object({
    path: z
      .string()
      .min(1)
      .max(300)
      .describe("begins with a package of Ocean, or, with a handle, with a method of the kept object"),
    args: z.array(z.unknown()).max(100).default([]),
    kwargs: z.record(z.string(), z.unknown()).default({}),
    handle: z.string().optional().describe("the kept object that the path begins at"),
    keep: z.boolean().default(false).describe("leave the result in the bridge under a handle, whatever it is"),
  }),
  output: z.object({ result: z.unknown() }),
  hints: { destructive: true },
  run: async (input, ctx, ocean) => {
    requireOperator(ctx);
    const { result } = await ocean.call("ocean_call", input, ctx.signal);
    return { result };
  },
});
