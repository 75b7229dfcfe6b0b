import { z } from "zod";
import { defineQuantumTool } from "../pillar.ts";

const option = z.tuple([z.string(), z.string()]).describe("a layer's name and one of its options' names");
const allotted = z.object({
  choice: z.array(z.object({ layer: z.string(), option: z.string(), cost: z.number(), value: z.number() })),
  value: z.number().describe("pairs included"),
  cost: z.number(),
});

export default defineQuantumTool({
  name: "quantum_allocate",
  description:
    "Gives each layer one of its options (an adapter rank, a bit width) for the greatest total value within one budget; pairs of choices may add or cost value. Exact by dynamic programming where values add up or only neighbouring layers interact; samplers otherwise, with greedy and local search beside them. The answer says which way won.",
  input: z.object({
    layers: z
      .array(
        z.object({
          name: z.string(),
          options: z
            .array(z.object({ name: z.string(), cost: z.number().min(0), value: z.number() }))
            .min(1)
            .max(32),
        }),
      )
      .max(300),
    pairs: z
      .array(z.object({ first: option, second: option, value: z.number() }))
      .max(100_000)
      .default([])
      .describe("what two choices are worth together, beyond their own values"),
    budget: z.number().describe("in the unit of the costs"),
    seconds: z.number().min(0.05).max(600).default(2).describe("for the samplers, where they are asked"),
    seed: z.int().min(0).default(1),
  }),
  output: allotted.extend({
    provenance: z.object({
      method: z.enum(["exact", "greedy", "local search", "samplers"]).describe("which way found the answer"),
      why: z.string(),
      optimal: z.boolean().describe("no allocation within the budget is worth more"),
      kind: z.literal("classical"),
      solver: z.string().nullable().describe("the sampler, where one was asked"),
      seed: z.int(),
      timeMs: z.number(),
      greedyValue: z.number(),
      localSearchValue: z.number().nullable(),
      samplersValue: z.number().nullable(),
    }),
  }),
  hints: { readOnly: true },
  run: async ({ layers, pairs, budget, seconds, seed }, ctx, solving) => {
    const found = await solving.allocate({ problem: { layers, pairs, budget }, seconds, seed }, ctx);
    return {
      choice: [...found.choice],
      value: found.value,
      cost: found.cost,
      provenance: {
        method: found.method,
        why: found.why,
        optimal: found.optimal,
        kind: "classical" as const,
        solver: found.samplers?.provenance.solver ?? null,
        seed,
        timeMs: found.timeMs,
        greedyValue: found.greedy.value,
        localSearchValue: found.localSearch?.value ?? null,
        samplersValue: found.samplers?.value ?? null,
      },
    };
  },
});
